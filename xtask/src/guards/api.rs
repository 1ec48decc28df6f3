//! Compares the public items of each crate with a committed list, so that a change of them is seen in its review.
//!
//! The list is of all features. It is read from rustdoc's JSON, whose format belongs to a version of Rust: if a new Rust
//! has a new format, the crate `public-api` has to be updated.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::process::{cargo, passes};
use crate::workspace::{self, Crate};
use crate::{Result, root};

pub(super) fn run(write: bool) -> Result<()> {
    let mut stale = Vec::new();
    for published in workspace::crates()? {
        let listing = listing(&published)?;
        let committed = root().join("crates").join(&published.name).join("public-api.txt");
        let known = fs::read_to_string(&committed).unwrap_or_default().replace("\r\n", "\n");
        if known == listing {
            continue;
        }
        if write {
            fs::write(&committed, listing)?;
        } else {
            stale.push(format!("{}:\n{}", published.name, difference(&known, &listing)));
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    Err(format!(
        "the public API changed; run `cargo xtask guard api --write`, and see VERSIONING.md:\n{}",
        stale.join("\n")
    )
    .into())
}

/// The public items of a crate, one a line, without those that it re-exports from others.
fn listing(published: &Crate) -> Result<String> {
    let json = rustdoc_json(published)?;
    // Blanket implementations follow from the items. Whether a type is `Send` is tested in the crates.
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .build()?;
    // What an implementation of a trait contains is known from the trait.
    let implementations: BTreeSet<_> = api
        .items()
        .filter(|item| item.to_string().starts_with("impl") && item.to_string().contains(" for "))
        .map(public_api::PublicItem::id)
        .collect();
    let own =
        api.items().filter(|item| item.parent_id().is_none_or(|parent| !implementations.contains(&parent)));
    let lines: BTreeSet<String> = own.map(ToString::to_string).collect();
    Ok(lines.into_iter().map(|line| line + "\n").collect())
}

fn rustdoc_json(published: &Crate) -> Result<PathBuf> {
    // Dependencies are built differently for a nightly compiler.
    let folder = workspace::target_folder()?.join("docsrs");
    let mut document = cargo(["rustdoc", "--quiet", "--lib", "--all-features", "--package", &published.name]);
    document.args(published.target_arguments()).args(["--", "-Zunstable-options", "--output-format", "json"]);
    document.env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_DIR", &folder).current_dir(root());
    passes(&mut document)?;
    let target = published.target.as_deref().map_or_else(PathBuf::new, PathBuf::from);
    Ok(folder.join(target).join("doc").join(file_name(&published.name)))
}

fn file_name(crate_name: &str) -> impl AsRef<Path> {
    format!("{}.json", crate_name.replace('-', "_"))
}

/// The lines of one text that the other lacks.
fn difference(old: &str, new: &str) -> String {
    let lines = |text| -> BTreeSet<&str> { str::lines(text).collect() };
    let (old, new) = (lines(old), lines(new));
    let gone = old.difference(&new).map(|line| format!("- {line}"));
    let added = new.difference(&old).map(|line| format!("+ {line}"));
    gone.chain(added).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_shows_both_sides() {
        assert_eq!(difference("a\nb\n", "a\nc\n"), "- b\n+ c");
    }
}
