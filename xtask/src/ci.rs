//! `cargo xtask ci`: what one machine can check before a change is merged. The workflows run the rest.

use std::panic::resume_unwind;
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::Result;

/// A check: its purpose and its command, with environment variables before the program.
struct Check {
    name: &'static str,
    command: &'static str,
}

/// What the others need: the tests, and with them the emulator, and the tools of the edge.
const FIRST: [&[Check]; 2] = [
    &[Check { name: "the tests compile", command: "cargo xtask test --no-run" }],
    &[Check { name: "the tools of the edge", command: "cargo xtask edge --install" }],
];

/// What takes longest, and partly waits.
const EDGE: &[Check] = &[Check {
    name: "the real runtimes of the edge",
    command: "KNOCK_EMULATOR=target/debug/knock-emulator cargo xtask edge",
}];

/// What mostly reads and compiles, and all that installs packages of the system, which only one process can do at a time.
const COMPILE: &[Check] = &[
    // These two partly wait as well: at the beginning, while the edge compiles.
    Check {
        name: "Knock's clients in a browser",
        command: "KNOCK_EMULATOR=target/debug/knock-emulator cargo xtask browser",
    },
    Check { name: "the queue on Postgres", command: "cargo xtask postgres" },
    Check { name: "format", command: "cargo fmt --all --check" },
    Check { name: "the registry and the map are current", command: "cargo xtask generate --check" },
    Check {
        name: "the types of workflows are current",
        command: "KNOCK_TYPES=target/debug/knock-types cargo xtask types --check",
    },
    Check { name: "the emulator's page is current", command: "cargo xtask page --check" },
    Check { name: "imports go down", command: "cargo xtask rooms" },
    Check { name: "unused dependencies", command: "cargo xtask guard dependencies" },
    Check { name: "licences and sources of dependencies", command: "cargo xtask guard licences" },
    Check { name: "links", command: "cargo xtask guard links" },
    Check { name: "the Rust of dependencies", command: "cargo xtask guard msrv" },
    Check { name: "spelling", command: "cargo xtask guard spelling" },
    Check { name: "workflows", command: "cargo xtask guard workflows" },
    Check { name: "the contents of the packages", command: "cargo xtask package --list" },
    Check { name: "lints", command: "cargo clippy --workspace --all-targets --all-features -- -D warnings" },
    Check {
        name: "lints, the core with nothing optional",
        command: "cargo clippy --package knock-core --no-default-features -- -D warnings",
    },
    Check {
        name: "lints, in JavaScript hosts",
        command: "cargo clippy --package knock-fetch --package knock-worker --package types-tests --lib \
                  --target wasm32-unknown-unknown --all-features -- -D warnings",
    },
    Check {
        name: "lints, the Spin adapter",
        command: "cargo clippy --package knock-spin --target wasm32-wasip2 --all-targets --all-features -- -D warnings",
    },
    Check {
        name: "examples of the adapters for JavaScript hosts",
        // They are compiled, not run, so any runner will do.
        command: "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=true cargo test --doc --package knock-fetch \
                  --package knock-worker --target wasm32-unknown-unknown --all-features",
    },
    Check {
        // Nobody reads that of the programs.
        name: "documentation",
        command: "RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --lib --no-deps --all-features",
    },
    Check {
        name: "documentation of the adapters for JavaScript hosts",
        command: "RUSTDOCFLAGS=-Dwarnings cargo doc --package knock-fetch --package knock-worker --all-features \
                  --no-deps --target wasm32-unknown-unknown",
    },
    Check {
        name: "documentation of the Spin adapter",
        command: "RUSTDOCFLAGS=-Dwarnings cargo doc --package knock-spin --all-features --no-deps --target wasm32-wasip2",
    },
    Check {
        // It counts, so what runs beside it does not matter.
        name: "instructions and allocations of the core",
        command: "cargo xtask bench --check --only core",
    },
    Check {
        name: "tokens in the official stack",
        command: "SIGN_TOKEN=target/debug/sign-token sh tests/wire/verify.sh",
    },
];

/// What remains for the one that ends first of [`EDGE`] and [`COMPILE`].
const REST: &[Check] = &[
    Check { name: "tests", command: "cargo xtask test" },
    Check {
        // With the others, it would have the features that they ask for.
        name: "the first example on its own",
        command: "cargo run --package quickstart",
    },
];

/// How many checks are listed with their times at the end.
const SLOWEST: usize = 15;

/// Runs every check, even after one has failed, and reports the failed ones at the end.
pub(crate) fn run() -> Result<()> {
    let start = Instant::now();
    // If this fails, for example because there is no rustup, the builds report what is missing.
    let _ = command("rustup target add wasm32-unknown-unknown wasm32-wasip2").status();

    let mut results = run_beside(FIRST, &[]);
    results.extend(run_beside([EDGE, COMPILE], REST));

    results.sort_unstable_by_key(|result| std::cmp::Reverse(result.time));
    println!(
        "\nThe slowest of {} checks, which took {} s in total:",
        results.len(),
        start.elapsed().as_secs()
    );
    for result in results.iter().take(SLOWEST) {
        println!("{:>6} s  {}", result.time.as_secs(), result.check.name);
    }
    let (failed, total) = (results.iter().filter(|result| !result.passed), results.len());
    let failed: Vec<_> =
        failed.map(|result| format!("  {}: {}", result.check.name, result.check.command)).collect();
    if failed.is_empty() {
        println!("\nAll {total} checks passed.");
        return Ok(());
    }
    Err(format!("\n{} of {total} checks failed:\n{}", failed.len(), failed.join("\n")).into())
}

/// Runs two lists of checks at the same time, which keeps two cores busy, and a third one once either has ended.
fn run_beside(lists: [&'static [Check]; 2], rest: &'static [Check]) -> Vec<Outcome> {
    let rest = Mutex::new(rest.iter());
    let next = || rest.lock().ok()?.next();
    std::thread::scope(|scope| {
        let run = |checks: &'static [Check]| {
            scope.spawn(move || {
                checks.iter().chain(std::iter::from_fn(next)).map(Check::run).collect::<Vec<_>>()
            })
        };
        let results = lists.map(run).map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        results.into_iter().flatten().collect()
    })
}

/// How a check ended.
struct Outcome {
    check: &'static Check,
    passed: bool,
    time: Duration,
}

impl Check {
    /// Runs it, and prints what it printed when it has ended: another one may be running.
    fn run(&'static self) -> Outcome {
        println!("==> {}", self.name);
        let start = Instant::now();
        let output = command(self.command).output();
        let time = start.elapsed();
        let (passed, text) = match output {
            Ok(output) => (output.status.success(), [output.stderr, output.stdout].concat()),
            Err(error) => (false, error.to_string().into_bytes()),
        };
        println!("\n{}: {}\n{}", self.name, self.command, String::from_utf8_lossy(&text));
        println!("<== {} {} in {time:.0?}\n", self.name, if passed { "passed" } else { "FAILED" });
        Outcome { check: self, passed, time }
    }
}

/// A command whose words contain no spaces.
fn command(line: &str) -> Command {
    let mut words = line.split(' ').peekable();
    let mut variables = Vec::new();
    while let Some(variable) = words.next_if(|word| word.contains('=') && !word.starts_with('-')) {
        variables.extend(variable.split_once('='));
    }
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).envs(variables);
    command
}
