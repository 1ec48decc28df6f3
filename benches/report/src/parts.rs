//! The parts that measure, and how to run them.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use crate::samples::Samples;
use crate::{Result, layout, tools};

/// The root of the repository.
pub(crate) const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// A part of the benchmarks. Parts run in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Part {
    Core,
    Load,
    Bulk,
    Tokens,
    Worker,
    Spin,
    Builds,
}

/// The programs that were built, by name.
type Programs = BTreeMap<String, PathBuf>;

impl Part {
    pub(crate) const ALL: [Self; 7] =
        [Self::Core, Self::Load, Self::Bulk, Self::Tokens, Self::Worker, Self::Spin, Self::Builds];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Load => "load",
            Self::Bulk => "bulk",
            Self::Tokens => "tokens",
            Self::Worker => "worker",
            Self::Spin => "spin",
            Self::Builds => "builds",
        }
    }

    pub(crate) fn named(name: &str) -> Result<Self> {
        let part = Self::ALL.into_iter().find(|part| part.name() == name);
        part.ok_or_else(|| {
            format!("no part {name}; there are {}", Self::ALL.map(Self::name).join(", ")).into()
        })
    }

    /// Returns the package to build for this part. The parts for WebAssembly build their own.
    fn package(self) -> Option<&'static str> {
        match self {
            Self::Core => Some("bench-core"),
            Self::Load | Self::Bulk => Some("bench-load"),
            Self::Tokens => Some("bench-tokens"),
            Self::Worker | Self::Spin => None,
            Self::Builds => Some("bench-builds"),
        }
    }

    fn commands(self, programs: &Programs, rounds: Option<u32>) -> Result<Vec<Command>> {
        let program = |name: &str| {
            let path = programs.get(name).ok_or_else(|| format!("cargo built no program {name}"))?;
            Ok::<_, String>(Command::new(path))
        };
        let mut commands = match self {
            // Instructions and allocations are counted, so one round is enough.
            Self::Core => return Ok(vec![program("instructions")?, program("allocations")?]),
            // A build takes minutes, so there is always one round.
            Self::Builds => return Ok(vec![program("bench-builds")?]),
            Self::Load => vec![program("bench-load")?],
            Self::Bulk => vec![with_command(program("bench-load")?, "bulk")],
            Self::Tokens => vec![program("bench-tokens")?],
            Self::Worker => vec![node("benches/worker/run.mjs")],
            Self::Spin => vec![node("benches/spin/run.mjs")],
        };
        for command in &mut commands {
            command.args(rounds.map(|rounds| format!("--rounds={rounds}")));
        }
        Ok(commands)
    }
}

fn with_command(mut program: Command, command: &str) -> Command {
    program.arg(command);
    program
}

fn node(script: &str) -> Command {
    let mut node = Command::new("node");
    node.arg(script);
    node
}

/// Builds all of these parts, runs them one after the other, and returns their samples.
pub(crate) fn run(parts: &[Part], rounds: Option<u32>) -> Result<Samples> {
    if parts.contains(&Part::Core) {
        tools::valgrind()?;
    }
    let mut programs = Programs::new();
    for package in parts.iter().filter_map(|part| part.package()) {
        eprintln!("building {package}");
        programs.extend(build(package)?);
    }
    let mut samples = Samples::default();
    for part in parts {
        eprintln!("measuring {}", part.name());
        for command in &mut part.commands(&programs, rounds)? {
            collect(command, &mut samples)?;
        }
    }
    for row in samples.rows() {
        let table = row.place().table;
        layout::table(table).ok_or_else(|| format!("the layout has no table {table}"))?;
    }
    Ok(samples)
}

/// Builds one package. Together, packages would be built with the union of their features.
fn build(package: &str) -> Result<Programs> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--message-format=json-render-diagnostics", "-p", package]);
    let mut programs = Programs::new();
    each_line(&mut cargo, |line| {
        let Message { target, executable } = serde_json::from_str(line)?;
        programs.extend(target.map(|target| target.name).zip(executable));
        Ok(())
    })?;
    Ok(programs)
}

/// A message of cargo about an artifact.
#[derive(Deserialize)]
struct Message {
    target: Option<Target>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

fn collect(command: &mut Command, samples: &mut Samples) -> Result<()> {
    each_line(command, |line| samples.add(line))
}

/// Passes each line of a command's output to `take`; the first error ends the command.
fn each_line(command: &mut Command, mut take: impl FnMut(&str) -> Result<()>) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    command.current_dir(ROOT).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("{program} cannot be run: {error}"))?;
    let output = child.stdout.take().ok_or("a program has no output")?;
    let mut lines = BufReader::new(output).lines();
    let taken = lines.try_for_each(|line| take(&line?));
    if taken.is_err() {
        // This fails only if the command has already ended.
        let _ = child.kill();
    }
    let status = child.wait()?;
    taken.map_err(|problem| format!("{program}: {problem}"))?;
    if status.success() { Ok(()) } else { Err(format!("{program} ended with {status}").into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn samples_are_collected() {
        let line = r#"{"table":"load","case":"c","subject":"s","round":0,"metrics":{"m":1}}"#;
        let mut samples = Samples::default();
        collect(&mut shell(&format!("echo '{line}'")), &mut samples).unwrap();
        assert_eq!(samples.rows().len(), 1);
    }

    #[test]
    fn other_output_and_failures_are_errors() {
        let mut samples = Samples::default();
        let error = collect(&mut shell("echo noise; exec sleep 60"), &mut samples).unwrap_err().to_string();
        assert!(error.contains("not a sample: noise"), "{error}");
        collect(&mut shell("exit 3"), &mut samples).unwrap_err();
        collect(&mut Command::new("no-such-program"), &mut samples).unwrap_err();
    }
}
