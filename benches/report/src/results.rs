//! The last results of each part, in `results.json`.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::layout::{self, Reference};
use crate::machine::Machine;
use crate::parts::Part;
use crate::samples::{Place, Row as SampleRow, Samples};
use crate::statistics::{Spread, paired, ratio};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../results.json");

/// All results.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Results {
    parts: BTreeMap<Part, Measured>,
}

/// The results of a part, and the machine that measured them.
#[derive(Debug, Serialize, Deserialize)]
struct Measured {
    machine: Machine,
    rows: Vec<Row>,
}

/// The results of one subject in one case.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    table: String,
    case: String,
    subject: String,
    metrics: BTreeMap<String, Figure>,
}

/// One metric over all rounds.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Figure {
    #[serde(flatten)]
    pub(crate) spread: Spread,
    rounds: usize,
    /// The ratios to the references of the table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ratios: Vec<Ratio>,
}

/// A ratio between figures of the same rounds.
#[derive(Debug, Serialize, Deserialize)]
struct Ratio {
    than: String,
    /// The case of the reference, if it is a different one.
    #[serde(skip_serializing_if = "Option::is_none")]
    than_case: Option<String>,
    #[serde(flatten)]
    spread: Spread,
}

impl Results {
    /// Reads the last results; empty if there are none.
    pub(crate) fn read() -> Result<Self> {
        match fs::read_to_string(FILE) {
            Ok(text) => Ok(serde_json::from_str(&text).map_err(|error| format!("results.json: {error}"))?),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) fn write(&self) -> Result<()> {
        Ok(fs::write(FILE, self.to_text()?)?)
    }

    /// Writes one line per row, so that diffs are readable.
    fn to_text(&self) -> Result<String> {
        let mut parts = Vec::new();
        for (part, Measured { machine, rows }) in &self.parts {
            let rows: Vec<String> = rows.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
            let (part, machine) = (serde_json::to_string(part)?, serde_json::to_string(machine)?);
            let rows = rows.join(",\n    ");
            parts.push(format!("  {part}: {{\n  \"machine\": {machine},\n  \"rows\": [\n    {rows}\n  ]}}"));
        }
        Ok(format!("{{\n{}\n}}\n", parts.join(",\n")))
    }

    /// Replaces the results of a part.
    pub(crate) fn replace(&mut self, part: Part, samples: &Samples, machine: Machine) {
        let is_of_part =
            |row: &&SampleRow| layout::table(row.place().table).is_some_and(|table| table.part == part);
        let rows = samples.rows().iter().filter(is_of_part).map(|row| Row::of(row, samples)).collect();
        self.parts.insert(part, Measured { machine, rows });
    }

    /// Returns the machine that measured each part.
    pub(crate) fn machines(&self) -> impl Iterator<Item = (Part, &Machine)> {
        self.parts.iter().map(|(part, measured)| (*part, &measured.machine))
    }

    /// Returns the rows of a table.
    pub(crate) fn rows<'a>(&'a self, table: &str) -> impl Iterator<Item = &'a Row> {
        self.parts.values().flat_map(|measured| &measured.rows).filter(move |row| row.table == table)
    }

    /// Returns a figure, if it was measured.
    pub(crate) fn figure(&self, place: Place<'_>, metric: &str) -> Option<&Figure> {
        self.rows(place.table).find(|row| row.place() == place)?.figure(metric)
    }
}

impl Row {
    fn of(row: &SampleRow, samples: &Samples) -> Self {
        let place = row.place();
        let references = layout::table(place.table).map_or(&[][..], |table| table.references);
        let figure = |metric: &str| Figure::of(place, metric, references, samples);
        let metrics = row.metrics.keys().filter_map(|metric| Some((metric.clone(), figure(metric)?)));
        Self {
            metrics: metrics.collect(),
            table: place.table.to_owned(),
            case: place.case.to_owned(),
            subject: place.subject.to_owned(),
        }
    }

    pub(crate) fn place(&self) -> Place<'_> {
        Place { table: &self.table, case: &self.case, subject: &self.subject }
    }

    pub(crate) fn figure(&self, metric: &str) -> Option<&Figure> {
        self.metrics.get(metric)
    }
}

impl Figure {
    fn of(place: Place<'_>, metric: &str, references: &[Reference], samples: &Samples) -> Option<Self> {
        let series = samples.series(place, metric)?;
        let others = references.iter().map(|reference| reference.seen_from(place));
        let ratio_to = |other: Place<'_>| {
            let than = samples.series(other, metric).filter(|_| other != place)?;
            let spread = Spread::of(paired(series, than, ratio))?.rounded();
            let than_case = (other.case != place.case).then(|| other.case.to_owned());
            Some(Ratio { than: other.subject.to_owned(), than_case, spread })
        };
        let ratios = others.filter_map(ratio_to).collect();
        let spread = Spread::of(series.values().copied())?.rounded();
        Some(Self { spread, rounds: series.len(), ratios })
    }

    /// Returns the ratio of this figure, at `place`, to the one at `other`.
    pub(crate) fn ratio(&self, place: Place<'_>, other: Place<'_>) -> Option<Spread> {
        let case = Some(other.case).filter(|case| *case != place.case);
        let is_other = |ratio: &&Ratio| ratio.than == other.subject && ratio.than_case.as_deref() == case;
        Some(self.ratios.iter().find(is_other)?.spread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place<'_> = Place { table: "load", case: "1 in flight", subject: "knock-reqwest" };

    fn samples(values: [[f64; 2]; 2]) -> Samples {
        let mut lines = Vec::new();
        for (round, [ours, theirs]) in values.into_iter().enumerate() {
            for (subject, value) in [("knock-reqwest", ours), ("reqwest", theirs)] {
                lines.push(format!(
                    r#"{{"table":"load","case":"1 in flight","subject":"{subject}","round":{round},"metrics":{{"requests_per_second":{value}}}}}"#
                ));
            }
        }
        Samples::of(&lines.iter().map(String::as_str).collect::<Vec<_>>())
    }

    #[test]
    fn results_have_medians_and_paired_ratios_and_round_trip() {
        let mut results = Results::default();
        results.replace(Part::Load, &samples([[100.0, 200.0], [300.0, 300.0]]), Machine::example());
        let text = results.to_text().unwrap();
        let results: Results = serde_json::from_str(&text).unwrap();
        assert_eq!(results.to_text().unwrap(), text);

        let figure = results.figure(PLACE, "requests_per_second").unwrap();
        assert_eq!(figure.spread, Spread { median: 200.0, min: 100.0, max: 300.0 });
        assert_eq!(figure.rounds, 2);
        let than = Place { subject: "reqwest", ..PLACE };
        assert_eq!(figure.ratio(PLACE, than), Some(Spread { median: 0.75, min: 0.5, max: 1.0 }));
        // The reference is not compared with itself.
        assert!(results.figure(than, "requests_per_second").unwrap().ratios.is_empty());
    }

    #[test]
    fn only_the_measured_part_is_replaced() {
        let mut results = Results::default();
        results.replace(Part::Load, &samples([[1.0, 1.0]; 2]), Machine::example());
        let core =
            r#"{"table":"core","case":"a","subject":"by hand","round":0,"metrics":{"instructions":1}}"#;
        results.replace(Part::Core, &Samples::of(&[core]), Machine::example());
        assert_eq!((results.rows("load").count(), results.rows("core").count()), (2, 1));
        results.replace(Part::Load, &Samples::default(), Machine::example());
        assert_eq!((results.rows("load").count(), results.rows("core").count()), (0, 1));
    }
}
