//! Tools that must be installed.

use std::process::{Command, Stdio};

use crate::Result;

/// Makes sure that valgrind is installed, installing it if this runs as root and `apt-get` exists.
pub(crate) fn valgrind() -> Result<()> {
    if works("valgrind", &["--version"]) {
        return Ok(());
    }
    let missing = "the part `core` needs valgrind: install it, for example with `apt-get install valgrind`";
    if !is_root() || !works("apt-get", &["--version"]) {
        return Err(missing.into());
    }
    eprintln!("installing valgrind");
    apt_get(&["update"])?;
    apt_get(&["install", "-y", "--no-install-recommends", "valgrind"])?;
    if works("valgrind", &["--version"]) { Ok(()) } else { Err(missing.into()) }
}

fn works(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

/// Runs `apt-get` with its output on stderr, because stdout is for results.
fn apt_get(arguments: &[&str]) -> Result<()> {
    let mut command = Command::new("apt-get");
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null());
    let status = command.stdout(std::io::stderr()).status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("apt-get {} ended with {status}", arguments[0]).into())
    }
}
