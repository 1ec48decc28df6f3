//! Signers in another process: the official packages on Node, and `openssl speed`.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::Result;
use crate::clock::{Cost, RUN};

const NODE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/node");

/// The output of `measure.mjs`, in microseconds.
#[derive(Deserialize)]
struct Measured {
    token: String,
    wall: f64,
    cpu: f64,
}

/// Installs the official packages from the lockfile, unless they are installed already.
pub(crate) fn install_node_packages() -> Result<()> {
    let modified = |file: &str| fs::metadata(Path::new(NODE).join(file)).and_then(|file| file.modified());
    if let Ok(installed) = modified("node_modules/.package-lock.json")
        && installed >= modified("package-lock.json")?
    {
        return Ok(());
    }
    output(Command::new("npm").arg("ci").current_dir(NODE)).map(drop)
}

/// Measures one of the official packages; returns the cost of a token and the last token.
pub(crate) fn node(package: &str, key: &str, user: &str, seconds: u64) -> Result<(Cost, String)> {
    let mut command = Command::new("node");
    command.args(["measure.mjs", package, user, &seconds.to_string(), &RUN.as_millis().to_string()]);
    let printed = output(command.current_dir(NODE).env("KNOCK_SIGNING_KEY", key))?;
    let Measured { token, wall, cpu } = serde_json::from_str(&printed)?;
    Ok((Cost { cpu, wall: Some(wall) }, token))
}

/// Returns whether `openssl` is installed.
pub(crate) fn has_openssl() -> bool {
    output(Command::new("openssl").arg("version")).is_ok()
}

/// Returns the cost of a signature according to `openssl speed`, which counts user time.
pub(crate) fn openssl() -> Result<Cost> {
    let printed = output(Command::new("openssl").args(["speed", "-seconds", "1", "-mr", "rsa2048"]))?;
    // +F2:<index>:<bits>:<signatures a second>:<verifications a second>
    let results = printed.lines().find_map(|line| line.strip_prefix("+F2:"));
    let rate =
        results.and_then(|results| results.split(':').nth(2)).and_then(|rate| rate.parse::<f64>().ok());
    let rate = rate.filter(|rate| *rate > 0.0).ok_or("`openssl speed` printed no rate")?;
    Ok(Cost { cpu: 1e6 / rate, wall: None })
}

fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{program}: {error}"))?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{program} ended with {}: {stderr}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
