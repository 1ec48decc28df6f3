//! The arguments of the program.

use std::path::PathBuf;

use lexopt::prelude::{Long, Short, Value, ValueExt};

use crate::Problem;

const HELP: &str = "\
Usage: import [OPTIONS] FILE

Imports a CSV file of users into Knock: that of KNOCK_API_KEY, or else an emulator in this process.

Options:
  --checkpoint FILE  where to save how far the import is, and from where it goes on
  --refused FILE     where to list the users that were refused; by default, they are printed
  --in-flight N      how many requests of up to 1,000 users are in flight at once, 1 to 64 (default: 4)
  -h, --help         print this

Exit status: 0 if all users were identified, 1 if some were not, 2 if the import could not run";

/// The arguments of the program.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) file: PathBuf,
    pub(crate) checkpoint: Option<PathBuf>,
    pub(crate) refused: Option<PathBuf>,
    pub(crate) in_flight: usize,
}

impl Arguments {
    /// Reads the arguments, or prints the help and returns `None`.
    pub(crate) fn parse() -> Result<Option<Self>, Problem> {
        let (mut file, mut checkpoint, mut refused, mut in_flight) = (None, None, None, 4);
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("checkpoint") => checkpoint = Some(parser.value()?.into()),
                Long("refused") => refused = Some(parser.value()?.into()),
                Long("in-flight") => in_flight = parser.value()?.parse()?,
                Short('h') | Long("help") => {
                    println!("{HELP}");
                    return Ok(None);
                }
                Value(value) if file.is_none() => file = Some(value.into()),
                other => return Err(other.unexpected().into()),
            }
        }
        let file = file.ok_or("no file was given; see `import --help`")?;
        Ok(Some(Self { file, checkpoint, refused, in_flight }))
    }
}
