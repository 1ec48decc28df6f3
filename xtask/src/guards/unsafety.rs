//! Counts `unsafe` in the sources of the dependencies. It is a note for reviewers, not a limit.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};

use super::msrv::Graph;
use crate::{Result, workspace};

pub(super) fn run() -> Result<()> {
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for published in workspace::crates()? {
        let graph = Graph::read(&published)?;
        let mut counts = Vec::new();
        for id in graph.dependencies(&published.name) {
            let package = &graph.packages[&id];
            let count = *known.entry(id).or_insert_with(|| {
                let manifest = Path::new(package["manifest_path"].as_str().unwrap_or_default());
                manifest.parent().map_or(0, |folder| count_folder(&folder.join("src")))
            });
            counts.push((count, package["name"].as_str().unwrap_or_default().to_owned()));
        }
        counts.sort();
        let total: usize = counts.iter().map(|(count, _)| count).sum();
        let without = counts.iter().filter(|(count, _)| *count == 0).count();
        println!("{}: {total} in {} packages, {without} of which have none", published.name, counts.len());
        let most = counts.iter().rev().take(8).filter(|(count, _)| *count > 0);
        println!("  {}", most.map(|(count, name)| format!("{name} {count}")).collect::<Vec<_>>().join(", "));
    }
    Ok(())
}

fn count_folder(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries
        .map(|path| {
            if path.is_dir() {
                return count_folder(&path);
            }
            let source =
                fs::read_to_string(&path).ok().filter(|_| path.extension().is_some_and(|end| end == "rs"));
            source.and_then(|source| source.parse().ok()).map_or(0, count)
        })
        .sum()
}

/// The number of times that the keyword occurs, outside of comments and texts.
fn count(tokens: TokenStream) -> usize {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Group(group) => count(group.stream()),
            TokenTree::Ident(word) => usize::from(word == "unsafe"),
            _ => 0,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_texts_are_not_counted() {
        let source = "// unsafe\nfn a() { unsafe { b(\"unsafe\") } }\nunsafe fn b(_: &str) {}";
        assert_eq!(count(source.parse().unwrap()), 2);
    }
}
