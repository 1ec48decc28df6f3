//! Signing of user tokens, compared with other signers.
//!
//! `microseconds` is the CPU time per token: of this thread, or of all threads of another process.
//! `wall_microseconds` is how long a caller waits.
// Samples go to stdout, progress to stderr.
#![allow(clippy::print_stderr, clippy::print_stdout)]

mod clock;
mod other;
mod subjects;

use std::process::ExitCode;

use serde::Serialize;

use crate::clock::Cost;
use crate::subjects::{Subject, subjects};

const USAGE: &str = "bench-tokens [--rounds N]";

/// A result whose error is only printed.
type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

#[derive(Serialize)]
struct Sample<'a> {
    table: &'static str,
    case: &'a str,
    subject: &'a str,
    round: u32,
    metrics: Cost,
}

fn main() -> ExitCode {
    match rounds().and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("bench-tokens: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn rounds() -> Result<u32> {
    let mut rounds = 5;
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("rounds") => rounds = lexopt::ValueExt::parse(&arguments.value()?)?,
            _ => return Err(USAGE.into()),
        }
    }
    Ok(rounds)
}

fn run(rounds: u32) -> Result<()> {
    clock::pin();
    let subjects = subjects()?;
    for round in 0..rounds {
        for subject in in_order(&subjects, round) {
            eprintln!("round {round}: {}, {}", subject.case, subject.name);
            let metrics = subject.measure().map_err(|problem| format!("{}: {problem}", subject.name))?;
            let Subject { case, name, .. } = subject;
            let sample = Sample { table: "tokens", case, subject: name, round, metrics };
            println!("{}", serde_json::to_string(&sample)?);
        }
    }
    Ok(())
}

/// Returns the subjects, in reverse in every other round, so that changes of the machine's speed affect all equally.
fn in_order(subjects: &[Subject], round: u32) -> Vec<&Subject> {
    let mut order: Vec<&Subject> = subjects.iter().collect();
    if round % 2 == 1 {
        order.reverse();
    }
    order
}
