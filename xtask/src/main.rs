//! The house's chores: `cargo xtask <command>`.
// It talks to whoever runs it.
#![allow(clippy::print_stderr, clippy::print_stdout)]

mod bench;
mod ci;
mod edge;
mod expand;
mod generate;
mod imports;
mod readme;
mod recordings;
mod rooms;
mod scan;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::generate::Mode;

const USAGE: &str = "\
cargo xtask generate             writes the registry of operations and their map
cargo xtask generate --check     fails where they are out of date
cargo xtask rooms                fails where an import of the core or the emulator goes up or in a circle
cargo xtask readme               compiles the code of README.md with what its Install block says
cargo xtask edge [OPTIONS]       runs what is for the edge on the real runtimes, and compares sizes
cargo xtask bench [OPTIONS]      measures all, writes BENCHMARKS.md; --check holds it against the limits
cargo xtask test                 runs `cargo test --workspace`, then the edge
cargo xtask ci                   runs all that must pass before a change is merged
";

/// What a chore says when it cannot go on.
type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["generate"] => generate::run(Mode::Write),
        ["generate", "--check"] => generate::run(Mode::Check),
        ["rooms"] => rooms::run(),
        ["readme"] => readme::run(),
        ["edge", ref options @ ..] => edge::run(options),
        ["bench", ref options @ ..] => bench::run(options),
        ["test"] => edge::test_all(),
        ["ci"] => ci::run(),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// The repository.
fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}
