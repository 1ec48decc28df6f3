//! Checks the links of the Markdown files of this repository, without the network: those to its own files, also by the
//! address of the repository, and those to headings. rustdoc checks the links of the documentation itself.
//!
//! The README of a crate is also shown on crates.io, so it may have whole addresses only.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::process::output;
use crate::{Result, root, workspace};

pub(super) fn run() -> Result<()> {
    let repository = workspace::repository()?;
    let tracked = output(Command::new("git").args(["ls-files", "*.md"]).current_dir(root()))?;
    // rustdoc resolves the links of the guides.
    let files = tracked.lines().filter(|file| !file.contains("/src/guide/"));
    let (mut problems, mut count) = (Vec::new(), 0);
    for file in files {
        let text = fs::read_to_string(root().join(file))?;
        let is_on_crates_io = file.starts_with("crates/") && file.ends_with("/README.md");
        for link in page(&text).links {
            count += 1;
            let problem = check(&link, Path::new(file), &repository, is_on_crates_io);
            problems.extend(problem.map(|problem| format!("{file}: `{}` {problem}", link.target)));
        }
    }
    println!("{count} links were checked");
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n").into()) }
}

/// A link: its text, if it is code, and where it leads.
struct Link {
    code: Option<String>,
    target: String,
}

/// What matters of a Markdown file.
struct Page {
    links: Vec<Link>,
    anchors: BTreeSet<String>,
}

/// Returns what is wrong with a link in the file at this path.
fn check(link: &Link, file: &Path, repository: &str, is_on_crates_io: bool) -> Option<String> {
    let inside = link.target.strip_prefix(repository).and_then(|rest| rest.strip_prefix(['/', '#']));
    let (path, anchor) = match inside {
        // A page of the repository that is not a file, for example its issues.
        Some(rest) => {
            let kinds = ["blob/main/", "tree/main/", "raw/main/"];
            split(kinds.iter().find_map(|kind| rest.strip_prefix(kind))?)
        }
        None if link.target.contains("://") || link.target.starts_with("mailto:") => return None,
        None if is_on_crates_io => return Some("is not a whole address, which crates.io needs".to_owned()),
        None => {
            let (path, anchor) = split(&link.target);
            let beside = if path.is_empty() { file.to_owned() } else { file.parent()?.join(path) };
            return check_file(&beside, anchor, link);
        }
    };
    check_file(Path::new(path), anchor, link)
}

fn split(target: &str) -> (&str, Option<&str>) {
    target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)))
}

fn check_file(path: &Path, anchor: Option<&str>, link: &Link) -> Option<String> {
    let path: PathBuf = root().join(path);
    if !path.exists() {
        return Some("does not exist".to_owned());
    }
    let text = fs::read_to_string(&path).unwrap_or_default();
    // A link from the name of a test or a function to a source promises that it is there.
    if path.extension().is_some_and(|extension| extension == "rs")
        && let Some(name) =
            link.code.as_deref().filter(|name| name.chars().all(|it| it.is_alphanumeric() || it == '_'))
        && !text.contains(name)
    {
        return Some(format!("has no `{name}`"));
    }
    let is_missing = anchor.is_some_and(|anchor| !page(&text).anchors.contains(anchor));
    is_missing.then(|| "has no such heading".to_owned())
}

fn page(text: &str) -> Page {
    let mut page = Page { links: Vec::new(), anchors: BTreeSet::new() };
    let (mut heading, mut link): (Option<String>, Option<Link>) = (None, None);
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                page.anchors.extend(heading.take().map(|heading| anchor(&heading)));
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                link = Some(Link { code: None, target: dest_url.into_string() });
            }
            Event::End(TagEnd::Link | TagEnd::Image) => page.links.extend(link.take()),
            Event::Text(text) | Event::Code(text) if heading.is_some() => {
                heading.get_or_insert_default().push_str(&text);
            }
            Event::Code(text) if link.is_some() => {
                link = link.map(|link| Link { code: Some(text.into_string()), ..link });
            }
            _ => {}
        }
    }
    page
}

/// The name that GitHub gives a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|it| it.is_alphanumeric() || " -_".contains(*it));
    kept.map(|it| if it == ' ' { '-' } else { it.to_ascii_lowercase() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPOSITORY: &str = "https://repository.example/knock";

    fn problem(markdown: &str) -> Option<String> {
        let link = page(markdown).links.remove(0);
        check(&link, Path::new("docs/DESIGN.md"), REPOSITORY, false)
    }

    #[test]
    fn links_that_lead_somewhere_are_fine() {
        for fine in [
            "[a](../README.md)",
            "[a](../README.md#errors-and-retries)",
            "[a](#one-idea)",
            "[a](https://other.example/x)",
            "[a](https://repository.example/knock/blob/main/README.md#use)",
            "[a](https://repository.example/knock/tree/main/examples)",
            "[a](https://repository.example/knock/issues)",
            "[`root`](../xtask/src/main.rs)",
            "| [a](../README.md) |\n|---|",
        ] {
            assert_eq!(problem(fine), None, "{fine}");
        }
    }

    #[test]
    fn links_that_lead_nowhere_are_found() {
        for (broken, expected) in [
            ("[a](../README)", "does not exist"),
            ("[a](../README.md#nothing)", "has no such heading"),
            ("![a](plots/none.svg)", "does not exist"),
            ("[a](https://repository.example/knock/blob/main/none.md)", "does not exist"),
            ("[`no_such_function`](../xtask/src/main.rs)", "has no `no_such_function`"),
        ] {
            assert_eq!(problem(broken).as_deref(), Some(expected), "{broken}");
        }
    }

    #[test]
    fn crates_io_needs_whole_addresses() {
        let link = page("[a](../../README.md)").links.remove(0);
        assert!(check(&link, Path::new("crates/a/README.md"), REPOSITORY, true).is_some());
    }

    #[test]
    fn code_is_no_link() {
        assert_eq!(page("```\n[a](b)\n```\n`[a](b)`").links.len(), 0);
    }
}
