//! Colours and text styles.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// The colour of our subjects.
pub(crate) const OURS: RGBColor = RGBColor(194, 65, 12);
/// The colour of other subjects.
pub(crate) const THEIRS: RGBColor = RGBColor(100, 116, 139);
/// The colour of text.
pub(crate) const INK: RGBColor = RGBColor(30, 41, 59);
/// The colour of grid lines.
pub(crate) const GRID: RGBColor = RGBColor(226, 232, 240);

/// Returns the colour of a subject.
pub(crate) fn colour(stands_out: bool) -> RGBColor {
    if stands_out { OURS } else { THEIRS }
}

/// Returns the style of text of this size, anchored at this edge and vertically centred.
pub(crate) fn text(size: u32, edge: HPos) -> TextStyle<'static> {
    styled(FontStyle::Normal, size, edge)
}

/// Returns the same style in bold.
pub(crate) fn bold(size: u32, edge: HPos) -> TextStyle<'static> {
    styled(FontStyle::Bold, size, edge)
}

fn styled(style: FontStyle, size: u32, edge: HPos) -> TextStyle<'static> {
    let font = FontDesc::new(FontFamily::SansSerif, f64::from(size), style);
    TextStyle::from(font).color(&INK).pos(Pos::new(edge, VPos::Center))
}
