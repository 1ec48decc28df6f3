//! Bulk runs: whether memory stays flat and time grows linearly with the number of items, beside the same by hand.
#![allow(clippy::print_stderr, clippy::print_stdout)]

use std::time::Instant;

use cpu_time::ProcessTime;
use serde::{Deserialize, Serialize};

use crate::processes::{AwakeCores, CLIENT_CPU, ServerProcess, output, pinned};
use crate::subject::bulk as subject;
use crate::{Result, measure as shared};

/// The table, the unit, and the option of the subject.
const TABLES: [(&str, &str, &str); 2] =
    [("bulk import", "users", "--users"), ("bulk trigger", "recipients", "--recipients")];
const COUNTS: [(u64, &str); 2] = [(10_000, "10,000"), (1_000_000, "1,000,000")];
const SUBJECTS: [&str; 2] = ["knock-reqwest", "reqwest"];

/// What a bulk run does, with the number of items.
#[derive(Debug, Clone, Copy)]
pub enum Work {
    /// Identifies users.
    Import(u64),
    /// Triggers a workflow for recipients.
    Trigger(u64),
}

/// The cost of a bulk run to its process.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Cost {
    /// Items per second of wall time.
    pub items_per_second: f64,
    /// User and system time, per item.
    pub cpu_nanoseconds: f64,
    /// The peak memory, if the system reports it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_kibibytes: Option<u32>,
}

/// A sample, as described in `benches/README.md`.
#[derive(Debug, Serialize)]
struct Sample<'a> {
    table: &'a str,
    case: &'a str,
    subject: &'a str,
    round: u32,
    metrics: Cost,
}

/// Runs everything that has `only` in `table/case/subject`, each run in a process of its own.
///
/// # Errors
///
/// If a run fails.
pub fn run(rounds: u32, only: &str) -> Result<()> {
    let server = ServerProcess::start()?;
    let _awake = AwakeCores::start()?;
    for round in 0..rounds {
        for (table, unit, option) in TABLES {
            for (count, written) in COUNTS {
                let case = format!("{written} {unit}");
                for subject in SUBJECTS {
                    let place = format!("{table}/{case}/{subject}");
                    if !place.contains(only) {
                        continue;
                    }
                    let mut command = pinned(CLIENT_CPU, std::env::current_exe()?);
                    command.args([
                        "bulk-subject",
                        subject,
                        "--url",
                        server.url(),
                        option,
                        &count.to_string(),
                    ]);
                    let metrics: Cost = serde_json::from_slice(&output(&mut command)?)?;
                    eprintln!("{place}: {:.0} items/s", metrics.items_per_second);
                    let sample = Sample { table, case: &case, subject, round, metrics };
                    println!("{}", serde_json::to_string(&sample)?);
                }
            }
        }
    }
    Ok(())
}

/// Measures the subject with this name on the server at `url`.
///
/// # Errors
///
/// If there is no such subject, if a call fails, or if an item is left out.
#[allow(clippy::cast_precision_loss, reason = "there are only millions of items")]
pub fn measure(name: &str, url: &str, work: Work) -> Result<Cost> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (Work::Import(count) | Work::Trigger(count)) = work;
    let (started, cpu) = (Instant::now(), ProcessTime::now());
    let done = runtime.block_on(async {
        match name {
            "knock-reqwest" => subject::knock(url, work).await,
            "reqwest" => subject::by_hand(url, work).await,
            _ => Err(format!("no subject {name}; there are {}", SUBJECTS.join(", ")).into()),
        }
    })?;
    if done != count {
        return Err(format!("{done} items were done, not {count}").into());
    }
    Ok(Cost {
        items_per_second: count as f64 / started.elapsed().as_secs_f64(),
        cpu_nanoseconds: cpu.elapsed().as_secs_f64() * 1e9 / count as f64,
        peak_kibibytes: shared::peak_kibibytes(),
    })
}
