//! `cargo xtask readme`: compiles the code of README.md as a reader would, with the dependencies of its Install section
//! and no others, and that of the READMEs of crates that list dependencies.

#[path = "../../tests/readme/src/program.rs"]
mod program;

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{Result, workspace};

/// A fenced block.
struct Block {
    /// The line of its fence.
    line: usize,
    /// The last heading before it, with the line of that: there may be others of its name.
    section: (usize, String),
    /// The text after the fence, for example `rust,no_run`.
    info: String,
    text: String,
}

/// A package that a reader would have.
struct Package {
    name: String,
    manifest: String,
    target: Option<&'static str>,
    programs: Vec<Program>,
}

struct Program {
    /// The line of the block that it is from.
    line: usize,
    file: String,
    /// How cargo is told which one.
    options: Vec<String>,
    source: String,
}

/// Compiles every block, even after one has failed, and reports the failed ones at the end.
pub(crate) fn run() -> Result<()> {
    let folder = workspace::target_folder()?.join("readme");
    let patch = patch(&crate::root())?;
    let mut failed = check("README.md", &packages, &folder, &patch)?;
    for published in workspace::crates()? {
        let readme = format!("crates/{}/README.md", published.name);
        failed.extend(check(&readme, &of_crate, &folder.join(published.name), &patch)?);
    }
    if failed.is_empty() { Ok(()) } else { Err(failed.join("\n").into()) }
}

/// Compiles the packages of a README, and returns what failed.
fn check(
    readme: &str,
    packages: &dyn Fn(&[Block]) -> Result<Vec<Package>>,
    folder: &Path,
    patch: &str,
) -> Result<Vec<String>> {
    let root = crate::root();
    // Most dependencies have been checked there for other commands.
    let target = workspace::target_folder()?;
    let mut failed = Vec::new();
    let blocks = blocks(&fs::read_to_string(root.join(readme))?);
    for package in packages(&blocks).map_err(|problem| format!("{readme}:{problem}"))? {
        let home = folder.join(&package.name);
        let sources = home.join("src");
        if sources.exists() {
            fs::remove_dir_all(&sources)?;
        }
        fs::create_dir_all(sources.join("bin"))?;
        // The code of tests is compiled as programs, like all other code.
        let manifest = package.manifest.replace("\n[dev-dependencies]\n", "");
        fs::write(home.join("Cargo.toml"), format!("{manifest}{patch}"))?;
        // The versions are those of the house.
        fs::copy(root.join("Cargo.lock"), home.join("Cargo.lock"))?;
        for program in &package.programs {
            fs::write(home.join(&program.file), &program.source)?;
        }
        for program in &package.programs {
            let mut cargo = Command::new("cargo");
            cargo.args(["check", "--quiet"]).args(&program.options).current_dir(&home);
            cargo.args(package.target.iter().flat_map(|target| ["--target", *target]));
            let status = cargo.env("CARGO_TARGET_DIR", &target).status();
            if !status.map_err(|error| format!("cargo cannot be run: {error}"))?.success() {
                failed.push(format!("{readme}:{}: this block does not compile", program.line));
            }
        }
    }
    Ok(failed)
}

/// The sections that make a manifest its own workspace, and replace the crates of the registry by those of this
/// repository.
fn patch(root: &Path) -> Result<String> {
    let mut patch = "\n[workspace]\n\n[patch.crates-io]\n".to_owned();
    for entry in fs::read_dir(root.join("crates"))? {
        let entry = entry?;
        // A path between single quotes is taken as it is, also with backslashes.
        writeln!(patch, "{} = {{ path = '{}' }}", entry.file_name().display(), entry.path().display())?;
    }
    Ok(patch)
}

fn blocks(readme: &str) -> Vec<Block> {
    let (mut blocks, mut section) = (Vec::new(), (0, String::new()));
    let mut lines = readme.lines().zip(1..);
    while let Some((text, line)) = lines.next() {
        if let Some(info) = text.trim_start().strip_prefix("```") {
            let inside = lines.by_ref().map(|(text, _)| text).take_while(|text| text.trim() != "```");
            let text = inside.flat_map(|line| [line, "\n"]).collect();
            blocks.push(Block { line, section: section.clone(), info: info.trim().to_owned(), text });
        } else if text.starts_with('#') {
            section = (line, text.to_owned());
        }
    }
    blocks
}

/// One package of the Install block with all blocks of `rust`, and those of the blocks of `rs`.
fn packages(blocks: &[Block]) -> Result<Vec<Package>> {
    let install = blocks.iter().find(|block| block.section.1 == "## Install" && block.info == "toml");
    let install = install.ok_or(" there is no block of toml under `## Install`")?;
    let rust = blocks.iter().filter(|block| matches!(&*block.info, "rust" | "rust,no_run"));
    let mut packages = vec![Package {
        name: "install".to_owned(),
        manifest: format!("{PACKAGE}{}", install.text),
        target: None,
        programs: rust.map(program).collect(),
    }];
    packages.extend(separate(blocks)?);
    Ok(packages)
}

/// The packages of a crate's README: one of all blocks of `rust`, if it lists dependencies for them, and those of the blocks
/// of `rs`. Without dependencies, the crate's own doctests are the test.
fn of_crate(blocks: &[Block]) -> Result<Vec<Package>> {
    let mut packages = separate(blocks)?;
    let is_manifest = |block: &&Block| {
        block.info == "toml" && block.text.starts_with("[dependencies]") && !block.text.contains("[lib]")
    };
    if let Some(manifest) = blocks.iter().find(is_manifest) {
        let rust = blocks.iter().filter(|block| matches!(&*block.info, "rust" | "rust,no_run"));
        packages.push(Package {
            name: "dependencies".to_owned(),
            manifest: format!("{PACKAGE}{}", manifest.text),
            target: None,
            programs: rust.map(items).collect(),
        });
    }
    Ok(packages)
}

/// The beginning of a manifest, for those that a README does not show.
const PACKAGE: &str = "[package]\nname = \"readme\"\nedition = \"2024\"\n\n";

/// One package for each block of `rs`, which has a manifest of its own before it.
fn separate(blocks: &[Block]) -> Result<Vec<Package>> {
    let mut packages = Vec::new();
    for block in blocks.iter().filter(|block| block.info == "rs") {
        let before = blocks.iter().filter(|other| other.section == block.section && other.line < block.line);
        let mut manifests = before.filter(|other| other.info == "toml" && other.text.contains("[lib]"));
        let manifest = manifests.next_back();
        let manifest = manifest
            .ok_or_else(|| format!("{}: before a block of `rs` there is to be its manifest", block.line))?;
        let start = if manifest.text.contains("[package]") { "" } else { PACKAGE };
        let is_spin = manifest.text.contains("knock-spin");
        packages.push(Package {
            name: format!("line_{}", block.line),
            manifest: format!("{start}{}", manifest.text),
            target: Some(if is_spin { "wasm32-wasip2" } else { "wasm32-unknown-unknown" }),
            programs: vec![Program {
                line: block.line,
                file: "src/lib.rs".to_owned(),
                options: vec!["--lib".to_owned()],
                source: block.text.clone(),
            }],
        });
    }
    Ok(packages)
}

fn program(block: &Block) -> Program {
    binary(block, &program::program(&block.info, &block.text))
}

/// A block with all items and imports that it needs.
fn items(block: &Block) -> Program {
    let main = if block.text.contains("fn main()") { "" } else { "fn main() {}\n" };
    binary(block, &format!("{}{main}", block.text))
}

fn binary(block: &Block, source: &str) -> Program {
    let name = format!("line_{}", block.line);
    Program {
        line: block.line,
        file: format!("src/bin/{name}.rs"),
        source: format!("#![allow(unused)]\n{source}"),
        options: vec!["--bin".into(), name],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = r#"
# Knock
```toml
[dependencies]
not-here = "1"
```
## Install
```toml
[dependencies]
knock-reqwest = "0.1"
```
## Use
```toml
[dependencies]
serde = "1"
```
```rust,no_run
fn main() {}
```
```rust,ignore
nonsense
```
### Spin
```toml
[package]
name = "my-app"
[lib]
[dependencies]
knock-spin = "0.1"
```
```toml
application = "my-app"
```
```rs
pub fn handle() {}
```
### Workers
```toml
[lib]
crate-type = ["cdylib"]
```
```rs
pub fn fetch() {}
```
"#;

    #[test]
    fn finds_what_to_compile_with_what() {
        let packages = packages(&blocks(README)).unwrap();
        let [install, spin, worker] = &packages[..] else { panic!("there are three packages") };
        let end = "[dependencies]\nknock-reqwest = \"0.1\"\n";
        assert!(install.manifest.ends_with(end), "{}", install.manifest);
        let [program] = &install.programs[..] else { panic!("one block is rust to be compiled") };
        assert_eq!((program.line, program.file.as_str()), (17, "src/bin/line_17.rs"));
        assert_eq!(
            spin.manifest,
            "[package]\nname = \"my-app\"\n[lib]\n[dependencies]\nknock-spin = \"0.1\"\n"
        );
        assert_eq!(worker.manifest, format!("{PACKAGE}[lib]\ncrate-type = [\"cdylib\"]\n"));
        assert_eq!((spin.target, worker.target), (Some("wasm32-wasip2"), Some("wasm32-unknown-unknown")));
        assert_eq!(spin.programs[0].source, "pub fn handle() {}\n");
    }

    #[test]
    fn refuses_what_it_cannot_compile() {
        let problem = |readme: &str| packages(&blocks(readme)).err().unwrap().to_string();
        assert!(problem("## Use\n```toml\n[dependencies]\n```").contains("no block of toml"));
        let moved = README.replace("```rs\npub fn fetch", "### Another\n```rs\npub fn fetch");
        assert_eq!(problem(&moved), "43: before a block of `rs` there is to be its manifest");
    }

    #[test]
    fn completes_what_a_reader_completes() {
        let whole = "#[tokio::main]\nasync fn main() {}\n";
        assert_eq!(program::program("rust,no_run", whole), whole);
        let body = program::program("rust,no_run", "call(knock).await?;\n");
        assert!(body.contains("async fn example(knock: &Knock)"), "{body}");
        assert!(body.ends_with("call(knock).await?;\nOk(())\n}\nfn main() {}\n"), "{body}");
        let run = program::program("rust", "f()?;\n");
        assert_eq!(run, "fn main() -> Result<(), Box<dyn std::error::Error>> {\nf()?;\nOk(())\n}\n");
    }
}
