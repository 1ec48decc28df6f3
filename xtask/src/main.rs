//! The chores of this repository: `cargo xtask <command>`.
// It prints for whoever runs it.
#![allow(clippy::print_stderr, clippy::print_stdout)]

mod bench;
mod browser;
mod ci;
mod drift;
mod edge;
mod fuzz;
mod generate;
mod guards;
mod imports;
mod notices;
mod package;
mod page;
mod postgres;
mod process;
mod readme;
mod recordings;
mod release;
mod rooms;
mod scan;
mod test;
mod types;
mod workspace;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::generate::Mode;

const USAGE: &str = "\
cargo xtask generate             writes the registry and the list of operations
cargo xtask generate --check     fails if they are out of date
cargo xtask types [--check]      writes the types of the Knock directories here, or fails if they are out of date
cargo xtask page [--check]       builds the emulator's page, or fails if the built files are out of date
cargo xtask rooms                fails if an import of a crate with rooms goes up or in a circle
cargo xtask readme               compiles the code of READMEs with the dependencies that they list
cargo xtask postgres             runs the tests of the queue and of axum-outbox on a Postgres that exists only for them
cargo xtask package [--list]     makes all packages, and builds, tests and documents everything from them; --list only
                                 checks what they contain
cargo xtask drift [OPTIONS]      lists what a document (--openapi FILE) or an official SDK (--node VERSION) asks for,
                                 as text or with --json
cargo xtask guard NAME           runs one guard, such as `licences` or `links`; without a name it lists them;
                                 `guard api --write` records the public items
cargo xtask release STEP         makes one step of a release: check, binary or publish
cargo xtask edge [OPTIONS]       runs the edge tests in their runtimes, and compares sizes
cargo xtask browser [OPTIONS]    runs Knock's clients against the emulator, and its page, in Chromium; --only CASE runs one
                                 file, --picture makes that of the README
cargo xtask fuzz [OPTIONS]       runs the fuzz targets with libFuzzer, each for --seconds N (default 60); --only TARGET
                                 runs one
cargo xtask bench [OPTIONS]      measures everything and writes BENCHMARKS.md; --check compares with the limits
cargo xtask test [OPTIONS]       runs the tests that run on this system, with options of `cargo test`
cargo xtask ci                   runs what one machine can check before a change is merged
";

/// The result of a chore; its error is printed.
type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["generate"] => generate::run(Mode::Write),
        ["generate", "--check"] => generate::run(Mode::Check),
        ["types"] => types::run(Mode::Write),
        ["types", "--check"] => types::run(Mode::Check),
        ["page"] => page::run(Mode::Write),
        ["page", "--check"] => page::run(Mode::Check),
        ["rooms"] => rooms::run(),
        ["readme"] => readme::run(),
        ["postgres"] => postgres::run(),
        ["package", ref options @ ..] => package::run(options),
        ["drift", ref options @ ..] => drift::run(options),
        ["guard", ref options @ ..] => guards::run(options),
        ["release", ref options @ ..] => release::run(options),
        ["edge", ref options @ ..] => edge::run(options),
        ["browser", ref options @ ..] => browser::run(options),
        ["fuzz", ref options @ ..] => fuzz::run(options),
        ["bench", ref options @ ..] => bench::run(options),
        ["test", ref options @ ..] => test::run(options),
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

/// The root of the repository.
fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}
