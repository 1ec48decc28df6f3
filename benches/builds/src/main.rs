//! The time of a clean build of the core, compared with other API clients.
//!
//! `crates` is the number of compiled packages and `seconds` the time of a debug build on all cores. Each subject is the
//! only dependency of an empty crate, with its default features and the newest compatible versions of its dependencies.
// Samples go to stdout, progress to stderr.
#![allow(clippy::print_stderr, clippy::print_stdout)]

mod scratch;

use std::process::ExitCode;

use serde::Serialize;

use crate::scratch::{Build, Scratch};

/// The subjects, with their dependency as written in `Cargo.toml`.
const SUBJECTS: [(&str, &str); 4] = [
    ("knock-core", concat!("{ path = '", env!("CARGO_MANIFEST_DIR"), "/../../crates/knock-core' }")),
    ("oauth2", "'5'"),
    ("async-stripe-client-core", "'1.0.0-rc.10'"),
    ("octocrab", "'0.54'"),
];

/// A result whose error is only printed.
type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

#[derive(Serialize)]
struct Sample<'a> {
    table: &'static str,
    case: &'static str,
    subject: &'a str,
    round: u32,
    metrics: Build,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("bench-builds: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut scratches = Vec::new();
    for (name, dependency) in SUBJECTS {
        eprintln!("fetching {name}");
        scratches.push(Scratch::with(name, dependency)?);
    }
    for scratch in &scratches {
        eprintln!("building {}", scratch.name());
        let metrics = scratch.build()?;
        let sample =
            Sample { table: "builds", case: "clean debug build", subject: scratch.name(), round: 0, metrics };
        println!("{}", serde_json::to_string(&sample)?);
    }
    Ok(())
}
