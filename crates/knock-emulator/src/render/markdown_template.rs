//! Templates in Markdown that becomes HTML before its Liquid is rendered, as in emails.

use crate::render::error::Problem;
use crate::render::liquid::lexer::{Kind, Token, tokens};
use crate::render::liquid::parse::Template;
use crate::render::markdown::to_html;
use crate::render::marks::Marks;

/// Turns the Markdown of a template into HTML, and leaves its Liquid for later. Problems have the lines of the Markdown.
///
/// Tags on a line of their own stand between paragraphs, and others in them.
///
/// # Errors
/// If the template is not valid.
pub(crate) fn parse(markdown: &str) -> Result<Template, Problem> {
    let lines: Vec<usize> = liquid(&tokens(markdown)?).map(|token| token.line).collect();
    let html = compile(markdown)?;
    let mut compiled = tokens(&html)?;
    // Markdown may leave something out or write it twice; then the lines are those of the HTML.
    if liquid(&compiled).count() == lines.len() {
        let parts = compiled.iter_mut().filter(|token| !matches!(token.kind, Kind::Text(_)));
        for (token, line) in parts.zip(lines) {
            token.line = line;
        }
    }
    Template::of(compiled)
}

/// The tokens that are not text.
fn liquid<'s, 't>(tokens: &'s [Token<'t>]) -> impl Iterator<Item = &'s Token<'t>> {
    tokens.iter().filter(|token| !matches!(token.kind, Kind::Text(_)))
}

fn compile(markdown: &str) -> Result<String, Problem> {
    let tokens = tokens(markdown)?;
    let mut marks = Marks::new(markdown);
    let mut source = String::new();
    let mut at = 0;
    for token in &tokens {
        if let Kind::Text(_) = token.kind {
            continue;
        }
        let span = token.span.clone();
        source.push_str(&markdown[at..span.start]);
        let mark = marks.mark(&markdown[span.clone()]);
        // HTML that is a comment ends a paragraph, a word does not.
        if matches!(token.kind, Kind::Tag(..)) && stands_alone(markdown, span.start, span.end) {
            source.truncate(source.rfind('\n').map_or(0, |end| end + 1));
            source.push_str(&marks.comment(&mark));
        } else {
            source.push_str(&mark);
        }
        at = span.end;
    }
    source.push_str(&markdown[at..]);
    Ok(marks.restore(&to_html(&source)))
}

/// Whether a tag is all that stands in its line or lines.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let before = text[..start].trim_end_matches([' ', '\t']);
    let after = text[end..].trim_start_matches([' ', '\t', '\r']);
    (before.is_empty() || before.ends_with('\n')) && (after.is_empty() || after.starts_with('\n'))
}
