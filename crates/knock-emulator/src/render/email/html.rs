//! HTML of emails: inlined styles, and the text that is made of it.

use css_inline::CSSInliner;

use crate::render::email::text::Links;
use crate::render::error::Problem;
use crate::render::limits::MAX_TEXT;

/// The deepest nesting of elements that is worked on.
const MAX_DEPTH: usize = 256;
/// The most elements times rules of styles.
const MAX_COMPARISONS: usize = 10_000_000;
/// The width of the text, in characters. Wide enough that no link is broken; mail programs break lines themselves.
const TEXT_WIDTH: usize = 2000;

/// Escapes a text for an attribute in double quotes. Only what would end it: nothing else is escaped in templates.
pub(super) fn attribute(text: &str) -> String {
    text.replace('"', "&quot;")
}

/// Inlines the styles of a document, and removes what is only for Knock.
pub(super) fn finished(document: &str) -> Result<String, Problem> {
    check(document)?;
    let html = without_marks(document);
    if !html.to_ascii_lowercase().contains("<style") {
        return Ok(html);
    }
    // Each rule is held against each element.
    if html.matches('<').count().saturating_mul(html.matches('{').count()) > MAX_COMPARISONS {
        return Err(Problem::new("the email has too many elements and rules of styles to inline them"));
    }
    let inliner = CSSInliner::options().load_remote_stylesheets(false).keep_style_tags(true).build();
    let html = inliner
        .inline(&html)
        .map_err(|error| Problem::new(format!("the styles cannot be inlined: {error}")))?;
    limit(html)
}

/// The text of HTML.
pub(super) fn to_text(html: &str) -> Result<String, Problem> {
    check(html)?;
    let links = Links::default();
    let config = html2text::config::with_decorator(links.clone()).raw_mode(true).allow_width_overflow();
    let text = config.string_from_read(html.as_bytes(), TEXT_WIDTH);
    let text = text.map_err(|error| Problem::new(format!("no text can be made of the HTML: {error}")))?;
    limit(links.finished(text.trim()))
}

fn limit(text: String) -> Result<String, Problem> {
    if text.len() <= 4 * MAX_TEXT { Ok(text) } else { Err(Problem::new("the email is longer than 4 MiB")) }
}

/// Checks that elements are not nested deeper than programs for HTML stand.
pub(super) fn check(html: &str) -> Result<(), Problem> {
    let mut depth: usize = 0;
    for (at, _) in html.match_indices('<') {
        let mut rest = html[at + 1..].bytes();
        match rest.next() {
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(letter) if letter.is_ascii_alphabetic() && !is_void(&html[at + 1..]) => depth += 1,
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(Problem::new("the elements of the HTML are nested more than 256 deep"));
        }
    }
    Ok(())
}

/// Whether a tag has no end.
fn is_void(tag: &str) -> bool {
    const VOID: [&str; 14] = [
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
        "track", "wbr",
    ];
    let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    VOID.iter().any(|void| name.eq_ignore_ascii_case(void))
        || tag.split('>').next().is_some_and(|tag| tag.ends_with('/'))
}

/// Removes the attribute that keeps a link from being tracked.
fn without_marks(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut parts = html.split("data-knock-no-track");
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        out.truncate(out.trim_end().len());
        let value = ["=\"true\"", "='true'", "=\"\"", "=''", "=true"]
            .into_iter()
            .find(|value| part.starts_with(value));
        let part = &part[value.map_or(0, str::len)..];
        if !part.starts_with(['>', ' ', '/', '\n', '\t', '\r']) {
            out.push(' ');
        }
        out.push_str(part);
    }
    out
}
