//! `cargo xtask bench`: measures, compares with the limits, and writes BENCHMARKS.md.

use crate::Result;
use crate::process::{cargo, passes};

/// Runs the report. It is a separate program, so that this one stays light. What it measures are other programs, so it
/// is not optimized itself.
pub(crate) fn run(options: &[&str]) -> Result<()> {
    passes(cargo(["run", "--quiet", "--package", "bench-report", "--"]).args(options))
}
