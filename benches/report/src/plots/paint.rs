//! Colours, and text in its places.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// What is ours.
pub(crate) const OURS: RGBColor = RGBColor(194, 65, 12);
/// What is another's.
pub(crate) const THEIRS: RGBColor = RGBColor(100, 116, 139);
/// Text.
pub(crate) const INK: RGBColor = RGBColor(30, 41, 59);
/// Lines that only lead the eye.
pub(crate) const GRID: RGBColor = RGBColor(226, 232, 240);

/// The colour of a subject.
pub(crate) fn colour(stands_out: bool) -> RGBColor {
    if stands_out { OURS } else { THEIRS }
}

/// Text of this size, whose place is at this edge of it, and in the middle of its height.
pub(crate) fn text(size: u32, edge: HPos) -> TextStyle<'static> {
    styled(FontStyle::Normal, size, edge)
}

/// The same in bold.
pub(crate) fn bold(size: u32, edge: HPos) -> TextStyle<'static> {
    styled(FontStyle::Bold, size, edge)
}

fn styled(style: FontStyle, size: u32, edge: HPos) -> TextStyle<'static> {
    let font = FontDesc::new(FontFamily::SansSerif, f64::from(size), style);
    TextStyle::from(font).color(&INK).pos(Pos::new(edge, VPos::Center))
}
