//! Signing of user tokens, beside what else signs.
//!
//! `microseconds` is CPU time for one token: of this thread, or, for another process, of all of its threads.
//! `wall_microseconds` is what a caller waits for it.
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

/// What any step says when it cannot go on.
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

/// Every other round goes backwards, so that what warms or slows the machine meets all alike.
fn in_order(subjects: &[Subject], round: u32) -> Vec<&Subject> {
    let mut order: Vec<&Subject> = subjects.iter().collect();
    if round % 2 == 1 {
        order.reverse();
    }
    order
}
