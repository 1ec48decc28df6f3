//! `knock-types`: Rust types for the workflows of a Knock directory.
#![allow(clippy::print_stdout, clippy::print_stderr)] // this is a command line program

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use knock_types::{Options, Source, changes, generate};
use lexopt::prelude::{Long, Short, Value, ValueExt};

const HELP: &str = "\
Generates Rust types for the workflows of a Knock directory, in one file.

Usage: knock-types [options] [FILE]

FILE is a JSON file with workflows. Without it, the directory is read that `knock pull` and `knock schema pull` made.

Options:
      --knock-dir <dir>  the Knock directory (default: the one that `knock.json` names, here or above)
  -o, --out <file>       the file to write (default: print the code)
      --sdk <crate>      the crate that the types use (default: knock_reqwest)
      --check            write nothing; fail if the file is out of date, and list what changed
  -h, --help             print this help
  -V, --version          print the version";

enum Command {
    Generate(Arguments),
    Print(String),
}

struct Arguments {
    file: Option<PathBuf>,
    directory: Option<PathBuf>,
    out: Option<PathBuf>,
    options: Options,
    check: bool,
}

fn main() -> ExitCode {
    let done = match parse(lexopt::Parser::from_env()) {
        Ok(Command::Print(text)) => {
            println!("{text}");
            return ExitCode::SUCCESS;
        }
        Ok(Command::Generate(arguments)) => run(arguments),
        Err(error) => Err(format!("{error}\nTry knock-types --help.")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("knock-types: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn parse(mut parser: lexopt::Parser) -> Result<Command, lexopt::Error> {
    let mut arguments =
        Arguments { file: None, directory: None, out: None, options: Options::new(), check: false };
    while let Some(argument) = parser.next()? {
        match argument {
            Long("knock-dir") => arguments.directory = Some(parser.value()?.into()),
            Short('o') | Long("out") => arguments.out = Some(parser.value()?.into()),
            Long("sdk") => arguments.options = Options::new().sdk(parser.value()?.string()?),
            Long("check") => arguments.check = true,
            Value(file) if arguments.file.is_none() => arguments.file = Some(file.into()),
            Short('h') | Long("help") => return Ok(Command::Print(HELP.to_owned())),
            Short('V') | Long("version") => {
                return Ok(Command::Print(format!("knock-types {}", env!("CARGO_PKG_VERSION"))));
            }
            _ => return Err(argument.unexpected()),
        }
    }
    if arguments.check && arguments.out.is_none() {
        return Err("--check needs --out, the file to check".into());
    }
    if arguments.file.is_some() && arguments.directory.is_some() {
        return Err("pass either a file or --knock-dir".into());
    }
    Ok(Command::Generate(arguments))
}

fn run(arguments: Arguments) -> Result<(), String> {
    let source = match (&arguments.file, arguments.directory) {
        (Some(file), _) => Source::from_file(file),
        (None, Some(directory)) => Source::from_directory(directory),
        (None, None) => Source::from_directory("."),
    };
    let source = source.map_err(|error| error.to_string())?;
    // typify panics on schemas that it does not know. They are reported as warnings instead.
    std::panic::set_hook(Box::new(|_| {}));
    let generated = generate(&source, &arguments.options).map_err(|error| error.to_string())?;
    drop(std::panic::take_hook());
    for warning in &generated.warnings {
        eprintln!("warning: {warning}");
    }
    match arguments.out {
        None => print!("{}", generated.code),
        Some(out) if arguments.check => check(&out, &generated.code)?,
        Some(out) => write(&out, &generated.code)?,
    }
    Ok(())
}

/// Leaves a file alone that differs only in its formatting.
fn write(out: &Path, code: &str) -> Result<(), String> {
    let is_current = fs::read_to_string(out)
        .is_ok_and(|text| text == code || changes(&text, code).is_ok_and(|changes| changes.is_empty()));
    if is_current {
        return Ok(());
    }
    fs::write(out, code).map_err(|error| format!("{}: {error}", out.display()))
}

fn check(out: &Path, code: &str) -> Result<(), String> {
    let text = fs::read_to_string(out).map_err(|error| format!("{}: {error}", out.display()))?;
    let changes = changes(&text, code).map_err(|error| format!("{}: {error}", out.display()))?;
    if changes.is_empty() {
        return Ok(());
    }
    let lines: Vec<_> = changes.iter().map(|change| format!("  {change}")).collect();
    Err(format!("{} is out of date; run knock-types again:\n{}", out.display(), lines.join("\n")))
}
