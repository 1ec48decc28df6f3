//! The options of all commands. Each command uses those that apply to it.

use std::path::PathBuf;
use std::time::Duration;

use lexopt::prelude::*;

use crate::measure::Load;
use crate::subject::Work;
use crate::{Error, Result};

/// The options on the command line.
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct Options {
    /// The positional argument: the name of a subject, or a URL.
    pub target: Option<String>,
    pub rounds: Option<u32>,
    pub only: Option<String>,
    pub until_stdin_closes: bool,
    pub url: Option<String>,
    pub in_flight: Option<usize>,
    pub warm_up_ms: Option<u64>,
    pub duration_ms: Option<u64>,
    pub recipients: Option<usize>,
    pub users: Option<u64>,
    pub messages: Option<u32>,
    pub method: Option<String>,
    pub headers: Vec<String>,
    pub body: Option<PathBuf>,
}

impl Options {
    /// Reads the arguments after the command.
    ///
    /// # Errors
    ///
    /// If an option is unknown or its value is invalid.
    pub fn read(arguments: impl IntoIterator<Item = String>) -> Result<Self> {
        let mut options = Self::default();
        let mut parser = lexopt::Parser::from_args(arguments);
        while let Some(argument) = parser.next()? {
            match argument {
                Value(target) if options.target.is_none() => options.target = Some(target.string()?),
                Long("rounds") => options.rounds = Some(parser.value()?.parse()?),
                Long("only") => options.only = Some(parser.value()?.string()?),
                Long("until-stdin-closes") => options.until_stdin_closes = true,
                Long("url") => options.url = Some(parser.value()?.string()?),
                Long("in-flight") => options.in_flight = Some(parser.value()?.parse()?),
                Long("warm-up-ms") => options.warm_up_ms = Some(parser.value()?.parse()?),
                Long("duration-ms") => options.duration_ms = Some(parser.value()?.parse()?),
                Long("recipients") => options.recipients = Some(parser.value()?.parse()?),
                Long("users") => options.users = Some(parser.value()?.parse()?),
                Long("messages") => options.messages = Some(parser.value()?.parse()?),
                Long("method") => options.method = Some(parser.value()?.string()?),
                Long("header") => options.headers.push(parser.value()?.string()?),
                Long("body") => options.body = Some(parser.value()?.into()),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(options)
    }

    /// Returns the load.
    ///
    /// # Errors
    ///
    /// If one of its options is missing.
    pub fn load(&self) -> Result<Load> {
        let missing = |name| move || Error::from(format!("--{name} is missing"));
        Ok(Load {
            in_flight: self.in_flight.ok_or_else(missing("in-flight"))?,
            warm_up: self.warm_up_ms.map(Duration::from_millis).ok_or_else(missing("warm-up-ms"))?,
            measured: self.duration_ms.map(Duration::from_millis).ok_or_else(missing("duration-ms"))?,
        })
    }

    /// Returns what the calls do: list messages if `--messages` is given, otherwise trigger a workflow.
    pub fn work(&self) -> Work {
        let trigger = || Work::trigger(self.recipients.unwrap_or(4));
        self.messages.map_or_else(trigger, |page_size| Work::Messages { page_size })
    }
}
