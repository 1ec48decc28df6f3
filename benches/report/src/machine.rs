//! The machine that measured.

use std::fs;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

/// A machine and its software on the day of a measurement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) date: String,
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    pub(crate) system: String,
    pub(crate) rustc: String,
    pub(crate) node: String,
    pub(crate) python: String,
}

impl Machine {
    /// Describes the current machine.
    pub(crate) fn this() -> Self {
        let now = jiff::Timestamp::now().to_string();
        Self {
            date: now.split('T').next().unwrap_or_default().to_owned(),
            cpu: cpu().unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            system: system(),
            rustc: version("rustc"),
            node: version("node"),
            python: version("python3"),
        }
    }

    #[cfg(test)]
    pub(crate) fn example() -> Self {
        let [date, cpu, system, rustc, node, python] =
            ["2026-11-25", "A CPU", "An OS", "1.95.0", "20.20.2", "3.12.1"].map(str::to_owned);
        Self { date, cpu, cores: 2, system, rustc, node, python }
    }
}

/// Returns the processor model, on Linux only.
fn cpu() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("model name"))?;
    Some(line.trim_start_matches([' ', '\t', ':']).trim().to_owned())
}

/// Returns the distribution and the kernel's major and minor version.
fn system() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let distribution = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let distribution = distribution.map_or(std::env::consts::OS, |name| name.trim_matches('"'));
    let kernel = output("uname", &["-sr"]).unwrap_or_default();
    let numbers: Vec<&str> = kernel.trim().splitn(3, '.').take(2).collect();
    format!("{distribution}, {}", numbers.join("."))
}

/// Returns the version number of a program.
fn version(program: &str) -> String {
    let printed = output(program, &["--version"]).unwrap_or_default();
    let number = printed.split_whitespace().map(|word| word.trim_start_matches('v'));
    let number = number.into_iter().find(|word| word.starts_with(|first: char| first.is_ascii_digit()));
    number.unwrap_or("missing").to_owned()
}

fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    String::from_utf8(output.stdout).ok()
}
