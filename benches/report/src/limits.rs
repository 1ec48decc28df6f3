//! The limits in `limits.json`.

use std::fmt;
use std::fs;

use serde::Deserialize;

use crate::parts::Part;
use crate::samples::{Place, Samples};
use crate::statistics::{Spread, difference, paired, ratio};
use crate::{Result, layout};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../limits.json");

/// All limits.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct Limits {
    pub(crate) all: Vec<Limit>,
}

/// A bound on one figure relative to another.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Entry")]
pub(crate) struct Limit {
    entry: Entry,
    pub(crate) bound: Bound,
}

/// The allowed range of the median of all rounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Bound {
    /// At least this many times the other figure.
    Least(f64),
    /// At most this many times the other figure.
    Most(f64),
    /// At most this much more than the other figure.
    MostMore(f64),
}

/// A limit as written in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    table: String,
    case: String,
    subject: String,
    metric: String,
    than: String,
    than_case: Option<String>,
    at_least: Option<f64>,
    at_most: Option<f64>,
    at_most_more: Option<f64>,
    why: String,
}

impl TryFrom<Entry> for Limit {
    type Error = String;

    fn try_from(entry: Entry) -> Result<Self, String> {
        let bound = match (entry.at_least, entry.at_most, entry.at_most_more) {
            (Some(times), None, None) => Bound::Least(times),
            (None, Some(times), None) => Bound::Most(times),
            (None, None, Some(more)) => Bound::MostMore(more),
            _ => return Err("a limit needs exactly one of at_least, at_most and at_most_more".to_owned()),
        };
        if entry.why.is_empty() {
            return Err("a limit needs a reason in `why`".to_owned());
        }
        Ok(Self { entry, bound })
    }
}

impl Limits {
    pub(crate) fn read() -> Result<Self> {
        let text = fs::read_to_string(FILE)?;
        Ok(serde_json::from_str(&text).map_err(|error| format!("limits.json: {error}"))?)
    }

    /// Returns the parts that have limits.
    pub(crate) fn parts(&self) -> Result<Vec<Part>> {
        let mut parts: Vec<Part> = self.all.iter().map(Limit::part).collect::<Result<_>>()?;
        parts.sort();
        parts.dedup();
        Ok(parts)
    }

    /// Keeps only the limits of these parts.
    pub(crate) fn keep(&mut self, parts: &[Part]) -> Result<()> {
        for part in parts {
            if !self.parts()?.contains(part) {
                return Err(format!("the part {} has no limits", part.name()).into());
            }
        }
        self.all.retain(|limit| limit.part().is_ok_and(|part| parts.contains(&part)));
        Ok(())
    }

    /// Checks the samples against all limits.
    pub(crate) fn check(&self, samples: &Samples) -> Report<'_> {
        Report(self.all.iter().map(|limit| (limit, limit.measured(samples))).collect())
    }
}

impl Limit {
    pub(crate) fn part(&self) -> Result<Part> {
        let name = &self.entry.table;
        let table = layout::table(name).ok_or_else(|| format!("limits.json: there is no table {name}"))?;
        Ok(table.part)
    }

    pub(crate) fn place(&self) -> Place<'_> {
        let Entry { table, case, subject, .. } = &self.entry;
        Place { table, case, subject }
    }

    /// Returns the place of the other figure.
    pub(crate) fn than(&self) -> Place<'_> {
        let case = self.entry.than_case.as_ref().unwrap_or(&self.entry.case);
        Place { case, subject: &self.entry.than, ..self.place() }
    }

    pub(crate) fn metric(&self) -> &str {
        &self.entry.metric
    }

    /// Describes the limited figure.
    pub(crate) fn what(&self) -> String {
        let Entry { table, case, subject, metric, .. } = &self.entry;
        format!("{table}, {case}: {subject}, {}", metric.replace('_', " "))
    }

    /// Describes the bound.
    pub(crate) fn wanted(&self) -> String {
        let than = match &self.entry.than_case {
            Some(case) if self.entry.than == self.entry.subject => format!("the same subject with {case}"),
            Some(case) => format!("{}, {case}", self.entry.than),
            None => self.entry.than.clone(),
        };
        match self.bound {
            Bound::Least(times) => format!("≥ {times} × {than}"),
            Bound::Most(times) => format!("≤ {times} × {than}"),
            Bound::MostMore(more) => format!("≤ {more} more than {than}"),
        }
    }

    /// Returns the median over all rounds that have both figures.
    fn measured(&self, samples: &Samples) -> Option<f64> {
        let series = samples.series(self.place(), &self.entry.metric)?;
        let than = samples.series(self.than(), &self.entry.metric)?;
        let compare = if matches!(self.bound, Bound::MostMore(_)) { difference } else { ratio };
        Some(Spread::of(paired(series, than, compare))?.median)
    }
}

impl Bound {
    /// Returns whether a measured value is within the bound.
    pub(crate) fn holds(self, measured: f64) -> bool {
        match self {
            Self::Least(times) => measured >= times,
            Self::Most(most) | Self::MostMore(most) => measured <= most,
        }
    }
}

/// The limits with the measured values, if there are any.
#[derive(Debug)]
pub(crate) struct Report<'a>(Vec<(&'a Limit, Option<f64>)>);

impl Report<'_> {
    pub(crate) fn failed(&self) -> usize {
        self.0.iter().filter(|(limit, value)| !value.is_some_and(|value| limit.bound.holds(value))).count()
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<_> = self.0.iter().map(|(limit, value)| (limit, limit.what(), *value)).collect();
        let width = rows.iter().map(|(_, what, _)| what.chars().count()).max().unwrap_or_default();
        for (limit, what, value) in rows {
            let (value, verdict) = match value {
                Some(value) if limit.bound.holds(value) => (format!("{value:.3}"), "ok"),
                Some(value) => (format!("{value:.3}"), "MISSED"),
                None => ("none".to_owned(), "MISSED: no samples"),
            };
            writeln!(formatter, "{what:width$}  {value:>8}  {:48}  {verdict}", limit.wanted())?;
        }
        let failed = self.failed();
        write!(formatter, "{} passed, {failed} failed", self.0.len() - failed)
    }
}

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
