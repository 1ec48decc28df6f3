//! Plots of horizontal bars, which leave room for long names.

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use crate::Result;
use crate::numbers::figure;
use crate::plots::axis::Axis;
use crate::plots::paint::{GRID, INK, bold, colour, text};

/// Panels that share one axis.
#[derive(Debug)]
pub(crate) struct Bars {
    pub(crate) title: &'static str,
    pub(crate) axis: &'static str,
    pub(crate) is_log: bool,
    /// A value to mark with a line.
    pub(crate) mark: Option<f64>,
    pub(crate) panels: Vec<Panel>,
}

/// The bars that are compared with each other.
#[derive(Debug)]
pub(crate) struct Panel {
    pub(crate) caption: String,
    pub(crate) bars: Vec<Bar>,
}

/// One value.
#[derive(Debug)]
pub(crate) struct Bar {
    pub(crate) label: String,
    pub(crate) value: f64,
    pub(crate) stands_out: bool,
}

const WIDTH: i32 = 860;
const LEFT: i32 = 270;
const RIGHT: i32 = WIDTH - 20;
const TOP: i32 = 48;
const BOTTOM: i32 = 56;
const ROW: i32 = 26;
/// The fraction of the axis left for the number at the end of the longest bar.
const ROOM: f64 = 0.1;

type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Plane<'a> = DrawingArea<SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// A row of the plot: a panel's caption, a bar, or a gap.
enum Line<'a> {
    Caption(&'a str),
    Bar(&'a Bar),
    Gap,
}

impl Bars {
    pub(crate) fn draw(&self) -> Result<String> {
        let lines = self.lines();
        let count = i32::try_from(lines.len())?;
        let (end, height) = (TOP + ROW * count, TOP + ROW * count + BOTTOM);
        let axis = self.axis();
        let mut svg = String::new();
        {
            let root = SVGBackend::with_string(&mut svg, (WIDTH.unsigned_abs(), height.unsigned_abs()));
            let root = root.into_drawing_area();
            root.fill(&WHITE)?;
            root.draw(&Text::new(self.title, (WIDTH / 2, TOP / 2), bold(21, HPos::Center)))?;
            // Rows count from above.
            let rows = Cartesian2d::new(axis.range(), 0.0..f64::from(count), (LEFT..RIGHT, TOP..end));
            let plane = root.apply_coord_spec(rows);
            grid(&plane, &axis, f64::from(count))?;
            for (row, line) in (0_u32..).zip(&lines) {
                self.draw_line(&root, &plane, f64::from(row), line)?;
            }
            if let Some(mark) = self.mark {
                let at = axis.place(mark);
                plane.draw(&PathElement::new([(at, 0.0), (at, f64::from(count))], INK.stroke_width(2)))?;
            }
            let middle = i32::midpoint(LEFT, RIGHT);
            root.draw(&Text::new(self.axis, (middle, height - 16), text(15, HPos::Center)))?;
            root.present()?;
        }
        Ok(svg)
    }

    fn lines(&self) -> Vec<Line<'_>> {
        let mut lines = Vec::new();
        for panel in &self.panels {
            lines.push(Line::Caption(&panel.caption));
            lines.extend(panel.bars.iter().map(Line::Bar));
            lines.push(Line::Gap);
        }
        lines.pop();
        lines
    }

    fn draw_line(&self, root: &Canvas<'_>, plane: &Plane<'_>, row: f64, line: &Line<'_>) -> Result<()> {
        let axis = self.axis();
        let (_, middle) = plane.map_coordinate(&(axis.start(), row + 0.5));
        match line {
            Line::Gap => {}
            Line::Caption(caption) => {
                root.draw(&Text::new(*caption, (LEFT - 10, middle), bold(16, HPos::Right)))?;
            }
            Line::Bar(bar) => {
                let end = axis.place(bar.value);
                let corners = [(axis.start(), row + 0.15), (end, row + 0.85)];
                plane.draw(&Rectangle::new(corners, colour(bar.stands_out).filled()))?;
                root.draw(&Text::new(bar.label.as_str(), (LEFT - 10, middle), text(16, HPos::Right)))?;
                let value = Text::new(figure(bar.value), (6, 0), text(15, HPos::Left));
                // Left of the mark, its line would cross the number.
                let after = self.mark.map_or(end, |mark| end.max(axis.place(mark)));
                plane.draw(&(EmptyElement::at((after, row + 0.5)) + value))?;
            }
        }
        Ok(())
    }

    fn axis(&self) -> Axis {
        let values =
            || self.panels.iter().flat_map(|panel| &panel.bars).map(|bar| bar.value).chain(self.mark);
        if self.is_log { Axis::log(values(), ROOM) } else { Axis::linear(values().fold(0.0, f64::max), ROOM) }
    }
}

fn grid(plane: &Plane<'_>, axis: &Axis, rows: f64) -> Result<()> {
    for tick in &axis.ticks {
        let at = axis.place(*tick);
        plane.draw(&PathElement::new([(at, 0.0), (at, rows)], GRID))?;
        let label = Text::new(tick_label(*tick), (0, 14), text(15, HPos::Center));
        plane.draw(&(EmptyElement::at((at, rows)) + label))?;
    }
    Ok(())
}

/// Formats a tick, which is a round number.
pub(crate) fn tick_label(tick: f64) -> String {
    if tick >= 1000.0 { figure(tick) } else { format!("{}", (tick * 1e6).round() / 1e6) }
}
