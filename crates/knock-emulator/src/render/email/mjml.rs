//! MJML.

use mrml::prelude::parser::ParserOptions;
use mrml::prelude::render::RenderOptions;

use crate::render::email::html::check;
use crate::render::error::Problem;
use crate::render::marks::Marks;

/// The elements in which HTML has to be wrapped.
const LEVELS: [&str; 6] = ["mj-body", "mj-wrapper", "mj-section", "mj-group", "mj-column", "mj-hero"];
/// The elements that have HTML or text in them, and no MJML.
const ENDING: [&str; 15] = [
    "mj-accordion-text",
    "mj-accordion-title",
    "mj-breakpoint",
    "mj-button",
    "mj-font",
    "mj-navbar-link",
    "mj-preview",
    "mj-raw",
    "mj-social-element",
    "mj-style",
    "mj-table",
    "mj-text",
    "mj-title",
    "mj-image",
    "mj-divider",
];

/// Turns MJML into HTML. HTML between the elements of MJML is wrapped in `mj-raw`.
pub(super) fn to_html(mjml: &str) -> Result<String, Problem> {
    check(mjml)?;
    let invalid = |error: &dyn std::fmt::Display| Problem::new(format!("the MJML is not valid: {error}"));
    // The parser panics on some texts that are not ASCII.
    let mut marks = Marks::new(mjml);
    let ascii = ascii(&mut marks, mjml);
    let parsed = mrml::parse_with_options(wrapped(&ascii), &ParserOptions::default())
        .map_err(|error| invalid(&error))?;
    let html = parsed.element.render(&RenderOptions::default()).map_err(|error| invalid(&error))?;
    Ok(marks.restore(&html))
}

/// Replaces what is not ASCII by marks.
fn ascii<'t>(marks: &mut Marks<'t>, text: &'t str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(start) = rest.find(|c: char| !c.is_ascii()) {
        let end = rest[start..].find(|c: char| c.is_ascii()).map_or(rest.len(), |end| start + end);
        out.push_str(&rest[..start]);
        out.push_str(&marks.mark(&rest[start..end]));
        rest = &rest[end..];
    }
    out + rest
}

/// Wraps HTML that stands where MJML is expected.
fn wrapped(mjml: &str) -> String {
    let mut out = String::with_capacity(mjml.len());
    let mut open: Vec<&str> = Vec::new();
    let mut rest = mjml;
    while let Some(tag) = tag(rest) {
        let html = &rest[..tag.start];
        if !html.trim().is_empty() && open.last().is_some_and(|name| LEVELS.contains(name)) {
            out.push_str("<mj-raw>");
            out.push_str(html);
            out.push_str("</mj-raw>");
        } else {
            out.push_str(html);
        }
        let mut end = tag.end;
        if tag.closes {
            if let Some(at) = open.iter().rposition(|name| *name == tag.name) {
                open.truncate(at);
            }
        } else if ENDING.contains(&tag.name) {
            if !tag.is_empty {
                let close = format!("</{}", tag.name);
                end = rest[end..].find(&close).map_or(rest.len(), |at| end + at);
            }
        } else if !tag.is_empty {
            open.push(tag.name);
        }
        out.push_str(&rest[tag.start..end]);
        rest = &rest[end..];
    }
    out + rest
}

/// A tag of MJML: where it is, and what it is.
struct Tag<'t> {
    start: usize,
    end: usize,
    name: &'t str,
    closes: bool,
    is_empty: bool,
}

fn tag(text: &str) -> Option<Tag<'_>> {
    let starts = text.match_indices('<').map(|(start, _)| start);
    let (start, closes, inner) = starts.into_iter().find_map(|start| {
        let inner = &text[start + 1..];
        let name = inner.strip_prefix('/').unwrap_or(inner);
        name.starts_with("mj").then_some((start, inner.starts_with('/'), name))
    })?;
    let end = start + text[start..].find('>')? + 1;
    let name = inner.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next().unwrap_or_default();
    Some(Tag { start, end, name, closes, is_empty: text[..end].ends_with("/>") })
}
