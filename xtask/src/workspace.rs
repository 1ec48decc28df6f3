//! The crates of this repository that are published: all of `crates/*`.

use std::path::PathBuf;
use std::{env, fs};

use toml::{Table, Value};

use crate::{Result, root};

/// A crate in `crates`, as its manifest describes it.
pub(crate) struct Crate {
    pub(crate) name: String,
    pub(crate) manifest: Table,
    /// The target for which docs.rs builds it: a WebAssembly target if it is empty elsewhere.
    pub(crate) target: Option<String>,
    /// The oldest version of Rust that builds it.
    pub(crate) rust_version: String,
}

impl Crate {
    /// The arguments that build it for its target.
    pub(crate) fn target_arguments(&self) -> Vec<&str> {
        self.target.iter().flat_map(|target| ["--target", target]).collect()
    }
}

/// Reads every manifest in `crates`, in the order of the names.
pub(crate) fn crates() -> Result<Vec<Crate>> {
    let workspace = manifest()?;
    let mut crates = Vec::new();
    for entry in fs::read_dir(root().join("crates"))? {
        let folder = entry?.path();
        let path = folder.join("Cargo.toml");
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let manifest: Table = text.parse()?;
        let package = &manifest["package"];
        let target = package
            .get("metadata")
            .and_then(|metadata| metadata.get("docs")?.get("rs")?.get("default-target"));
        let rust_version = package["rust-version"].as_str();
        let shared = workspace["workspace"]["package"]["rust-version"].as_str();
        crates.push(Crate {
            name: package["name"].as_str().unwrap_or_default().to_owned(),
            target: target.and_then(Value::as_str).map(str::to_owned),
            rust_version: rust_version.or(shared).unwrap_or_default().to_owned(),
            manifest,
        });
    }
    crates.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(crates)
}

/// The manifest of the workspace.
pub(crate) fn manifest() -> Result<Table> {
    Ok(fs::read_to_string(root().join("Cargo.toml"))?.parse()?)
}

/// The version that all crates share.
pub(crate) fn version() -> Result<String> {
    package_field("version")
}

/// The URL of the repository.
pub(crate) fn repository() -> Result<String> {
    package_field("repository")
}

fn package_field(name: &str) -> Result<String> {
    let manifest = manifest()?;
    let field = manifest["workspace"]["package"].get(name).and_then(Value::as_str);
    Ok(field.ok_or_else(|| format!("Cargo.toml has no `workspace.package.{name}`"))?.to_owned())
}

/// The folder of what cargo builds.
pub(crate) fn target_folder() -> Result<PathBuf> {
    let folder = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Ok(std::path::absolute(folder)?)
}
