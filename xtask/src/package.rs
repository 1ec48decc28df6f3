//! `cargo xtask package`: makes the packages as crates.io would get them, and builds everything from them.
//!
//! The packages are unpacked into a workspace of their own, in which they replace the crates of the registry, together
//! with copies of the examples that depend on them by version. Nothing there can see this repository, so a file that is
//! missing in a package, or a dependency that is only a path, fails here and not after the release.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use toml::{Table, Value};

use crate::process::{cargo, passes};
use crate::workspace::{self, Crate};
use crate::{Result, root};

/// What a package may contain, besides Markdown, at its top.
const CONTENTS: &[&str] = &[
    "Cargo.toml",
    "Cargo.toml.orig",
    "Cargo.lock",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    ".cargo_vcs_info.json",
    "src",
];
/// What crates.io allows.
const MAX_KEYWORDS: usize = 5;
const MAX_KEYWORD_BYTES: usize = 20;

/// Makes the packages and checks their contents, and unless `list_only` builds, tests and documents everything from them.
pub(crate) fn run(options: &[&str]) -> Result<()> {
    let list_only = match options {
        [] => false,
        ["--list"] => true,
        _ => return Err("`package` has one option, `--list`".into()),
    };
    let examples = prepare()?;
    if list_only { Ok(()) } else { build(&workspace::crates()?, &home()?, &examples) }
}

/// The folder of the workspace of packages.
pub(crate) fn home() -> Result<PathBuf> {
    Ok(workspace::target_folder()?.join("packages"))
}

/// Makes the packages, checks their contents, and unpacks them into a workspace. Returns the examples that have their own.
pub(crate) fn prepare() -> Result<Vec<Example>> {
    let (crates, home) = (workspace::crates()?, home()?);
    pack(&crates)?;
    let packages = unpack(&crates, &home)?;
    check(&crates, &packages)?;
    restore_dev_dependencies(&crates, &packages)?;
    examples(&home, &packages)
}

/// Makes the `.crate` files of all crates together, so that they need no registry that has the others.
fn pack(crates: &[Crate]) -> Result<()> {
    let mut command = cargo(["package", "--quiet", "--no-verify", "--allow-dirty"]);
    for published in crates {
        command.args(["--package", &published.name]);
    }
    // It warns about each test that is not included, which is intended.
    passes(command.current_dir(root()).stderr(std::process::Stdio::inherit()))
}

/// Unpacks the `.crate` files, and returns the folder of each crate.
fn unpack(crates: &[Crate], home: &Path) -> Result<Vec<PathBuf>> {
    let made = workspace::target_folder()?.join("package");
    let version = workspace::version()?;
    if home.exists() {
        fs::remove_dir_all(home)?;
    }
    fs::create_dir_all(home)?;
    let mut folders = Vec::new();
    for published in crates {
        let name = format!("{}-{version}", published.name);
        // Windows has `tar` too.
        let mut tar = Command::new("tar");
        passes(tar.arg("-xzf").arg(made.join(format!("{name}.crate"))).arg("-C").arg(home))?;
        folders.push(home.join(name));
    }
    Ok(folders)
}

/// Checks that each package is whole, and that crates.io and docs.rs would show it well.
fn check(crates: &[Crate], packages: &[PathBuf]) -> Result<()> {
    let repository = workspace::repository()?;
    let version = workspace::version()?;
    let names: BTreeSet<&str> = crates.iter().map(|published| &*published.name).collect();
    let versioning = fs::read_to_string(root().join("VERSIONING.md"))?;
    let mut problems = Vec::new();
    for (published, package) in crates.iter().zip(packages) {
        let manifest: Table = fs::read_to_string(package.join("Cargo.toml"))?.parse()?;
        let readme = fs::read_to_string(package.join("README.md")).unwrap_or_default();
        let found = [
            contents(package)?,
            metadata(&manifest, &repository),
            versions(&manifest, &names, &version),
            features(&manifest, &readme),
            shown_versions(&documentation(package)?, &names, &version),
            readme_of_crate(&readme, &repository),
            rust_version(&manifest, &readme, &versioning),
        ];
        problems.extend(found.iter().flatten().map(|problem| format!("{}: {problem}", published.name)));
    }
    let readme = fs::read_to_string(root().join("README.md"))?;
    problems.extend(
        shown_versions(&readme, &names, &version).iter().map(|problem| format!("README.md: {problem}")),
    );
    if problems.is_empty() {
        println!("{} packages are whole", packages.len());
        return Ok(());
    }
    Err(problems.join("\n").into())
}

/// Gives the packages back the dev-dependencies on each other that are only paths, which cargo removed. The tests in their
/// code need them.
fn restore_dev_dependencies(crates: &[Crate], packages: &[PathBuf]) -> Result<()> {
    for (published, package) in crates.iter().zip(packages) {
        let Some(own) = published.manifest.get("dev-dependencies").and_then(Value::as_table) else {
            continue;
        };
        let file = package.join("Cargo.toml");
        let mut manifest: Table = fs::read_to_string(&file)?.parse()?;
        let section = manifest.entry("dev-dependencies").or_insert_with(|| Value::Table(Table::new()));
        let section = section.as_table_mut().ok_or("`dev-dependencies` is not a table")?;
        let is_ours = |name: &str| crates.iter().any(|published| published.name == name);
        for (name, dependency) in own.iter().filter(|(name, _)| is_ours(name)) {
            let Some(mut dependency) = dependency.as_table().cloned() else { continue };
            if dependency.remove("path").is_some() && !dependency.contains_key("version") {
                dependency.insert("version".to_owned(), Value::from("*"));
                section.insert(name.clone(), Value::Table(dependency));
            }
        }
        fs::write(file, manifest.to_string())?;
    }
    Ok(())
}

/// Checks the files of a package.
fn contents(package: &Path) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(package)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !CONTENTS.contains(&&*name) && Path::new(&name).extension().is_none_or(|end| end != "md") {
            problems.push(format!("`{name}` is packaged; narrow `include` in its manifest"));
        }
        found.insert(name);
    }
    for needed in ["README.md", "LICENSE-APACHE", "LICENSE-MIT"] {
        if !found.contains(needed) {
            problems.push(format!("there is no {needed}"));
        }
    }
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"].into_iter().filter(|licence| found.contains(*licence)) {
        if fs::read(package.join(licence))? != fs::read(root().join(licence))? {
            problems.push(format!(
                "{licence} is not that of the repository; it is to be a symbolic link to `../../{licence}`"
            ));
        }
    }
    Ok(problems)
}

/// Checks what crates.io shows.
fn metadata(manifest: &Table, repository: &str) -> Vec<String> {
    let package = &manifest["package"];
    let mut problems = Vec::new();
    let text = |name: &str| package.get(name).and_then(Value::as_str).unwrap_or_default();
    let list = |name: &str| -> Vec<&str> {
        package.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
    };
    if text("repository") != repository {
        problems.push("`repository` is not that of the workspace".to_owned());
    }
    if text("documentation") != format!("https://docs.rs/{}", text("name")) {
        problems.push("`documentation` is not its page on docs.rs".to_owned());
    }
    for needed in ["description", "license", "readme", "rust-version"] {
        if text(needed).is_empty() {
            problems.push(format!("there is no `{needed}`"));
        }
    }
    let keywords = list("keywords");
    if keywords.is_empty()
        || keywords.len() > MAX_KEYWORDS
        || keywords.iter().any(|word| word.len() > MAX_KEYWORD_BYTES)
    {
        problems.push(format!(
            "`keywords` is to have 1 to {MAX_KEYWORDS} words of up to {MAX_KEYWORD_BYTES} bytes"
        ));
    }
    if list("categories").is_empty() {
        problems.push("there are no `categories`".to_owned());
    }
    // Without `targets`, docs.rs builds for every system.
    let docs = package.get("metadata").and_then(|metadata| metadata.get("docs")?.get("rs"));
    if docs.and_then(|settings| settings.get("targets")).is_none() {
        problems.push("the settings for docs.rs have no `targets`".to_owned());
    }
    problems
}

/// The Markdown of a package that shows manifests: its README, its front page and its guides.
fn documentation(package: &Path) -> Result<String> {
    let mut texts = vec![fs::read_to_string(package.join("README.md")).unwrap_or_default()];
    let front = fs::read_to_string(package.join("src/lib.rs"))?;
    texts.extend(front.lines().filter_map(|line| line.strip_prefix("//! ")).map(str::to_owned));
    for guide in fs::read_dir(package.join("src/guide")).into_iter().flatten() {
        texts.push(fs::read_to_string(guide?.path())?);
    }
    Ok(texts.join("\n"))
}

/// Checks the versions of our crates in the manifests that Markdown shows: `knock-core = "0.1"`.
fn shown_versions(markdown: &str, names: &BTreeSet<&str>, version: &str) -> Vec<String> {
    let shown = version.rsplit_once('.').map_or(version, |(shown, _)| shown);
    let mut problems = Vec::new();
    for line in markdown.lines() {
        let Ok(entry) = line.parse::<Table>() else { continue };
        for (name, dependency) in entry.iter().filter(|(name, _)| names.contains(&***name)) {
            let required = dependency.as_str().or_else(|| dependency.get("version")?.as_str());
            if required != Some(shown) {
                let required = required.unwrap_or("in any version");
                problems.push(format!("it shows {name} {required}, not {shown}"));
            }
        }
    }
    problems
}

/// Checks that a README has one title, the licences, and says whose project it is.
fn readme_of_crate(readme: &str, repository: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let mut language = None;
    let (mut titles, mut hidden) = (0, 0);
    for line in readme.lines() {
        match (line.strip_prefix("```"), language) {
            (Some(name), None) => language = Some(name),
            (Some(_), Some(_)) => language = None,
            (None, None) => titles += usize::from(line.starts_with("# ")),
            (None, Some(name)) => hidden += usize::from(name.starts_with("rust") && line.starts_with("# ")),
        }
    }
    if hidden > 0 {
        problems.push(format!("its README has {hidden} lines of Rust that only rustdoc would hide"));
    }
    if titles != 1 {
        problems
            .push(format!("its README has {titles} titles `# …`; it is to have one, and sections `## …`"));
    }
    let licences = ["LICENSE-APACHE", "LICENSE-MIT"];
    let needed = licences.map(|licence| format!("]({repository}/blob/main/{licence})"));
    for needed in needed.iter().map(String::as_str).chain([INDEPENDENT]) {
        if !readme.contains(needed) {
            problems.push(format!("its README lacks `{needed}`"));
        }
    }
    problems
}

/// What each README says, since the crates have the name of somebody else's product.
const INDEPENDENT: &str = "This is an independent project. It is not made by Knock";

/// Checks that the README's table has each feature, and no other.
fn features(manifest: &Table, readme: &str) -> Vec<String> {
    let declared = manifest.get("features").and_then(Value::as_table).into_iter().flatten();
    let declared: BTreeSet<&str> =
        declared.map(|(name, _)| &**name).filter(|name| *name != "default").collect();
    let table = readme.split_once("| Feature |").map_or("", |(_, table)| table);
    let rows = table.lines().skip(1).take_while(|line| line.starts_with('|'));
    let shown: BTreeSet<&str> = rows.filter_map(|row| row.split('`').nth(1)).collect();
    let mut problems = Vec::new();
    for name in declared.symmetric_difference(&shown) {
        problems
            .push(format!("the feature `{name}` is not in both its manifest and the table of its README"));
    }
    problems
}

/// Checks that the oldest Rust is where users look for it.
fn rust_version(manifest: &Table, readme: &str, versioning: &str) -> Vec<String> {
    let text = |field: &str| manifest["package"].get(field).and_then(Value::as_str).unwrap_or_default();
    let (name, version) = (text("name"), text("rust-version"));
    let mut problems = Vec::new();
    if !readme.contains(&format!("needs Rust {version}")) {
        problems.push(format!("its README does not say that it needs Rust {version}"));
    }
    let row = format!("| {version} |");
    if !versioning.lines().any(|line| line.starts_with(&row) && line.contains(&format!("`{name}`"))) {
        problems.push(format!("VERSIONING.md does not have it among the crates for Rust {version}"));
    }
    problems
}

/// Checks that the crates are in step: they have one version, and require it of each other.
fn versions(manifest: &Table, names: &BTreeSet<&str>, version: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if manifest["package"]["version"].as_str() != Some(version) {
        problems.push(format!("its version is not {version}, that of the workspace"));
    }
    for (name, dependency) in dependencies(manifest) {
        let required = dependency.as_str().or_else(|| dependency.get("version")?.as_str());
        if names.contains(&*name) && required != Some(version) {
            problems
                .push(format!("it requires {name} {}, not {version}", required.unwrap_or("in any version")));
        }
    }
    problems
}

/// All dependencies of a manifest: of each kind, and for each target.
fn dependencies(manifest: &Table) -> Vec<(String, &Value)> {
    let targets = manifest.get("target").and_then(Value::as_table).into_iter().flatten();
    let tables = targets.filter_map(|(_, target)| target.as_table()).chain([manifest]);
    let kinds = tables.flat_map(|table| KINDS.iter().filter_map(|kind| table.get(*kind)?.as_table()));
    kinds.flatten().map(|(name, dependency)| (name.clone(), dependency)).collect()
}

const KINDS: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];

/// An example that is a workspace of its own.
pub(crate) struct Example {
    folder: PathBuf,
    target: String,
}

/// Copies the examples next to the packages, and writes the workspace of both.
fn examples(home: &Path, packages: &[PathBuf]) -> Result<Vec<Example>> {
    let local = local_registry(packages)?;
    let (mut members, mut own) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(root().join("examples"))? {
        let source = entry?.path();
        let folder = home.join("examples").join(source.file_name().unwrap_or_default());
        copy(&source, &folder)?;
        let file = folder.join("Cargo.toml");
        let mut manifest: Table = fs::read_to_string(&file)?.parse()?;
        without_paths(&mut manifest);
        if manifest.contains_key("workspace") {
            manifest.insert("patch".to_owned(), local.clone());
            own.push(Example { target: example_target(&manifest)?, folder });
        } else {
            members.push(folder);
        }
        fs::write(file, manifest.to_string())?;
    }
    members.extend_from_slice(packages);
    write_workspace(home, &members, &own, local)?;
    Ok(own)
}

/// The section `patch` of a manifest in which the packages replace the crates of the registry.
fn local_registry(packages: &[PathBuf]) -> Result<Value> {
    let crates = workspace::crates()?;
    let places = crates.into_iter().zip(packages).map(|(published, folder)| {
        (published.name, Value::Table(Table::from_iter([("path".to_owned(), as_value(folder))])))
    });
    Ok(Value::Table(Table::from_iter([("crates-io".to_owned(), Value::Table(places.collect()))])))
}

/// Writes the manifest of this repository with other members, and without the paths of the crates.
fn write_workspace(home: &Path, members: &[PathBuf], own: &[Example], local: Value) -> Result<()> {
    let mut manifest = workspace::manifest()?;
    let shared = manifest["workspace"].as_table_mut().ok_or("Cargo.toml has no workspace")?;
    let list =
        |folders: &mut dyn Iterator<Item = &PathBuf>| Value::Array(folders.map(|it| as_value(it)).collect());
    shared.insert("members".to_owned(), list(&mut members.iter()));
    shared.insert("exclude".to_owned(), list(&mut own.iter().map(|example| &example.folder)));
    without_paths(shared);
    manifest.insert("patch".to_owned(), local);
    fs::write(home.join("Cargo.toml"), manifest.to_string())?;
    // The versions are those of the house.
    fs::copy(root().join("Cargo.lock"), home.join("Cargo.lock"))?;
    Ok(())
}

fn as_value(path: &Path) -> Value {
    Value::from(path.display().to_string())
}

/// Removes the paths of dependencies, so that they are those of the registry.
fn without_paths(manifest: &mut Table) {
    for kind in KINDS {
        let dependencies = manifest.get_mut(*kind).and_then(Value::as_table_mut);
        for (_, dependency) in dependencies.into_iter().flatten() {
            dependency.as_table_mut().and_then(|dependency| dependency.remove("path"));
        }
    }
}

/// The target of an example: that of the adapter on which it depends.
fn example_target(manifest: &Table) -> Result<String> {
    let crates = workspace::crates()?;
    let target = dependencies(manifest).into_iter().find_map(|(name, _)| {
        crates.iter().find(|published| published.name == name).and_then(|published| published.target.clone())
    });
    Ok(target.ok_or("an example with its own workspace depends on no adapter for WebAssembly")?)
}

/// Copies a folder without what was built or installed in it.
fn copy(source: &Path, destination: &Path) -> Result<()> {
    fs::create_dir_all(destination)?;
    for entry in fs::read_dir(source)? {
        let entry = entry?;
        let name = entry.file_name();
        let (from, to) = (entry.path(), destination.join(&name));
        if ["target", "node_modules", "build"].iter().any(|built| name == *built) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy(&from, &to)?;
        } else {
            fs::copy(from, to)?;
        }
    }
    Ok(())
}

/// Builds, tests and documents the packages and the examples, and runs the first example against the emulator.
fn build(crates: &[Crate], home: &Path, examples: &[Example]) -> Result<()> {
    let target = workspace::target_folder()?;
    let run = |command: &mut Command| {
        println!("==> {}", crate::process::describe(command));
        passes(command.env("CARGO_TARGET_DIR", &target))
    };
    run(cargo(["test", "--quiet", "--workspace"]).current_dir(home))?;
    run(cargo(["run", "--quiet", "--package", "quickstart"]).current_dir(home))?;
    for published in crates {
        let mut check = cargo(["check", "--quiet", "--package", &published.name]);
        let mut document = cargo(["doc", "--quiet", "--no-deps", "--package", &published.name]);
        if published.target.is_some() {
            run(check.args(published.target_arguments()).current_dir(home))?;
        }
        document.args(published.target_arguments()).env("RUSTDOCFLAGS", "-Dwarnings");
        if has_all_features_on_docs_rs(published) {
            document.arg("--all-features");
        }
        run(document.current_dir(home))?;
    }
    for example in examples {
        run(cargo(["check", "--quiet", "--target", &example.target]).current_dir(&example.folder))?;
    }
    Ok(())
}

fn has_all_features_on_docs_rs(published: &Crate) -> bool {
    let package = &published.manifest["package"];
    let settings = package.get("metadata").and_then(|metadata| metadata.get("docs")?.get("rs"));
    settings.and_then(|settings| settings.get("all-features")?.as_bool()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"
[package]
name = "knock-core"
version = "0.1.0"
description = "…"
license = "MIT OR Apache-2.0"
readme = "README.md"
rust-version = "1.89"
repository = "https://repository.example"
documentation = "https://docs.rs/knock-core"
keywords = ["knock"]
categories = ["api-bindings"]
[package.metadata.docs.rs]
targets = ["x86_64-unknown-linux-gnu"]
[dependencies]
serde = "1"
[target.'cfg(unix)'.dependencies]
knock-fetch = { version = "0.1.0" }
"#;

    fn problems(manifest: &str) -> Vec<String> {
        let manifest: Table = manifest.parse().unwrap();
        let mut problems = metadata(&manifest, "https://repository.example");
        problems.extend(versions(&manifest, &BTreeSet::from(["knock-core", "knock-fetch"]), "0.1.0"));
        problems
    }

    #[test]
    fn a_complete_manifest_has_no_problem() {
        assert_eq!(problems(MANIFEST), <[&str; 0]>::default());
    }

    #[test]
    fn each_gap_is_a_problem() {
        let changes = [
            ("repository.example", "other.example", "`repository` is not that of the workspace"),
            ("docs.rs/knock-core", "docs.rs/knock", "`documentation` is not its page on docs.rs"),
            ("readme = \"README.md\"\n", "", "there is no `readme`"),
            ("[\"knock\"]", "[]", "`keywords` is to have 1 to 5 words of up to 20 bytes"),
            ("[\"api-bindings\"]", "[]", "there are no `categories`"),
            ("targets =", "other =", "the settings for docs.rs have no `targets`"),
            (
                "version = \"0.1.0\"\ndesc",
                "version = \"0.2.0\"\ndesc",
                "its version is not 0.1.0, that of the workspace",
            ),
            ("{ version = \"0.1.0\" }", "\"0.0.9\"", "it requires knock-fetch 0.0.9, not 0.1.0"),
            (
                "{ version = \"0.1.0\" }",
                "{ path = \"..\" }",
                "it requires knock-fetch in any version, not 0.1.0",
            ),
        ];
        for (from, to, problem) in changes {
            assert_eq!(problems(&MANIFEST.replace(from, to)), [problem], "{from}");
        }
    }

    #[test]
    fn a_table_without_a_feature_is_a_problem() {
        let manifest: Table = "[features]\ndefault = []\na = []\nb = []".parse().unwrap();
        let readme =
            |rows: &str| format!("## Features\n\n| Feature | Effect |\n|---|---|\n{rows}\n| `c` |\n");
        assert_eq!(
            features(&manifest, &readme("| `a` | one |\n| `b` (default) | two |\n")),
            <[&str; 0]>::default()
        );
        for (rows, wrong) in [("| `a` | one |\n", "b"), ("| `a` |\n| `b` |\n| `d` |\n", "d")] {
            let [problem] = &features(&manifest, &readme(rows))[..] else { panic!("{rows}") };
            assert!(problem.contains(&format!("`{wrong}`")), "{problem}");
        }
        assert_eq!(features(&manifest, "no table").len(), 2);
    }

    #[test]
    fn another_version_in_a_readme_is_a_problem() {
        let problems = |readme: &str| shown_versions(readme, &BTreeSet::from(["knock-core"]), "0.2.0");
        let right = "text\nknock-core = \"0.2\" # here\nknock-core = { version = \"0.2\" }\nserde = \"1\"\n";
        assert_eq!(problems(right), <[&str; 0]>::default());
        assert_eq!(problems("knock-core = \"0.1\""), ["it shows knock-core 0.1, not 0.2"]);
        assert_eq!(
            problems("knock-core = { version = \"0.2.0\", features = [] }"),
            ["it shows knock-core 0.2.0, not 0.2"]
        );
        assert_eq!(
            problems("knock-core = { path = \"..\" }"),
            ["it shows knock-core in any version, not 0.2"]
        );
    }

    #[test]
    fn a_readme_has_one_title_and_the_licences() {
        let readme = format!(
            "# a\n```sh\n# no title\n```\n## b\n{INDEPENDENT}.\n[1](r/blob/main/LICENSE-APACHE) [2](r/blob/main/LICENSE-MIT)\n"
        );
        assert_eq!(readme_of_crate(&readme, "r"), <[&str; 0]>::default());
        let two = readme.replace("## b", "# b");
        assert_eq!(
            readme_of_crate(&two, "r"),
            ["its README has 2 titles `# …`; it is to have one, and sections `## …`"]
        );
        for needed in ["](r/blob/main/LICENSE-MIT)", "](r/blob/main/LICENSE-APACHE)", INDEPENDENT] {
            let without = readme.replace(needed, "");
            assert_eq!(readme_of_crate(&without, "r"), [format!("its README lacks `{needed}`")]);
        }
    }

    #[test]
    fn a_wrong_rust_version_is_a_problem() {
        let manifest: Table = MANIFEST.parse().unwrap();
        let versioning = "| 1.89 | `knock-core` |\n| 1.91 | `knock-worker` |\n";
        assert_eq!(rust_version(&manifest, "It needs Rust 1.89.", versioning), <[&str; 0]>::default());
        assert_eq!(rust_version(&manifest, "It needs Rust 1.91.", versioning).len(), 1);
        assert_eq!(rust_version(&manifest, "It needs Rust 1.89.", "| 1.91 | `knock-core` |\n").len(), 1);
    }

    #[test]
    fn paths_are_removed_and_nothing_else() {
        let mut manifest: Table =
            "[dependencies]\na = { path = \"../a\", version = \"1\" }\nb = \"2\"".parse().unwrap();
        without_paths(&mut manifest);
        assert_eq!(manifest, "[dependencies]\na = { version = \"1\" }\nb = \"2\"".parse().unwrap());
    }
}
