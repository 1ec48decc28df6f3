//! A clean build of an empty crate with one dependency.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::Result;

const SCRATCHES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/bench/builds");

/// An empty crate that depends on one other.
pub(crate) struct Scratch {
    name: &'static str,
    directory: PathBuf,
}

/// The metrics of a build.
#[derive(Debug, Serialize)]
pub(crate) struct Build {
    crates: usize,
    seconds: f64,
}

/// A line of `cargo build --message-format=json`.
#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    package_id: String,
}

impl Scratch {
    /// Creates the crate and fetches its dependencies, so that the build does not wait for downloads.
    pub(crate) fn with(name: &'static str, dependency: &str) -> Result<Self> {
        let directory = Path::new(SCRATCHES).join(name);
        remove(&directory)?;
        fs::create_dir_all(directory.join("src"))?;
        let manifest = format!(
            "[package]\nname = 'scratch'\nedition = '2024'\n\n[dependencies]\n{name} = {dependency}\n\n[workspace]\n"
        );
        fs::write(directory.join("Cargo.toml"), manifest)?;
        fs::write(directory.join("src/lib.rs"), "")?;
        let scratch = Self { name, directory };
        scratch.cargo(&["fetch", "--quiet", "--target", &host()?])?;
        Ok(scratch)
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// Makes a clean build.
    pub(crate) fn build(&self) -> Result<Build> {
        remove(&self.directory.join("target"))?;
        let start = Instant::now();
        let messages = self.cargo(&[
            "build",
            "--offline",
            "--locked",
            "--quiet",
            "--message-format=json-render-diagnostics",
        ])?;
        let seconds = start.elapsed().as_secs_f64();
        Ok(Build { crates: compiled(&messages)?, seconds })
    }

    fn cargo(&self, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new("cargo");
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(configures_the_build) {
                command.env_remove(name);
            }
        }
        command.args(arguments).current_dir(&self.directory);
        output(&mut command).map_err(|problem| format!("{}: {problem}", self.name).into())
    }
}

/// Returns the number of compiled packages, build dependencies included, without the empty crate.
fn compiled(messages: &str) -> Result<usize> {
    let mut packages = BTreeSet::new();
    for line in messages.lines() {
        let message: Message = serde_json::from_str(line)?;
        if message.reason == "compiler-artifact" {
            packages.insert(message.package_id);
        }
    }
    Ok(packages.len().saturating_sub(1))
}

/// Returns whether an environment variable, set by the cargo that runs this or by the user, could change the build.
/// Variables that only configure the source of packages do not.
fn configures_the_build(variable: &str) -> bool {
    let sources = ["CARGO_HOME", "CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTR", "CARGO_SOURCE_"];
    let of_cargo = variable.starts_with("CARGO_") && !sources.iter().any(|start| variable.starts_with(start));
    of_cargo || variable.starts_with("RUSTC") || variable == "RUSTFLAGS"
}

/// Returns the target triple of this machine.
fn host() -> Result<String> {
    let printed = output(Command::new("rustc").args(["--print", "host-tuple"]))?;
    Ok(printed.trim().to_owned())
}

fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output().map_err(|error| format!("{program}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{program} ended with {}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn remove(directory: &Path) -> Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
