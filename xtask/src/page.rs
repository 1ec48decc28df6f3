//! `cargo xtask page`: the emulator's page, from its sources to the files that the crate contains.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::generate::Mode;
use crate::guards::npm;
use crate::process::passes;
use crate::{Result, workspace};

/// The sources, which are not in the package of the crate.
const SOURCES: &str = "crates/knock-emulator/page";
/// What is made of them.
const BUILT: &str = "crates/knock-emulator/src/page/dist";
const FILES: &[&str] = &["index.html", "page.js", "page.css", "icon.svg"];

/// Checks the types of the page, runs its tests, and writes or compares the built files.
pub(crate) fn run(mode: Mode) -> Result<()> {
    let sources = crate::root().join(SOURCES);
    passes(npm().args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&sources))?;
    let built = crate::root().join(BUILT);
    match mode {
        Mode::Write => build(&sources, &built),
        Mode::Check => {
            let again = workspace::target_folder()?.join("page");
            build(&sources, &again)?;
            compare(&built, &again)
        }
    }
}

fn build(sources: &Path, to: &Path) -> Result<()> {
    passes(Command::new("node").arg("build.mjs").arg(to).current_dir(sources))
}

fn compare(built: &Path, again: &Path) -> Result<()> {
    for file in FILES {
        if fs::read(built.join(file)).ok() != fs::read(again.join(file)).ok() {
            return Err(format!("{BUILT}/{file} is not what {SOURCES} makes: run `cargo xtask page`").into());
        }
    }
    Ok(())
}
