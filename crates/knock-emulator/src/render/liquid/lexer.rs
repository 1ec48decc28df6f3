//! A template's text, outputs and tags.

use std::ops::Range;

use crate::render::error::Problem;

/// A part of a template.
#[derive(Clone, Debug)]
pub(crate) struct Token<'t> {
    pub(crate) kind: Kind<'t>,
    /// Where it is, in bytes.
    pub(crate) span: Range<usize>,
    /// The line that it starts in, from 1.
    pub(crate) line: usize,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind<'t> {
    Text(&'t str),
    /// `{{ … }}`, without the braces.
    Output(&'t str),
    /// `{% name … %}`: the name, and what follows it.
    Tag(&'t str, &'t str),
    /// What a `raw` tag encloses.
    Raw(&'t str),
}

/// Splits a template.
///
/// # Errors
/// If an output, a tag or a `raw` is not closed.
pub(crate) fn tokens(template: &str) -> Result<Vec<Token<'_>>, Problem> {
    let mut lexer = Lexer { template, at: 0, line: 1, trim: false, tokens: Vec::new() };
    while lexer.at < template.len() {
        lexer.next()?;
    }
    Ok(lexer.tokens)
}

struct Lexer<'t> {
    template: &'t str,
    at: usize,
    line: usize,
    /// Whether the last tag removes the white space that follows.
    trim: bool,
    tokens: Vec<Token<'t>>,
}

impl<'t> Lexer<'t> {
    fn next(&mut self) -> Result<(), Problem> {
        let rest = &self.template[self.at..];
        let start = rest.match_indices('{').map(|(index, _)| index).find(|index| opens(&rest[*index..]));
        let start = start.unwrap_or(rest.len());
        self.text(&rest[..start], rest[start..].get(2..3) == Some("-"));
        if start == rest.len() {
            return Ok(());
        }
        let rest = &rest[start..];
        let close = if rest.starts_with("{{") { "}}" } else { "%}" };
        // `{%}` opens a tag, and does not close it
        let Some(end) = rest[2..].find(close).map(|end| end + 2) else {
            return Err(Problem::new(format!("`{}` is not closed by `{close}`", &rest[..2])).line(self.line));
        };
        let inner = &rest[2..end];
        let trims = inner.len() > 1 && inner.ends_with('-');
        let inner = inner.strip_prefix('-').unwrap_or(inner);
        let inner = inner.strip_suffix('-').unwrap_or(inner).trim();
        let (line, span) = (self.line, self.at..self.at + end + 2);
        self.step(end + 2);
        self.trim = trims;
        if close == "}}" {
            self.tokens.push(Token { kind: Kind::Output(inner), span, line });
            return Ok(());
        }
        let name_end = inner.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(inner.len());
        // An inline comment is named by its sign.
        let name_end = if inner.starts_with('#') { 1 } else { name_end };
        let (name, markup) = inner.split_at(name_end);
        if name == "raw" {
            return self.raw(line, span.start);
        }
        self.tokens.push(Token { kind: Kind::Tag(name, markup.trim_start()), span, line });
        Ok(())
    }

    fn text(&mut self, text: &'t str, trim_end: bool) {
        let trimmed = if self.trim { text.trim_start() } else { text };
        let trimmed = if trim_end { trimmed.trim_end() } else { trimmed };
        if !trimmed.is_empty() {
            let span = self.at..self.at + text.len();
            self.tokens.push(Token { kind: Kind::Text(trimmed), span, line: self.line });
        }
        self.step(text.len());
    }

    fn raw(&mut self, line: usize, start: usize) -> Result<(), Problem> {
        let rest = &self.template[self.at..];
        let ends = rest.match_indices("{%").find_map(|(index, _)| Some((index, end_of_raw(&rest[index..])?)));
        let Some((index, end)) = ends else {
            return Err(Problem::new("the tag `raw` is not closed by `endraw`").line(line));
        };
        let (body, tag) = (&rest[..index], &rest[index..index + end]);
        let body = if self.trim { body.trim_start() } else { body };
        let body = if tag.starts_with("{%-") { body.trim_end() } else { body };
        self.step(index + end + 2);
        self.trim = tag.ends_with('-');
        self.tokens.push(Token { kind: Kind::Raw(body), span: start..self.at, line });
        Ok(())
    }

    fn step(&mut self, bytes: usize) {
        let passed = &self.template[self.at..self.at + bytes];
        self.line += passed.bytes().filter(|byte| *byte == b'\n').count();
        self.at += bytes;
    }
}

/// The length of the tag `endraw`, without what closes it, if it is what a text begins with.
fn end_of_raw(text: &str) -> Option<usize> {
    let inner = text.strip_prefix("{%-").or_else(|| text.strip_prefix("{%"))?.trim_start();
    let rest = inner.strip_prefix("endraw")?.trim_start();
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    rest.starts_with("%}").then_some(text.len() - rest.len())
}

fn opens(rest: &str) -> bool {
    rest.starts_with("{{") || rest.starts_with("{%")
}
