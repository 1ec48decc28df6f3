//! Line charts with logarithmic axes, side by side.

use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use crate::Result;
use crate::plots::axis::Axis;
use crate::plots::bars::tick_label;
use crate::plots::paint::{GRID, bold, colour, text};

/// Lines that share one pair of axes.
#[derive(Debug)]
pub(crate) struct Chart {
    pub(crate) caption: &'static str,
    pub(crate) axis: &'static str,
    pub(crate) lines: Vec<Line>,
}

/// The line of one subject.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) label: String,
    pub(crate) stands_out: bool,
    pub(crate) points: Vec<(f64, f64)>,
}

const CHART: i32 = 320;
const HEIGHT: i32 = 380;
const TOP: i32 = 100;
const BOTTOM: i32 = HEIGHT - 60;
const LEFT: i32 = 60;
const RIGHT: i32 = CHART - 24;

type Plane<'a> = DrawingArea<SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// Draws all charts in a row.
pub(crate) fn draw(title: &str, charts: &[Chart]) -> Result<String> {
    let width = CHART * i32::try_from(charts.len())?;
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (width.unsigned_abs(), HEIGHT.unsigned_abs()));
        let root = root.into_drawing_area();
        root.fill(&WHITE)?;
        root.draw(&Text::new(title, (width / 2, 22), bold(21, HPos::Center)))?;
        for (left, chart) in (0..).step_by(CHART.unsigned_abs() as usize).zip(charts) {
            let middle = left + i32::midpoint(LEFT, RIGHT);
            let caption = format!("µs of CPU time {}", chart.caption);
            root.draw(&Text::new(caption, (middle, 54), bold(14, HPos::Center)))?;
            root.draw(&Text::new(chart.axis, (middle, HEIGHT - 18), text(15, HPos::Center)))?;
            let (x, y) = chart.axes();
            let pixels = (left + LEFT..left + RIGHT, TOP..BOTTOM);
            // Values grow upwards, pixels downwards.
            let up = y.range();
            let plane = root.apply_coord_spec(Cartesian2d::new(x.range(), up.end..up.start, pixels));
            grid(&plane, &x, &y)?;
            // Our lines are drawn last, on top of the others.
            for line in chart.lines.iter().rev() {
                draw_points(&plane, &x, &y, line)?;
            }
            for (place, line) in (0..).step_by(135).zip(&chart.lines) {
                let at = (left + LEFT + 20 + place, 78);
                root.draw(&(EmptyElement::at(at) + marker(line, (0, 0))))?;
                root.draw(&Text::new(line.label.as_str(), (at.0 + 13, at.1), text(15, HPos::Left)))?;
            }
        }
        root.present()?;
    }
    Ok(svg)
}

impl Chart {
    fn axes(&self) -> (Axis, Axis) {
        let points = || self.lines.iter().flat_map(|line| line.points.iter().copied());
        let mut ticks: Vec<f64> = points().map(|(x, _)| x).collect();
        ticks.sort_by(f64::total_cmp);
        ticks.dedup();
        (Axis::at(ticks, 0.03), Axis::log(points().map(|(_, y)| y), 0.0))
    }
}

fn grid(plane: &Plane<'_>, x: &Axis, y: &Axis) -> Result<()> {
    let (across, up) = (x.range(), y.range());
    for tick in &x.ticks {
        let at = x.place(*tick);
        plane.draw(&PathElement::new([(at, up.start), (at, up.end)], GRID))?;
        let label = Text::new(tick_label(*tick), (0, 14), text(14, HPos::Center));
        plane.draw(&(EmptyElement::at((at, up.start)) + label))?;
    }
    for tick in &y.ticks {
        let at = y.place(*tick);
        plane.draw(&PathElement::new([(across.start, at), (across.end, at)], GRID))?;
        let label = Text::new(tick_label(*tick), (-8, 0), text(14, HPos::Right));
        plane.draw(&(EmptyElement::at((across.start, at)) + label))?;
    }
    Ok(())
}

fn draw_points(plane: &Plane<'_>, x: &Axis, y: &Axis, line: &Line) -> Result<()> {
    let points: Vec<_> = line.points.iter().map(|point| (x.place(point.0), y.place(point.1))).collect();
    plane.draw(&PathElement::new(points.clone(), colour(line.stands_out).stroke_width(2)))?;
    for point in points {
        plane.draw(&(EmptyElement::at(point) + marker(line, (0, 0))))?;
    }
    Ok(())
}

/// Ours is filled, the other a larger ring, so that both are visible at the same point.
fn marker(line: &Line, at: (i32, i32)) -> Circle<(i32, i32), i32> {
    let colour = colour(line.stands_out);
    if line.stands_out {
        Circle::new(at, 4, colour.filled())
    } else {
        Circle::new(at, 7, colour.stroke_width(2))
    }
}
