//! The samples that the parts print.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::Result;

/// A value for each round.
pub(crate) type Series = BTreeMap<u32, f64>;

/// The place of a figure in the tables.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place<'a> {
    pub(crate) table: &'a str,
    pub(crate) case: &'a str,
    pub(crate) subject: &'a str,
}

/// Everything that was printed about one subject in one case.
#[derive(Debug)]
pub(crate) struct Row {
    table: String,
    case: String,
    subject: String,
    pub(crate) metrics: BTreeMap<String, Series>,
}

/// All samples. Rows are in the order of their first sample.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    rows: Vec<Row>,
}

/// One line of output.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    table: String,
    case: String,
    subject: String,
    round: u32,
    metrics: BTreeMap<String, f64>,
}

impl Row {
    pub(crate) fn place(&self) -> Place<'_> {
        Place { table: &self.table, case: &self.case, subject: &self.subject }
    }
}

impl Samples {
    /// Adds the sample on one line. It is an error to report a figure twice.
    pub(crate) fn add(&mut self, line: &str) -> Result<()> {
        let sample: Sample =
            serde_json::from_str(line).map_err(|error| format!("not a sample: {line}\n{error}"))?;
        let metrics = self.row_of(&sample);
        for (metric, value) in sample.metrics {
            if metrics.entry(metric).or_default().insert(sample.round, value).is_some() {
                return Err(format!("reported twice: {line}").into());
            }
        }
        Ok(())
    }

    fn row_of(&mut self, sample: &Sample) -> &mut BTreeMap<String, Series> {
        let Sample { table, case, subject, .. } = sample;
        let place = Place { table, case, subject };
        let index = self.rows.iter().position(|row| row.place() == place).unwrap_or_else(|| {
            let (table, case, subject) = (table.clone(), case.clone(), subject.clone());
            self.rows.push(Row { table, case, subject, metrics: BTreeMap::new() });
            self.rows.len() - 1
        });
        &mut self.rows[index].metrics
    }

    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Returns the rounds of a figure, if there are any.
    pub(crate) fn series(&self, place: Place<'_>, metric: &str) -> Option<&Series> {
        self.rows.iter().find(|row| row.place() == place)?.metrics.get(metric)
    }

    #[cfg(test)]
    pub(crate) fn of(lines: &[&str]) -> Self {
        let mut samples = Self::default();
        for line in lines {
            samples.add(line).unwrap();
        }
        samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_of_one_subject_are_merged() {
        let samples = Samples::of(&[
            r#"{"table":"core","case":"a","subject":"knock-core","round":0,"metrics":{"instructions":10}}"#,
            r#"{"table":"core","case":"a","subject":"by hand","round":0,"metrics":{"instructions":9}}"#,
            r#"{"table":"core","case":"a","subject":"knock-core","round":0,"metrics":{"allocations":3}}"#,
            r#"{"table":"core","case":"a","subject":"knock-core","round":1,"metrics":{"allocations":4}}"#,
        ]);
        assert_eq!(samples.rows().len(), 2);
        let place = Place { table: "core", case: "a", subject: "knock-core" };
        assert_eq!(samples.series(place, "allocations"), Some(&Series::from([(0, 3.0), (1, 4.0)])));
        assert_eq!(samples.series(place, "bytes"), None);
        assert_eq!(samples.series(Place { case: "b", ..place }, "allocations"), None);
    }

    #[test]
    fn invalid_and_repeated_samples_are_errors() {
        let mut samples = Samples::default();
        let line = r#"{"table":"t","case":"c","subject":"s","round":0,"metrics":{"m":1}}"#;
        samples.add(line).unwrap();
        samples.add(line).unwrap_err();
        samples.add("").unwrap_err();
        samples.add(&line.replace("\"round\":0", "\"round\":null")).unwrap_err();
        samples.add(&line.replace("\"m\":1", "\"m\":null")).unwrap_err();
        samples.add(&line.replace("\"case\":\"c\",", "")).unwrap_err();
    }
}
