//! Installs the official SDKs, where they are not there yet.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;
use crate::processes::output;

/// The folder with the client for Node, with its packages installed in it.
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

/// The interpreter that has the packages for Python.
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

/// The folder of this package.
pub(crate) fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Installs what `wanted` lists, unless `installed` is a copy of it, left by the last time.
fn install(wanted: &Path, installed: &Path, how: impl FnOnce() -> Result<()>) -> Result<()> {
    let list = std::fs::read(wanted)?;
    if std::fs::read(installed).is_ok_and(|last| last == list) {
        return Ok(());
    }
    how()?;
    Ok(std::fs::write(installed, list)?)
}
