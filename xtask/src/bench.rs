//! `cargo xtask bench`: measures, compares with the limits, and writes BENCHMARKS.md.

use std::process::Command;

use crate::Result;

/// Runs the report. It is a separate program, so that this one stays light.
pub(crate) fn run(options: &[&str]) -> Result<()> {
    let mut command = Command::new("cargo");
    command.args(["run", "--quiet", "--release", "--package", "bench-report", "--"]).args(options);
    let status = command.status().map_err(|error| format!("cargo cannot be run: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("the benchmarks ended with {status}").into()) }
}
