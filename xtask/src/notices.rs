//! The licences of everything that is linked into the emulator's program, which most of them require to go with it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::process::{cargo, output};
use crate::{Result, root};

/// The beginnings of the names of files with licences, in capitals.
const FILES: &[&str] = &["LICENSE", "LICENCE", "UNLICENSE", "COPYING", "COPYRIGHT", "NOTICE"];

/// Returns the notices for a target: each package with its licence and its source, then each text with its packages.
pub(crate) fn of_emulator(target: &str) -> Result<String> {
    let linked = linked(target)?;
    let metadata = output(cargo(["metadata", "--format-version", "1", "--locked"]).current_dir(root()))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let packages =
        packages.filter(|package| !package["source"].is_null() && linked.contains(&title(package)));

    let mut notices = "The program contains these packages. Their licences follow.\n\n".to_owned();
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in packages {
        let text = |key: &str| package[key].as_str().unwrap_or("not stated");
        let _ = writeln!(notices, "{}: {}, {}", title(package), text("license"), text("repository"));
        let folder = Path::new(text("manifest_path")).parent().unwrap_or(Path::new(""));
        for licence in licences(folder)? {
            texts.entry(licence).or_default().push(title(package));
        }
    }
    for (text, packages) in texts {
        let _ = write!(notices, "\n{}\n{}\n\n{}\n", "-".repeat(80), packages.join(", "), text.trim_end());
    }
    Ok(notices)
}

/// The names and versions of what is linked, with the features of the program.
fn linked(target: &str) -> Result<BTreeSet<String>> {
    let mut tree = cargo(["tree", "--locked", "--package", "knock-emulator", "--edges", "normal"]);
    tree.args(["--prefix", "none", "--no-dedupe", "--format", "{p}", "--target", target]);
    let lines = output(tree.current_dir(root()))?;
    Ok(lines.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect())
}

/// `serde v1.0.229`, as `cargo tree` writes it.
fn title(package: &Value) -> String {
    let text = |key: &str| package[key].as_str().unwrap_or_default();
    format!("{} v{}", text("name"), text("version"))
}

/// The licences in the folder of a package.
fn licences(folder: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        if path.is_file() && FILES.iter().any(|start| name.starts_with(start)) {
            files.push(path);
        }
    }
    files.sort();
    files.iter().map(|path| Ok(String::from_utf8_lossy(&fs::read(path)?).replace("\r\n", "\n"))).collect()
}
