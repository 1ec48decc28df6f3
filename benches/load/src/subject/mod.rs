//! The clients in Rust: each does the same work and puts the same on the wire.

pub mod by_hand;
pub mod hyper;
pub mod knock;
pub mod reqwest;

use std::time::Duration;

use serde::Serialize;

use crate::Result;
use crate::measure::{self, Cost, Load};

/// The key that all send.
const API_KEY: &str = "sk_test_12345";
/// The workflow that all trigger.
const WORKFLOW: &str = "dinosaurs-loose";
/// Who does it.
const ACTOR: &str = "dnedry";
/// Whom it is about.
const TENANT: &str = "jurassic-park";
/// How long a call may take.
const TIMEOUT: Duration = Duration::from_secs(60);

/// What the calls do.
#[derive(Debug, Clone)]
pub enum Work {
    /// Trigger a workflow for these.
    Trigger {
        /// Ids of users.
        recipients: Vec<String>,
    },
    /// Get a page of so many messages.
    Messages {
        /// How many.
        page_size: u32,
    },
}

impl Work {
    /// A trigger for so many recipients: those of the README, then others.
    pub fn trigger(recipients: usize) -> Self {
        let known = ["jhammond", "agrant", "imalcolm", "esattler"].map(str::to_owned);
        let others = (known.len()..).map(|index| format!("visitor-{index:04}"));
        Self::Trigger { recipients: known.into_iter().chain(others).take(recipients).collect() }
    }
}

/// What the caller has to tell; it is the caller's own type for each client.
#[derive(Debug, Clone, Copy, Serialize)]
struct Data {
    #[serde(rename = "type")]
    kind: &'static str,
    priority: u8,
}

const DATA: Data = Data { kind: "trex", priority: 1 };

/// The names of the subjects.
pub const NAMES: [&str; 3] = ["knock-reqwest", "reqwest", "hyper"];

/// Measures a subject, by its name, on the server at `url`.
///
/// # Errors
///
/// Where there is no such subject, or the first error of any call.
pub fn run(name: &str, url: &str, work: Work, load: Load) -> Result<Cost> {
    match name {
        "knock-reqwest" => measure::run(|| knock::Subject::new(url, work), load),
        "reqwest" => measure::run(|| reqwest::Subject::new(url, work), load),
        "hyper" => measure::run(|| hyper::Subject::new(url, work), load),
        _ => Err(format!("no subject {name}; there are {}", NAMES.join(", ")).into()),
    }
}

/// Refuses an answer that has not all that was asked for.
fn check_page(items: usize, page_size: u32) -> Result<()> {
    if u32::try_from(items) == Ok(page_size) {
        return Ok(());
    }
    Err(format!("{items} messages, not {page_size}").into())
}
