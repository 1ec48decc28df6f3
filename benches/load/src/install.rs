//! Installs the official SDKs, unless they are installed already.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;
use crate::processes::output;

/// Installs the packages of the Node client and returns its folder.
pub(crate) fn node() -> Result<PathBuf> {
    let folder = package().join("node");
    let packages = folder.join("node_modules");
    install(&folder.join("package-lock.json"), &packages.join(".installed"), || {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts"]).current_dir(&folder);
        output(&mut npm).map(drop)
    })?;
    Ok(folder)
}

/// Installs the packages of the Python client and returns the interpreter that has them.
pub(crate) fn python() -> Result<PathBuf> {
    let requirements = package().join("python/requirements.txt");
    let environment = package().join("../../target/bench/load-python");
    let interpreter = environment.join("bin/python");
    install(&requirements, &environment.join("installed.txt"), || {
        output(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
        let mut pip = Command::new(&interpreter);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
        output(pip.arg(&requirements)).map(drop)
    })?;
    Ok(interpreter)
}

/// Returns the folder of this package.
pub(crate) fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs `how` unless `installed` is a copy of `wanted`, then writes that copy.
fn install(wanted: &Path, installed: &Path, how: impl FnOnce() -> Result<()>) -> Result<()> {
    let list = std::fs::read(wanted)?;
    if std::fs::read(installed).is_ok_and(|last| last == list) {
        return Ok(());
    }
    how()?;
    Ok(std::fs::write(installed, list)?)
}
