//! The plots as SVG. The same results give the same bytes.

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

/// A finished plot.
#[derive(Debug)]
pub(crate) struct Plot {
    pub(crate) name: &'static str,
    title: &'static str,
    pub(crate) svg: String,
}

/// The names of all plots.
pub(crate) const NAMES: [&str; 7] =
    ["load-requests", "load-cpu", "core", "tokens", "worker", "spin", "growth"];

/// Returns the path of a plot from the root of the repository.
pub(crate) fn file(name: &str) -> String {
    format!("benches/plots/{name}.svg")
}

impl Plot {
    /// Returns the image in Markdown.
    pub(crate) fn image(&self) -> String {
        format!("![{}]({})", self.title, file(self.name))
    }
}

/// Draws all plots that have figures.
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

fn all_bars(results: &Results) -> [(&'static str, Bars); 6] {
    let rate = "requests_per_second";
    [
        (
            "load-requests",
            Bars {
                title: "Requests per second, by client",
                axis: "requests per second on one core (log scale): higher is better",
                is_log: true,
                mark: None,
                panels: by_case("load", rate, results),
            },
        ),
        (
            "load-cpu",
            Bars {
                title: "CPU time per request, by client",
                axis: "microseconds of CPU time per request: lower is better",
                is_log: false,
                mark: None,
                panels: by_case("load", "cpu_microseconds", results),
            },
        ),
        (
            "core",
            Bars {
                title: "Instructions of the core, relative to hand-written code",
                axis: "instructions relative to hand-written code (the line at 1): lower is better",
                is_log: false,
                mark: Some(1.0),
                panels: core(results),
            },
        ),
        (
            "tokens",
            Bars {
                title: "CPU time to sign a user token",
                axis: "microseconds of CPU time per token: lower is better",
                is_log: false,
                mark: None,
                panels: by_case("tokens", "microseconds", results),
            },
        ),
        (
            "worker",
            Bars {
                title: "Requests per second of a Worker in workerd",
                axis: "requests per second on one core: higher is better",
                is_log: false,
                mark: None,
                panels: working(by_case("worker", rate, results)),
            },
        ),
        (
            "spin",
            Bars {
                title: "CPU time per request of a Spin component in wasmtime",
                axis: "microseconds of CPU time per request (log scale): lower is better",
                is_log: true,
                mark: None,
                panels: working(by_case("spin", "cpu_microseconds", results)),
            },
        ),
    ]
}

/// Returns a panel for each case with a bar for each subject.
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

/// Removes the Worker or component that does no work, whose bar is out of scale.
fn working(mut panels: Vec<Panel>) -> Vec<Panel> {
    for panel in &mut panels {
        panel.bars.retain(|bar| bar.label != "nothing");
    }
    panels
}

/// Returns a bar for each case: ours relative to hand-written code.
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

/// Returns charts of the cost of one item over the number of items.
fn growth(results: &Results) -> Vec<Chart> {
    let charts = [
        ("growth recipients", "per recipient, 1 call in flight", "recipients of a trigger"),
        ("growth messages", "per message, 1 call in flight", "messages on a page"),
        ("growth in flight", "per call", "calls in flight"),
    ];
    let charts = charts.map(|(table, caption, axis)| {
        // Calls in flight are separate calls, so their cost is not divided.
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
