//! `cargo xtask edge`: the adapters and the examples on their hosts.

use std::path::Path;
use std::process::Command;

use crate::Result;

/// Runs the edge tests. The first run installs what they need into the target folder, which takes a while.
pub(crate) fn run(options: &[&str]) -> Result<()> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/edge/run.mjs");
    passes(Command::new("node").arg(script).args(options), "node (20 or newer is needed)")
}

fn passes(command: &mut Command, name: &str) -> Result<()> {
    let status = command.status().map_err(|error| format!("{name} cannot be run: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} ended with {status}").into()) }
}
