//! `cargo xtask release`: the steps of a release that the workflow runs. RELEASING.md has the others.

use std::fs;
use std::process::{Command, Stdio};

use crate::process::{cargo, passes};
use crate::{Result, notices, root, workspace};

const USAGE: &str = "`release check TAG` compares the tag with the version and the changelog, `release binary TARGET` makes \
                     the archive of the emulator for a target, and `release publish` publishes the crates";
/// What is in an archive besides the program.
const PAPERS: &[&str] = &["crates/knock-emulator/README.md", "LICENSE-APACHE", "LICENSE-MIT"];

pub(crate) fn run(options: &[&str]) -> Result<()> {
    match options {
        ["check", tag] => {
            check(tag, &workspace::version()?, &fs::read_to_string(root().join("CHANGELOG.md"))?)
        }
        ["binary", target] => binary(target),
        ["publish"] => publish(),
        _ => Err(USAGE.into()),
    }
}

/// The tag, the version and the changelog must agree before anything is made public.
fn check(tag: &str, version: &str, changelog: &str) -> Result<()> {
    if tag != format!("v{version}") {
        return Err(format!("the tag is {tag}, but the version in Cargo.toml is {version}").into());
    }
    let is_heading =
        |line: &str| line.strip_prefix("## ").is_some_and(|rest| rest.split(' ').next() == Some(version));
    if changelog.lines().any(is_heading) {
        return Ok(());
    }
    Err(format!("CHANGELOG.md has no section `## {version} (date)`").into())
}

/// Builds the emulator for a target, and archives it in `target/dist`.
fn binary(target: &str) -> Result<()> {
    let mut build =
        cargo(["build", "--release", "--locked", "--package", "knock-emulator", "--target", target]);
    if target.ends_with("-linux-musl") {
        // It links for every machine, and the program needs no libraries of the system.
        let name = target.replace('-', "_").to_uppercase();
        build.env(format!("CARGO_TARGET_{name}_LINKER"), "rust-lld");
    }
    passes(build.current_dir(root()))?;

    let output = workspace::target_folder()?;
    let name = format!("knock-emulator-{}-{target}", workspace::version()?);
    let folder = output.join("archive").join(&name);
    let archives = root().join("target/dist");
    fs::create_dir_all(&folder)?;
    fs::create_dir_all(&archives)?;
    let program = if target.contains("windows") { "knock-emulator.exe" } else { "knock-emulator" };
    fs::copy(output.join(target).join("release").join(program), folder.join(program))?;
    for paper in PAPERS.iter().map(|paper| root().join(paper)) {
        fs::copy(&paper, folder.join(paper.file_name().unwrap_or_default()))?;
    }
    fs::write(folder.join("THIRD-PARTY.txt"), notices::of_emulator(target)?)?;
    // Windows has `tar` too.
    let archive = archives.join(format!("{name}.tar.gz"));
    passes(Command::new("tar").arg("-czf").arg(&archive).arg("-C").arg(output.join("archive")).arg(&name))?;
    println!("{}", archive.display());
    Ok(())
}

/// Publishes the crates that are not on crates.io in this version, in the order of their dependencies.
fn publish() -> Result<()> {
    let version = workspace::version()?;
    // `xtask package` has built this commit already. Building it again would run every build script of a dependency in an
    // environment that has the token of the registry.
    let mut command = cargo(["publish", "--locked", "--no-verify"]);
    let mut count = 0;
    for published in workspace::crates()? {
        let mut info = cargo(["info", "--quiet", "--registry", "crates-io"]);
        let status = info
            .arg(format!("{}@{version}", published.name))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        if !status.success() {
            command.args(["--package", &published.name]);
            count += 1;
        }
    }
    println!("{count} crates are to be published in version {version}");
    if count == 0 { Ok(()) } else { passes(command.current_dir(root())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tag_version_and_changelog_agree() {
        let changelog = "# Changelog\n\n## Unreleased\n\n## 0.2.0 (2027-01-02)\n";
        check("v0.2.0", "0.2.0", changelog).unwrap();
        let problem = |tag, version| check(tag, version, changelog).unwrap_err().to_string();
        assert!(problem("v0.1.0", "0.2.0").contains("the tag is v0.1.0"));
        assert!(problem("0.2.0", "0.2.0").contains("the tag is 0.2.0"));
        assert!(problem("v0.2", "0.2").contains("no section"));
    }
}
