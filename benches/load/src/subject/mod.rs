//! The clients in Rust. All do the same work and send the same requests.

pub mod bulk;
pub mod by_hand;
pub mod hyper;
pub mod knock;
pub mod reqwest;

use std::time::Duration;

use serde::Serialize;

use crate::Result;
use crate::measure::{self, Cost, Load};

/// The API key that all clients send.
const API_KEY: &str = "sk_test_12345";
/// The workflow that all clients trigger.
const WORKFLOW: &str = "dinosaurs-loose";
/// The actor of every trigger.
const ACTOR: &str = "dnedry";
/// The tenant of every trigger.
const TENANT: &str = "jurassic-park";
/// The timeout of a call.
const TIMEOUT: Duration = Duration::from_secs(60);

/// What the calls do.
#[derive(Debug, Clone)]
pub enum Work {
    /// Triggers a workflow.
    Trigger {
        /// The ids of the users to notify.
        recipients: Vec<String>,
    },
    /// Gets a page of messages.
    Messages {
        /// The number of messages.
        page_size: u32,
    },
}

impl Work {
    /// Creates a trigger for this number of recipients, starting with those of the README.
    pub fn trigger(recipients: usize) -> Self {
        let known = ["jhammond", "agrant", "imalcolm", "esattler"].map(str::to_owned);
        let others = (known.len()..).map(|index| format!("visitor-{index:04}"));
        Self::Trigger { recipients: known.into_iter().chain(others).take(recipients).collect() }
    }
}

/// The data of every trigger. All clients serialize the same type.
#[derive(Debug, Clone, Copy, Serialize)]
struct Data {
    #[serde(rename = "type")]
    kind: &'static str,
    priority: u8,
}

const DATA: Data = Data { kind: "trex", priority: 1 };

/// The names of the subjects.
pub const NAMES: [&str; 3] = ["knock-reqwest", "reqwest", "hyper"];

/// Measures the subject with this name on the server at `url`.
///
/// # Errors
///
/// If there is no such subject, or if a call fails.
pub fn run(name: &str, url: &str, work: Work, load: Load) -> Result<Cost> {
    match name {
        "knock-reqwest" => measure::run(|| knock::Subject::new(url, work), load),
        "reqwest" => measure::run(|| reqwest::Subject::new(url, work), load),
        "hyper" => measure::run(|| hyper::Subject::new(url, work), load),
        _ => Err(format!("no subject {name}; there are {}", NAMES.join(", ")).into()),
    }
}

/// Checks that a page has as many messages as requested.
fn check_page(items: usize, page_size: u32) -> Result<()> {
    if u32::try_from(items) == Ok(page_size) {
        return Ok(());
    }
    Err(format!("{items} messages, not {page_size}").into())
}
