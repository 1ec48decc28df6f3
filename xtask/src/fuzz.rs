//! `cargo xtask fuzz`: builds the fuzz targets and runs each of them for a while.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread::ScopedJoinHandle;
use std::time::Instant;

use crate::{Result, root};

/// The version of cargo-fuzz.
const CARGO_FUZZ: &str = "0.13.2";
/// The number of targets that run at the same time. Each needs a core, and up to [`MEMORY_MB`].
const JOBS: usize = 2;
/// The largest memory of a target, in MB. Most need less than 300.
const MEMORY_MB: u32 = 1024;
/// The longest time for one input, in seconds.
const TIMEOUT: u32 = 20;

/// The targets, and the largest inputs that they make, in bytes.
const TARGETS: [(&str, u32); 12] = [
    ("body_limit", 512),
    ("call", 1024),
    ("directory", 4096),
    ("emulator", 4096),
    ("error_body", 4096),
    ("key", 4096),
    ("parse", 4096),
    ("prepared_call", 2048),
    ("render", 2048),
    ("request", 2048),
    ("socket", 4096),
    ("webhook", 2048),
];

/// The options of the command.
struct Options {
    /// The time for each target.
    seconds: u32,
    targets: Vec<(&'static str, u32)>,
}

/// Builds all targets, and runs them with the committed corpus. What they find besides crashes goes into the target
/// folder, so the repository does not change.
pub(crate) fn run(options: &[&str]) -> Result<()> {
    let options = Options::parse(options)?;
    find_cpp_compiler()?;
    build(&install()?)?;
    let waiting = Mutex::new(VecDeque::from(options.targets.clone()));
    let problems: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..JOBS).map(|_| scope.spawn(|| fuzz_next(&waiting, &options))).collect();
        let problems = workers.into_iter().map(ScopedJoinHandle::join);
        problems
            .flat_map(|problems| problems.unwrap_or_else(|_| vec!["a thread panicked".to_owned()]))
            .collect()
    });
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n").into()) }
}

/// Runs targets until none is left, and returns what failed.
fn fuzz_next(waiting: &Mutex<VecDeque<(&str, u32)>>, options: &Options) -> Vec<String> {
    let next = || waiting.lock().ok()?.pop_front();
    let targets = std::iter::from_fn(next);
    targets
        .filter_map(|(target, max_bytes)| fuzz(target, max_bytes, options).err())
        .map(|problem| problem.to_string())
        .collect()
}

impl Options {
    fn parse(options: &[&str]) -> Result<Self> {
        let mut parsed = Self { seconds: 60, targets: TARGETS.to_vec() };
        let mut rest = options;
        loop {
            rest = match rest {
                [] => return Ok(parsed),
                ["--seconds", seconds, rest @ ..] => {
                    parsed.seconds = seconds.parse()?;
                    rest
                }
                ["--only", name, rest @ ..] => {
                    parsed.targets.retain(|(target, _)| target == name);
                    if parsed.targets.is_empty() {
                        let names = TARGETS.map(|(target, _)| target).join(", ");
                        return Err(
                            format!("there is no fuzz target `{name}`; the targets are {names}").into()
                        );
                    }
                    rest
                }
                [option, ..] => return Err(format!("`{option}` is not an option of `fuzz`").into()),
            };
        }
    }
}

/// libFuzzer is written in C++ and compiled on this machine.
fn find_cpp_compiler() -> Result<()> {
    let compiler = std::env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    let found = Command::new(&compiler).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if found.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    Err(format!(
        "fuzzing needs a C++ compiler, and `{compiler}` cannot be run; install one, for example the package `g++`, or set CXX"
    )
    .into())
}

/// Installs cargo-fuzz into the target folder unless it is there, and returns its path.
fn install() -> Result<PathBuf> {
    let folder = root().join("target/fuzz-tools");
    let program = folder.join("bin").join(format!("cargo-fuzz{}", std::env::consts::EXE_SUFFIX));
    if !program.exists() {
        println!("installing cargo-fuzz {CARGO_FUZZ} into target/fuzz-tools");
        let mut install = Command::new("cargo");
        install.args(["install", "--quiet", "--locked", "--version", CARGO_FUZZ, "cargo-fuzz", "--root"]);
        passes(install.arg(&folder), "cargo install")?;
    }
    Ok(program)
}

fn build(cargo_fuzz: &Path) -> Result<()> {
    let mut build = Command::new(cargo_fuzz);
    // The crates contain no unsafe code, for which sanitizers are. Without them, more inputs are tried.
    build.args(["fuzz", "build", "--fuzz-dir", "fuzz", "--target-dir", "target/fuzz", "--sanitizer", "none"]);
    // The instrumentation needs options of the compiler that are not stable.
    build.env("RUSTC_BOOTSTRAP", "1");
    // The profile of releases optimizes each target as a whole, which takes long.
    build.env("CARGO_PROFILE_RELEASE_LTO", "off");
    // Overflows and failed assertions of our crates and of the dependencies are findings too.
    build.env("CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS", "true");
    build.env("CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS", "true");
    passes(build.current_dir(root()), "cargo fuzz build")
}

/// Runs one target. The error names the input that crashed it.
fn fuzz(target: &str, max_bytes: u32, options: &Options) -> Result<()> {
    let found = root().join("target/fuzz-corpus").join(target);
    let committed = root().join("fuzz/corpus").join(target);
    let crashes = root().join("fuzz/artifacts").join(target);
    for folder in [&found, &committed, &crashes] {
        fs::create_dir_all(folder)?;
    }
    let log = root().join("target/fuzz-corpus").join(format!("{target}.log"));
    let start = Instant::now();
    let status = Command::new(program(target)?)
        .args([&found, &committed])
        .arg(format!("-max_total_time={}", options.seconds))
        .arg(format!("-max_len={max_bytes}"))
        .arg(format!("-rss_limit_mb={MEMORY_MB}"))
        .arg(format!("-timeout={TIMEOUT}"))
        .args(["-print_final_stats=1", "-verbosity=1"])
        .arg(format!("-artifact_prefix={}/", crashes.display()))
        .stdout(Stdio::null())
        .stderr(fs::File::create(&log)?)
        .status()?;
    let text = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    if status.success() {
        println!("{target}: {} in {:.0?}", summary(&text), start.elapsed());
        return Ok(());
    }
    Err(format!("the fuzz target `{target}` failed:\n{}", failure(&text, &log)).into())
}

/// Returns the program that cargo-fuzz built for this machine.
fn program(target: &str) -> Result<PathBuf> {
    let version = Command::new("rustc").arg("-vV").output()?;
    let version = String::from_utf8(version.stdout)?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("rustc has no host")?;
    let folder = root().join("target/fuzz").join(host).join("release");
    Ok(folder.join(format!("{target}{}", std::env::consts::EXE_SUFFIX)))
}

/// Returns the numbers of inputs and of covered branches from libFuzzer's last lines.
fn summary(log: &str) -> String {
    let inputs = log.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    let coverage = log.lines().rev().find_map(|line| line.split_once(" cov: ")?.1.split(' ').next());
    format!("{} inputs, coverage {}", inputs.map_or("?", str::trim), coverage.unwrap_or("?"))
}

/// Returns the panic and the name of the input from the log.
fn failure(log: &str, path: &Path) -> String {
    let is_telling = |line: &&str| {
        ["panicked at", "SUMMARY:", "Test unit written to", "ERROR:"].iter().any(|words| line.contains(words))
    };
    let mut lines: Vec<&str> = Vec::new();
    let mut after_panic = false;
    for line in log.lines() {
        // The message of a panic is in the line after its place.
        if after_panic || is_telling(&line) {
            lines.push(line);
        }
        after_panic = line.contains("panicked at");
    }
    format!("{}\nThe log is {}", lines.join("\n"), path.display())
}

fn passes(command: &mut Command, name: &str) -> Result<()> {
    let status = command.status().map_err(|error| format!("{name} cannot be run: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} ended with {status}").into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_a_program_and_no_other_has() {
        let programs =
            fs::read_dir(root().join("fuzz/fuzz_targets")).unwrap().map(|entry| entry.unwrap().path());
        let mut programs: Vec<_> = programs.map(|path| path.file_stem().unwrap().to_owned()).collect();
        programs.sort();
        assert_eq!(programs, TARGETS.map(|(target, _)| target));
    }

    #[test]
    fn one_target_is_selected_and_unknown_ones_are_refused() {
        let options = Options::parse(&["--seconds", "5", "--only", "parse"]).unwrap();
        assert_eq!((options.seconds, options.targets), (5, vec![("parse", 4096)]));
        let problem = Options::parse(&["--only", "pars"]).err().unwrap().to_string();
        assert!(problem.starts_with("there is no fuzz target `pars`"), "{problem}");
    }
}
