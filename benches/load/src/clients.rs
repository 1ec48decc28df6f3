//! The clients that the runner starts, each in its own process.

use std::path::PathBuf;
use std::process::Command;

use crate::processes::{CLIENT_CPU, pinned};
use crate::{Result, install};

/// One client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Client {
    /// A subject of this package, by name.
    Rust(&'static str),
    /// `@knocklabs/node`, by version.
    Node(&'static str),
    /// `knockapi` for Python.
    Python,
}

/// Where the clients in other languages are installed.
#[derive(Debug)]
pub(crate) struct Installed {
    node: Option<PathBuf>,
    python: Option<PathBuf>,
}

impl Installed {
    /// Installs what these clients need.
    pub(crate) fn for_clients<'a>(clients: impl IntoIterator<Item = &'a Client>) -> Result<Self> {
        let mut installed = Self { node: None, python: None };
        for client in clients {
            match client {
                Client::Node(_) if installed.node.is_none() => installed.node = Some(install::node()?),
                Client::Python if installed.python.is_none() => installed.python = Some(install::python()?),
                _ => {}
            }
        }
        Ok(installed)
    }
}

impl Client {
    /// Returns the name of the subject in samples.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Rust(name) => (*name).to_owned(),
            Self::Node(version) => format!("@knocklabs/node {version}"),
            Self::Python => "knockapi (Python)".to_owned(),
        }
    }

    /// Returns the command that runs the client, without URL, load and work.
    pub(crate) fn command(&self, installed: &Installed) -> Result<Command> {
        let mut command = match self {
            Self::Rust(name) => {
                let mut command = pinned(CLIENT_CPU, std::env::current_exe()?);
                command.args(["subject", name]);
                command
            }
            Self::Node(version) => {
                let folder = installed.node.as_ref().ok_or("Node's packages are not installed")?;
                let mut command = pinned(CLIENT_CPU, "node");
                command.arg(folder.join("client.mjs")).arg(version);
                command
            }
            Self::Python => {
                let interpreter = installed.python.as_ref().ok_or("Python's packages are not installed")?;
                let mut command = pinned(CLIENT_CPU, interpreter);
                command.arg(install::package().join("python/client.py"));
                command
            }
        };
        command.args(["--warm-up-ms", &self.warm_up_ms().to_string()]);
        command.args(["--duration-ms", &self.measured_ms().to_string()]);
        Ok(command)
    }

    /// Returns the warm-up time. V8 needs time to compile hot functions.
    fn warm_up_ms(self) -> u32 {
        match self {
            Self::Rust(_) => 100,
            Self::Node(_) => 1500,
            Self::Python => 800,
        }
    }

    /// Returns the measured time, which is shorter for clients that run several times per round.
    fn measured_ms(self) -> u32 {
        match self {
            Self::Rust(_) => 250,
            Self::Node(_) | Self::Python => 1000,
        }
    }
}
