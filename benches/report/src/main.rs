//! Runs the benchmarks, checks them against the limits, and writes BENCHMARKS.md.
#![allow(clippy::print_stderr, clippy::print_stdout)]

mod layout;
mod limits;
mod machine;
mod numbers;
mod options;
mod page;
mod parts;
mod plots;
mod render;
mod results;
mod samples;
mod statistics;
mod tables;
mod tools;

use std::process::ExitCode;

use crate::limits::Limits;
use crate::options::{Mode, Options};
use crate::parts::Part;
use crate::results::Results;

/// A result whose error is only printed.
type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

fn main() -> ExitCode {
    match Options::read(lexopt::Parser::from_env()).and_then(|options| run(&options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// Returns whether all limits are met, if they are checked.
fn run(options: &Options) -> Result<bool> {
    match options.mode {
        Mode::Check => check(options),
        Mode::Measure => measure(options).map(|()| true),
        Mode::Render => render::write().map(|()| true),
    }
}

fn check(options: &Options) -> Result<bool> {
    let mut limits = Limits::read()?;
    if options.only.is_empty() {
        let samples = parts::run(&limits.parts()?, options.rounds)?;
        return Ok(report(&limits, &samples));
    }
    limits.keep(&options.only)?;
    let samples = parts::run(&options.only, options.rounds)?;
    Ok(report(&limits, &samples))
}

fn report(limits: &Limits, samples: &samples::Samples) -> bool {
    let report = limits.check(samples);
    println!("{report}");
    report.failed() == 0
}

fn measure(options: &Options) -> Result<()> {
    let parts = if options.only.is_empty() { Part::ALL.to_vec() } else { options.only.clone() };
    let mut results = Results::read()?;
    for part in parts {
        let samples = parts::run(&[part], options.rounds)?;
        results.replace(part, &samples, machine::Machine::this());
        // A part takes minutes: its results are kept even if the next part fails.
        results.write()?;
    }
    render::write()
}
