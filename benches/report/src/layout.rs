//! The tables: which part each belongs to, its references, and its columns.

use crate::numbers::Unit;
use crate::parts::Part;
use crate::samples::Place;

/// A table of samples.
#[derive(Debug)]
pub(crate) struct Table {
    /// The name in the samples.
    pub(crate) name: &'static str,
    pub(crate) part: Part,
    /// What each figure is compared with, round by round.
    pub(crate) references: &'static [Reference],
    pub(crate) columns: &'static [Column],
}

/// What a figure is compared with.
#[derive(Debug)]
pub(crate) struct Reference {
    /// The same subject if `None`.
    subject: Option<&'static str>,
    /// The same case if `None`.
    case: Option<&'static str>,
}

/// A column of a table.
#[derive(Debug)]
pub(crate) enum Column {
    Value { heading: &'static str, metric: &'static str, unit: Unit },
    Ratio { heading: &'static str, metric: &'static str, than: &'static Reference },
}

impl Reference {
    const fn subject(name: &'static str) -> Self {
        Self { subject: Some(name), case: None }
    }

    const fn own(case: &'static str) -> Self {
        Self { subject: None, case: Some(case) }
    }

    const fn of(subject: &'static str, case: &'static str) -> Self {
        Self { subject: Some(subject), case: Some(case) }
    }

    /// Returns the place of the reference for the figure at `place`.
    pub(crate) fn seen_from<'a>(&'a self, place: Place<'a>) -> Place<'a> {
        Place {
            table: place.table,
            case: self.case.unwrap_or(place.case),
            subject: self.subject.unwrap_or(place.subject),
        }
    }
}

/// Finds a table by its name.
pub(crate) fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

const fn value(heading: &'static str, metric: &'static str, unit: Unit) -> Column {
    Column::Value { heading, metric, unit }
}

const fn times(heading: &'static str, metric: &'static str, than: &'static Reference) -> Column {
    Column::Ratio { heading, metric, than }
}

const RATE: &str = "requests_per_second";
const CPU: &str = "cpu_microseconds";
const CPU_PER_ITEM: &str = "cpu_nanoseconds";

const BY_HAND: Reference = Reference::subject("by hand");
const REQWEST: Reference = Reference::subject("reqwest");
const OFFICIAL: Reference = Reference::subject("@knocklabs/node 1.35.0");
const JAVASCRIPT: Reference = Reference::subject("JavaScript by hand");
const RUST: Reference = Reference::subject("Rust by hand");
const AWS_LC: Reference = Reference::of("aws-lc-rs alone", "parsed key");
const OFFICIAL_TOKEN: Reference = Reference::of("@knocklabs/node 1.35.0", "key parsed per call");
const ONE_IN_FLIGHT: Reference = Reference::own("1 in flight");
const TEN_RECIPIENTS: Reference = Reference::own("10 recipients");
const TEN_THOUSAND_USERS: Reference = Reference::own("10,000 users");
const TEN_THOUSAND_RECIPIENTS: Reference = Reference::own("10,000 recipients");
const TEN_MESSAGES: Reference = Reference::own("10 messages");
const CORE: Reference = Reference::subject("knock-core");

/// All tables, in the order of the page.
pub(crate) const TABLES: &[Table] = &[
    Table {
        name: "core",
        part: Part::Core,
        references: &[BY_HAND],
        columns: &[
            value("instructions", "instructions", Unit::Exact),
            times("× by hand", "instructions", &BY_HAND),
            value("allocations", "allocations", Unit::Exact),
            value("bytes allocated", "allocated_bytes", Unit::Exact),
            times("× by hand", "allocated_bytes", &BY_HAND),
        ],
    },
    Table {
        name: "load",
        part: Part::Load,
        references: &[REQWEST, OFFICIAL],
        columns: &[
            value("requests/s", RATE, Unit::Figure),
            times("× reqwest", RATE, &REQWEST),
            times("× official", RATE, &OFFICIAL),
            value("CPU, µs", CPU, Unit::Figure),
            times("× reqwest", CPU, &REQWEST),
            value("p50, µs", "p50_microseconds", Unit::Figure),
            value("p99, µs", "p99_microseconds", Unit::Figure),
            value("peak memory, MiB", "peak_kibibytes", Unit::Mebibytes),
        ],
    },
    Table {
        name: "growth in flight",
        part: Part::Load,
        references: &[REQWEST, ONE_IN_FLIGHT],
        columns: &[
            value("requests/s", RATE, Unit::Figure),
            value("CPU per call, µs", CPU, Unit::Figure),
            times("× reqwest", CPU, &REQWEST),
            times("× own with 1", CPU, &ONE_IN_FLIGHT),
            value("p99, µs", "p99_microseconds", Unit::Figure),
            value("peak memory, MiB", "peak_kibibytes", Unit::Mebibytes),
        ],
    },
    Table {
        name: "growth recipients",
        part: Part::Load,
        references: &[REQWEST, TEN_RECIPIENTS],
        columns: &[
            value("CPU per call, µs", CPU, Unit::Figure),
            value("CPU per recipient, µs", CPU, Unit::PerItem),
            times("× reqwest", CPU, &REQWEST),
            times("call × own with 10", CPU, &TEN_RECIPIENTS),
            value("peak memory, MiB", "peak_kibibytes", Unit::Mebibytes),
        ],
    },
    Table {
        name: "growth messages",
        part: Part::Load,
        references: &[REQWEST, TEN_MESSAGES],
        columns: &[
            value("CPU per call, µs", CPU, Unit::Figure),
            value("CPU per message, µs", CPU, Unit::PerItem),
            times("× reqwest", CPU, &REQWEST),
            times("call × own with 10", CPU, &TEN_MESSAGES),
            value("peak memory, MiB", "peak_kibibytes", Unit::Mebibytes),
        ],
    },
    Table {
        name: "bulk import",
        part: Part::Bulk,
        references: &[REQWEST, TEN_THOUSAND_USERS],
        columns: &[
            value("users/s", "items_per_second", Unit::Figure),
            value("CPU per user, ns", CPU_PER_ITEM, Unit::Figure),
            times("× reqwest", CPU_PER_ITEM, &REQWEST),
            times("× own with 10,000", CPU_PER_ITEM, &TEN_THOUSAND_USERS),
            value("peak memory, MiB", "peak_kibibytes", Unit::Mebibytes),
            times("× own with 10,000", "peak_kibibytes", &TEN_THOUSAND_USERS),
        ],
    },
    Table {
        name: "bulk trigger",
        part: Part::Bulk,
        references: &[REQWEST, TEN_THOUSAND_RECIPIENTS],
        columns: &[
            value("recipients/s", "items_per_second", Unit::Figure),
            value("CPU per recipient, ns", CPU_PER_ITEM, Unit::Figure),
            times("× reqwest", CPU_PER_ITEM, &REQWEST),
            times("× own with 10,000", CPU_PER_ITEM, &TEN_THOUSAND_RECIPIENTS),
            value("peak memory, MiB", "peak_kibibytes", Unit::Mebibytes),
            times("× own with 10,000", "peak_kibibytes", &TEN_THOUSAND_RECIPIENTS),
        ],
    },
    Table {
        name: "tokens",
        part: Part::Tokens,
        references: &[AWS_LC, OFFICIAL_TOKEN],
        columns: &[
            value("CPU, µs", "microseconds", Unit::Figure),
            times("× aws-lc-rs alone", "microseconds", &AWS_LC),
            times("× official", "microseconds", &OFFICIAL_TOKEN),
            value("wall, µs", "wall_microseconds", Unit::Figure),
        ],
    },
    Table {
        name: "worker",
        part: Part::Worker,
        references: &[OFFICIAL, JAVASCRIPT],
        columns: &[
            value("requests/s", RATE, Unit::Figure),
            times("× official", RATE, &OFFICIAL),
            times("× JavaScript by hand", RATE, &JAVASCRIPT),
            value("CPU, µs", CPU, Unit::Figure),
            value("p50, µs", "p50_microseconds", Unit::Figure),
            value("p99, µs", "p99_microseconds", Unit::Figure),
        ],
    },
    Table {
        name: "worker start",
        part: Part::Worker,
        references: &[OFFICIAL],
        columns: &[
            value("wall, ms", "milliseconds", Unit::Figure),
            times("× official", "milliseconds", &OFFICIAL),
            value("CPU, ms", "cpu_milliseconds", Unit::Figure),
            times("× official", "cpu_milliseconds", &OFFICIAL),
        ],
    },
    Table {
        name: "spin",
        part: Part::Spin,
        references: &[RUST],
        columns: &[
            value("requests/s", RATE, Unit::Figure),
            times("× Rust by hand", RATE, &RUST),
            value("CPU, µs", CPU, Unit::Figure),
            times("× Rust by hand", CPU, &RUST),
            value("p50, µs", "p50_microseconds", Unit::Figure),
            value("p99, µs", "p99_microseconds", Unit::Figure),
            value("peak memory, MiB", "peak_kibibytes", Unit::Mebibytes),
        ],
    },
    Table {
        name: "spin start",
        part: Part::Spin,
        references: &[RUST],
        columns: &[
            value("wall, ms", "milliseconds", Unit::Figure),
            times("× Rust by hand", "milliseconds", &RUST),
            value("CPU, ms", "cpu_milliseconds", Unit::Figure),
            times("× Rust by hand", "cpu_milliseconds", &RUST),
        ],
    },
    Table {
        name: "builds",
        part: Part::Builds,
        references: &[CORE],
        columns: &[
            value("crates", "crates", Unit::Exact),
            value("seconds", "seconds", Unit::Figure),
            times("× knock-core", "seconds", &CORE),
        ],
    },
];
