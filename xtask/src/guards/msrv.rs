//! Checks that each crate can be built with the Rust that it declares, as far as its dependencies declare theirs.
//!
//! Clippy's lint `incompatible_msrv` checks what the code itself uses of the standard library.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::process::{cargo, output};
use crate::workspace::{self, Crate};
use crate::{Result, root};

pub(super) fn run() -> Result<()> {
    let mut problems = Vec::new();
    for published in workspace::crates()? {
        let graph = Graph::read(&published)?;
        let found = graph.dependencies(&published.name);
        println!(
            "{}: {} packages are compared with Rust {}",
            published.name,
            found.len(),
            published.rust_version
        );
        problems.extend(graph.newer(&found, &published));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n").into()) }
}

/// The packages of the workspace, from `cargo metadata`.
pub(super) struct Graph {
    /// By id.
    pub(super) packages: BTreeMap<String, Value>,
    /// The dependencies of each package that are built with it, by id.
    edges: BTreeMap<String, Vec<String>>,
}

impl Graph {
    /// Reads what is built for the target of a crate.
    pub(super) fn read(published: &Crate) -> Result<Self> {
        let host = host()?;
        let target = published.target.as_deref().unwrap_or(&host);
        let arguments =
            ["metadata", "--format-version", "1", "--locked", "--all-features", "--filter-platform", target];
        let metadata: Value = serde_json::from_str(&output(cargo(arguments).current_dir(root()))?)?;
        Ok(Self::new(&metadata))
    }

    fn new(metadata: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let packages =
            list(&metadata["packages"]).map(|package| (text(&package["id"]), package.clone())).collect();
        let edges = list(&metadata["resolve"]["nodes"]).map(|node| {
            let built = list(&node["deps"])
                .filter(|dependency| list(&dependency["dep_kinds"]).any(|kind| kind["kind"] != "dev"));
            (text(&node["id"]), built.map(|dependency| text(&dependency["pkg"])).collect())
        });
        Self { packages, edges: edges.collect() }
    }

    /// The ids of all that is built for the package of this name, and its own.
    pub(super) fn dependencies(&self, name: &str) -> BTreeSet<String> {
        let of_this_name =
            |(_, package): &(&String, &Value)| package["name"] == name && package["source"].is_null();
        let mut waiting: Vec<&String> =
            self.packages.iter().find(of_this_name).map(|(id, _)| id).into_iter().collect();
        let mut found = BTreeSet::new();
        while let Some(id) = waiting.pop() {
            if found.insert(id.clone()) {
                waiting.extend(self.edges.get(id).into_iter().flatten());
            }
        }
        found
    }

    fn newer(&self, ids: &BTreeSet<String>, published: &Crate) -> Vec<String> {
        let declared = parse(&published.rust_version);
        let packages = ids.iter().filter_map(|id| self.packages.get(id));
        let newer = packages.filter(|package| package["rust_version"].as_str().map(parse) > Some(declared));
        newer
            .map(|package| {
                let [name, version, needs] =
                    ["name", "version", "rust_version"].map(|key| package[key].as_str().unwrap_or_default());
                format!(
                    "{}: {name} {version} needs Rust {needs}, but it declares {}",
                    published.name, published.rust_version
                )
            })
            .collect()
    }
}

/// `1.88` is `[1, 88, 0]`.
fn parse(version: &str) -> [u32; 3] {
    let mut numbers = version.split('.').map(|number| number.parse().unwrap_or_default());
    [(); 3].map(|()| numbers.next().unwrap_or_default())
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The target of this machine.
fn host() -> Result<String> {
    let version = output(std::process::Command::new("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("`rustc -vV` names no host")?.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_needs_a_newer_rust_is_found_through_others() {
        let package = |id: &str, rust: Option<&str>| json!({ "id": id, "name": id, "version": "1.0.0", "rust_version": rust });
        let dependency = |id: &str, kind: Value| json!({ "pkg": id, "dep_kinds": [{ "kind": kind }] });
        let graph = Graph::new(&json!({
            "packages": [package("ours", None), package("old", Some("1.9")), package("new", Some("1.88.1")), package("dev", Some("1.99"))],
            "resolve": { "nodes": [
                { "id": "ours", "deps": [dependency("old", Value::Null), dependency("dev", json!("dev"))] },
                { "id": "old", "deps": [dependency("new", json!("build"))] },
                { "id": "new", "deps": [] }
            ] }
        }));
        let published = Crate {
            name: "ours".to_owned(),
            manifest: toml::Table::new(),
            target: None,
            rust_version: "1.88".to_owned(),
        };
        let found = graph.dependencies("ours");
        assert_eq!(found.len(), 3);
        assert_eq!(
            graph.newer(&found, &published),
            ["ours: new 1.0.0 needs Rust 1.88.1, but it declares 1.88"]
        );
    }
}
