//! The plots, as SVG: the same results give the same bytes.

mod axis;
mod bars;
mod lines;
mod paint;

use crate::Result;
use crate::numbers::items;
use crate::plots::bars::{Bar, Bars, Panel};
use crate::plots::lines::{Chart, Line};
use crate::results::Results;
use crate::samples::Place;
use crate::tables::is_ours;

/// A plot, drawn.
#[derive(Debug)]
pub(crate) struct Plot {
    pub(crate) name: &'static str,
    title: &'static str,
    pub(crate) svg: String,
}

/// The names of all plots.
pub(crate) const NAMES: [&str; 6] = ["load-requests", "load-cpu", "core", "tokens", "worker", "growth"];

/// Where a plot is, seen from the top of the repository.
pub(crate) fn file(name: &str) -> String {
    format!("benches/plots/{name}.svg")
}

impl Plot {
    /// How the page shows it.
    pub(crate) fn image(&self) -> String {
        format!("![{}]({})", self.title, file(self.name))
    }
}

/// All plots that there are figures for.
pub(crate) fn all(results: &Results) -> Result<Vec<Plot>> {
    let mut plots = Vec::new();
    for (name, bars) in all_bars(results) {
        if !bars.panels.is_empty() {
            plots.push(Plot { name, title: bars.title, svg: bars.draw()? });
        }
    }
    let charts = growth(results);
    if !charts.is_empty() {
        let title = "CPU time as the work grows";
        plots.push(Plot { name: "growth", title, svg: lines::draw(title, &charts)? });
    }
    Ok(plots)
}

fn all_bars(results: &Results) -> [(&'static str, Bars); 5] {
    let rate = "requests_per_second";
    [
        (
            "load-requests",
            Bars {
                title: "Requests per second, by client",
                axis: "requests per second on one core (log scale): more is better",
                is_log: true,
                mark: None,
                panels: by_case("load", rate, results),
            },
        ),
        (
            "load-cpu",
            Bars {
                title: "CPU time per request, by client",
                axis: "microseconds of CPU time per request: less is better",
                is_log: false,
                mark: None,
                panels: by_case("load", "cpu_microseconds", results),
            },
        ),
        (
            "core",
            Bars {
                title: "Instructions of the core, relative to the same by hand",
                axis: "instructions, as a multiple of those by hand (the line at 1): less is better",
                is_log: false,
                mark: Some(1.0),
                panels: core(results),
            },
        ),
        (
            "tokens",
            Bars {
                title: "CPU time to sign a user token",
                axis: "microseconds of CPU time per token: less is better",
                is_log: false,
                mark: None,
                panels: by_case("tokens", "microseconds", results),
            },
        ),
        (
            "worker",
            Bars {
                title: "Requests per second of a Worker in workerd",
                axis: "requests per second on one core: more is better",
                is_log: false,
                mark: None,
                panels: working(by_case("worker", rate, results)),
            },
        ),
    ]
}

/// A panel for each case, with a bar for each subject.
fn by_case(table: &str, metric: &str, results: &Results) -> Vec<Panel> {
    let mut panels: Vec<Panel> = Vec::new();
    for row in results.rows(table) {
        let Place { case, subject, .. } = row.place();
        let Some(figure) = row.figure(metric) else { continue };
        let bar =
            Bar { label: subject.to_owned(), value: figure.spread.median, stands_out: is_ours(subject) };
        match panels.iter_mut().find(|panel| panel.caption == case) {
            Some(panel) => panel.bars.push(bar),
            None => panels.push(Panel { caption: case.to_owned(), bars: vec![bar] }),
        }
    }
    panels
}

/// Without the Worker that does no work, whose bar would leave no room for the others.
fn working(mut panels: Vec<Panel>) -> Vec<Panel> {
    for panel in &mut panels {
        panel.bars.retain(|bar| bar.label != "nothing");
    }
    panels
}

/// A bar for each case: ours relative to the same by hand.
fn core(results: &Results) -> Vec<Panel> {
    let ratio = |place: Place<'_>| {
        let than = Place { subject: "by hand", ..place };
        results.figure(place, "instructions")?.ratio(place, than)
    };
    let ours = results.rows("core").filter(|row| row.place().subject == "knock-core");
    let bars: Vec<Bar> = ours
        .filter_map(|row| {
            let label = row.place().case.to_owned();
            Some(Bar { label, value: ratio(row.place())?.median, stands_out: true })
        })
        .collect();
    if bars.is_empty() { Vec::new() } else { vec![Panel { caption: "knock-core".to_owned(), bars }] }
}

/// Charts of what one item costs, over the number of items.
fn growth(results: &Results) -> Vec<Chart> {
    let charts = [
        ("growth recipients", "per recipient, 1 call in flight", "recipients of a trigger"),
        ("growth messages", "per message, 1 call in flight", "messages on a page"),
        ("growth in flight", "per call", "calls in flight"),
    ];
    let charts = charts.map(|(table, caption, axis)| {
        // Calls in flight are many calls, not more work in one.
        let in_one_call = table != "growth in flight";
        Chart { caption, axis, lines: lines_of(table, in_one_call, results) }
    });
    charts.into_iter().filter(|chart| !chart.lines.is_empty()).collect()
}

fn lines_of(table: &str, in_one_call: bool, results: &Results) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for row in results.rows(table) {
        let Place { case, subject, .. } = row.place();
        let Some(figure) = row.figure("cpu_microseconds") else { continue };
        let count = items(case);
        let cost = figure.spread.median / if in_one_call { count } else { 1.0 };
        match lines.iter_mut().find(|line| line.label == subject) {
            Some(line) => line.points.push((count, cost)),
            None => lines.push(Line {
                label: subject.to_owned(),
                stands_out: is_ours(subject),
                points: vec![(count, cost)],
            }),
        }
    }
    lines
}
