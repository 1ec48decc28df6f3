//! `cargo xtask browser`: Knock's own clients against the emulator, in Chromium and in Node.

use std::path::Path;
use std::process::Command;

use crate::Result;

/// Runs the browser tests. The first run installs what they need.
pub(crate) fn run(options: &[&str]) -> Result<()> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/browser/run.mjs");
    let status = Command::new("node")
        .arg(script)
        .args(options)
        .status()
        .map_err(|error| format!("node (20 or newer is needed) cannot be run: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("the browser tests ended with {status}").into()) }
}
