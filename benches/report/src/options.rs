//! The command line.

use lexopt::prelude::*;

use crate::Result;
use crate::parts::Part;

const USAGE: &str = "\
cargo xtask bench [--only PART]... [--rounds N]            measures and writes BENCHMARKS.md
cargo xtask bench --check [--only PART]... [--rounds N]    measures and fails if a limit is missed
cargo xtask bench --render                                 writes BENCHMARKS.md from the last results

PART is core, load, bulk, jobs, tokens, worker, spin or builds";

/// What the program does.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(crate) enum Mode {
    /// Measures and writes the results, the page and its plots.
    #[default]
    Measure,
    /// Measures and checks the limits.
    Check,
    /// Writes the page and its plots from the last results.
    Render,
}

/// The options on the command line.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) mode: Mode,
    /// The parts to run; all if empty.
    pub(crate) only: Vec<Part>,
    /// The number of rounds; each part has its own default.
    pub(crate) rounds: Option<u32>,
}

impl Options {
    pub(crate) fn read(mut arguments: lexopt::Parser) -> Result<Self> {
        let mut options = Self::default();
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("check") if options.mode == Mode::Measure => options.mode = Mode::Check,
                Long("render") if options.mode == Mode::Measure => options.mode = Mode::Render,
                Long("only") => options.only.push(Part::named(&arguments.value()?.string()?)?),
                Long("rounds") => options.rounds = Some(arguments.value()?.parse()?),
                _ => return Err(USAGE.into()),
            }
        }
        let measures = options.mode != Mode::Render;
        if options.rounds == Some(0) || (!measures && (options.rounds.is_some() || !options.only.is_empty()))
        {
            return Err(USAGE.into());
        }
        options.only.sort();
        options.only.dedup();
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<Options> {
        Options::read(lexopt::Parser::from_args(arguments))
    }

    #[test]
    fn options_are_read() {
        let options = read(&["--check", "--only", "load", "--only=core", "--rounds", "3"]).unwrap();
        assert_eq!(options.mode, Mode::Check);
        assert_eq!(options.only, [Part::Core, Part::Load]);
        assert_eq!(options.rounds, Some(3));
        assert_eq!(read(&["--render"]).unwrap().mode, Mode::Render);
    }

    #[test]
    fn invalid_options_are_refused() {
        for wrong in [
            &["--check", "--render"][..],
            &["--render", "--rounds", "3"],
            &["--only", "lode"],
            &["--rounds", "0"],
            &["all"],
        ] {
            read(wrong).unwrap_err();
        }
    }
}
