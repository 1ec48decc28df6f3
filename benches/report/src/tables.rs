//! The results as Markdown tables.

use crate::layout::{Column, Table};
use crate::limits::{Bound, Limit, Limits};
use crate::machine::Machine;
use crate::numbers;
use crate::parts::Part;
use crate::results::{Results, Row};
use crate::statistics::difference;

/// Returns a table with a row for each case and subject, or `None` if nothing was measured.
pub(crate) fn table(table: &Table, results: &Results) -> Option<String> {
    let mut cases: Vec<(&str, Vec<&Row>)> = Vec::new();
    for row in results.rows(table.name) {
        let case = row.place().case;
        match cases.iter_mut().find(|(other, _)| *other == case) {
            Some((_, rows)) => rows.push(row),
            None => cases.push((case, vec![row])),
        }
    }
    let mut lines = vec![head(table)];
    for (case, rows) in cases {
        // Only the first row of a case shows its name.
        for (case, row) in std::iter::once(case).chain(std::iter::repeat("")).zip(rows) {
            let mut cells = vec![case.to_owned(), subject(row.place().subject)];
            cells.extend(table.columns.iter().map(|column| cell(column, row)));
            lines.push(line(&cells));
        }
    }
    (lines.len() > 1).then(|| lines.join("\n"))
}

fn head(table: &Table) -> String {
    let columns = table.columns.iter().map(|column| match column {
        Column::Value { heading, .. } | Column::Ratio { heading, .. } => (*heading).to_owned(),
    });
    let headings: Vec<String> = ["case", "subject"].map(str::to_owned).into_iter().chain(columns).collect();
    format!("{}\n|---|---|{}", line(&headings), "--:|".repeat(table.columns.len()))
}

fn cell(column: &Column, row: &Row) -> String {
    let place = row.place();
    let text = match column {
        Column::Value { metric, unit, .. } => {
            row.figure(metric).map(|figure| unit.write(figure.spread.median, place.case))
        }
        Column::Ratio { than, .. } if than.seen_from(place) == place => Some("1".to_owned()),
        Column::Ratio { metric, than, .. } => row
            .figure(metric)
            .and_then(|figure| figure.ratio(place, than.seen_from(place)))
            .map(numbers::ratio_with_spread),
    };
    text.unwrap_or_default()
}

/// Formats a subject; those of this repository are bold.
fn subject(name: &str) -> String {
    if is_ours(name) { format!("**{name}**") } else { name.to_owned() }
}

/// Returns whether a subject belongs to this repository.
pub(crate) fn is_ours(subject: &str) -> bool {
    subject.starts_with("knock-")
}

fn line(cells: &[String]) -> String {
    format!("| {} |", cells.join(" | "))
}

/// Returns the table of limits with the last measured values.
pub(crate) fn limits(limits: &Limits, results: &Results) -> String {
    let mut lines = vec!["| figure | measured | limit |\n|---|--:|---|".to_owned()];
    for limit in &limits.all {
        let measured = measured(limit, results).unwrap_or_else(|| "not measured".to_owned());
        lines.push(line(&[limit.what(), measured, limit.wanted()]));
    }
    lines.join("\n")
}

fn measured(limit: &Limit, results: &Results) -> Option<String> {
    let (place, than) = (limit.place(), limit.than());
    let figure = results.figure(place, limit.metric())?;
    if let Bound::MostMore(_) = limit.bound {
        let other = results.figure(than, limit.metric())?;
        let more = difference(figure.spread.median, other.spread.median);
        let text = if more < 0.0 { format!("{} fewer", -more) } else { format!("{more} more") };
        return Some(with_verdict(text, limit.bound.holds(more)));
    }
    let ratio = figure.ratio(place, than)?;
    Some(with_verdict(numbers::fine_ratio_with_spread(ratio), limit.bound.holds(ratio.median)))
}

fn with_verdict(measured: String, holds: bool) -> String {
    if holds { measured } else { format!("{measured}, **missed**") }
}

/// Returns where the parts were measured, one line per machine and day.
pub(crate) fn machines(results: &Results) -> Option<String> {
    let mut machines: Vec<(&Machine, Vec<Part>)> = Vec::new();
    for (part, machine) in results.machines() {
        match machines.iter_mut().find(|(other, _)| *other == machine) {
            Some((_, parts)) => parts.push(part),
            None => machines.push((machine, vec![part])),
        }
    }
    let lines = machines.iter().map(|(machine, parts)| {
        let Machine { date, cpu, cores, system, rustc, node, python } = machine;
        let parts: Vec<&str> = parts.iter().map(|part| part.name()).collect();
        format!(
            "- {}: on {date}, {cpu} with {cores} cores, {system}; Rust {rustc}, Node {node}, Python {python}",
            parts.join(", ")
        )
    });
    let lines: Vec<String> = lines.collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}
