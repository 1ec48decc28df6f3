//! From the tokens of a template to its tree.

use std::vec::IntoIter;

use crate::render::error::Problem;
use crate::render::limits::{MAX_BLOCKS, MAX_TEXT};
use crate::render::liquid::expression::{Chain, Condition, Expression, Reader};
use crate::render::liquid::lexer::{Kind, Token, tokens};

/// A template that has been read.
#[derive(Clone, Debug)]
pub(crate) struct Template(pub(crate) Vec<Node>);

/// A part of a template, and the line that it starts in.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) line: usize,
    pub(crate) kind: NodeKind,
}

#[derive(Clone, Debug)]
pub(crate) enum NodeKind {
    Text(String),
    Output(Chain),
    Assign(String, Chain),
    Capture(String, Vec<Node>),
    /// `if`, `unless`, and what follows `elsif` and `else`.
    If(Vec<Branch>),
    Case(Expression, Vec<When>),
    For(Box<For>),
    TableRow(Box<For>, Option<Expression>),
    /// The name of the group, its values, and what tells it from others without a name.
    Cycle(Option<Expression>, Vec<Expression>, String),
    Increment(String),
    Decrement(String),
    IfChanged(Vec<Node>),
    Render(String, Vec<(String, Expression)>),
    Translate(Vec<Node>, String),
    Break,
    Continue,
    /// The lines of the tag `liquid`.
    Group(Vec<Node>),
}

#[derive(Clone, Debug)]
pub(crate) struct Branch {
    /// None is `else`.
    pub(crate) condition: Option<Condition>,
    /// Whether the condition has to be false.
    pub(crate) negated: bool,
    pub(crate) body: Vec<Node>,
}

#[derive(Clone, Debug)]
pub(crate) struct When {
    /// None is `else`.
    pub(crate) values: Option<Vec<Expression>>,
    pub(crate) body: Vec<Node>,
}

#[derive(Clone, Debug)]
pub(crate) struct For {
    pub(crate) variable: String,
    pub(crate) items: Expression,
    /// What identifies the loop for `offset: continue`.
    pub(crate) name: String,
    pub(crate) limit: Option<Expression>,
    pub(crate) offset: Option<Offset>,
    pub(crate) reversed: bool,
    pub(crate) body: Vec<Node>,
    pub(crate) otherwise: Vec<Node>,
}

#[derive(Clone, Debug)]
pub(crate) enum Offset {
    At(Expression),
    /// Where the last loop of the same name ended.
    Continue,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// If it is not valid. The problem has the line.
    pub(crate) fn parse(text: &str) -> Result<Self, Problem> {
        if text.len() > MAX_TEXT {
            return Err(Problem::new("the template is longer than 1 MiB"));
        }
        Self::of(tokens(text)?)
    }

    /// Reads a template that has been split.
    pub(crate) fn of(tokens: Vec<Token<'_>>) -> Result<Self, Problem> {
        let mut parser = Parser { tokens: tokens.into_iter(), depth: 0 };
        let (nodes, end) = parser.until(&[])?;
        debug_assert!(end.is_none(), "no tag ends a template");
        Ok(Self(nodes))
    }
}

struct Parser<'t> {
    tokens: IntoIter<Token<'t>>,
    depth: usize,
}

/// A tag that ends a body: its name, and what follows.
type End<'t> = (&'t str, &'t str, usize);

impl<'t> Parser<'t> {
    /// Reads until one of some tags, or to the end.
    fn until(&mut self, ends: &[&str]) -> Result<(Vec<Node>, Option<End<'t>>), Problem> {
        let mut nodes = Vec::new();
        while let Some(Token { kind, line, .. }) = self.tokens.next() {
            let kind = match kind {
                Kind::Text(text) | Kind::Raw(text) => NodeKind::Text(text.to_owned()),
                Kind::Output("") => continue,
                Kind::Output(markup) => {
                    NodeKind::Output(Reader::new(markup).chain().map_err(|problem| problem.line(line))?)
                }
                Kind::Tag(name, markup) if ends.contains(&name) => {
                    return Ok((nodes, Some((name, markup, line))));
                }
                Kind::Tag(name, markup) => match self.tag(name, markup, line) {
                    Ok(Some(kind)) => kind,
                    Ok(None) => continue,
                    Err(problem) => return Err(problem.line(line).name(name)),
                },
            };
            nodes.push(Node { line, kind });
        }
        Ok((nodes, None))
    }

    fn body(&mut self, tag: &str, ends: &[&str], line: usize) -> Result<(Vec<Node>, End<'t>), Problem> {
        self.depth += 1;
        if self.depth > MAX_BLOCKS {
            return Err(Problem::new("the blocks are nested more than 64 deep").line(line));
        }
        let (nodes, end) = self.until(ends)?;
        self.depth -= 1;
        let unclosed =
            || Problem::new(format!("the tag `{tag}` is not closed by `end{tag}`")).line(line).name(tag);
        Ok((nodes, end.ok_or_else(unclosed)?))
    }

    /// Reads a tag, and what it encloses. None if it makes nothing.
    fn tag(&mut self, name: &str, markup: &'t str, line: usize) -> Result<Option<NodeKind>, Problem> {
        let mut reader = Reader::new(markup);
        Ok(Some(match name {
            "#" => {
                let commented =
                    markup.lines().skip(1).all(|line| line.trim().is_empty() || line.trim().starts_with('#'));
                return if commented {
                    Ok(None)
                } else {
                    Err(Problem::new("each line of a comment starts with `#`"))
                };
            }
            "" => return Err(Problem::new("the tag has no name")),
            "echo" if markup.is_empty() => return Ok(None),
            "echo" => NodeKind::Output(reader.chain()?),
            "assign" => {
                let variable = reader.word().ok_or_else(|| reader.unexpected())?;
                if !reader.takes("=") {
                    return Err(reader.unexpected());
                }
                NodeKind::Assign(variable.to_owned(), reader.chain()?)
            }
            "capture" => {
                let variable = match reader.text()? {
                    Some(quoted) => quoted,
                    None => reader.word().ok_or_else(|| reader.unexpected())?,
                };
                reader.finish()?;
                NodeKind::Capture(variable.to_owned(), self.body(name, &["endcapture"], line)?.0)
            }
            "comment" | "doc" => {
                self.skip(name, line)?;
                return Ok(None);
            }
            "if" | "unless" => self.branches(name, reader, line)?,
            "case" => self.case(reader, line)?,
            "for" => NodeKind::For(Box::new(self.repeat(reader, line)?)),
            "tablerow" => self.table_row(reader, line)?,
            "cycle" => cycle(reader)?,
            "increment" => NodeKind::Increment(variable(reader)?),
            "decrement" => NodeKind::Decrement(variable(reader)?),
            "ifchanged" => NodeKind::IfChanged(self.body(name, &["endifchanged"], line)?.0),
            "render" => partial(reader)?,
            "t" => self.translate(line)?,
            "break" => NodeKind::Break,
            "continue" => NodeKind::Continue,
            "liquid" => NodeKind::Group(lines(markup, line, self.depth)?),
            "include" => return Err(Problem::new("the tag `include` is not allowed; use `render`")),
            "else" | "elsif" | "when" => {
                return Err(Problem::new(format!("the tag `{name}` stands outside of what it belongs to")));
            }
            _ if name.starts_with("end") => {
                return Err(Problem::new(format!("the tag `{name}` closes nothing")));
            }
            _ => return Err(Problem::new(format!("the tag `{name}` is not known"))),
        }))
    }

    /// Skips what a comment encloses, which need not be valid.
    fn skip(&mut self, tag: &str, line: usize) -> Result<(), Problem> {
        let mut open = 1;
        for token in self.tokens.by_ref() {
            match token.kind {
                Kind::Tag(name, _) if name == tag => open += 1,
                Kind::Tag(name, _) if name.strip_prefix("end") == Some(tag) => open -= 1,
                _ => {}
            }
            if open == 0 {
                return Ok(());
            }
        }
        Err(Problem::new(format!("the tag `{tag}` is not closed by `end{tag}`")).line(line))
    }

    fn branches(&mut self, tag: &str, mut reader: Reader<'t>, line: usize) -> Result<NodeKind, Problem> {
        let end = if tag == "if" { "endif" } else { "endunless" };
        let mut branches = Vec::new();
        let mut condition = Some(reader.condition()?);
        let mut negated = tag == "unless";
        loop {
            let (body, (name, markup, at)) = self.body(tag, &["elsif", "else", end], line)?;
            branches.push(Branch { condition, negated, body });
            negated = false;
            condition = match name {
                "elsif" => Some(Reader::new(markup).condition().map_err(|problem| problem.line(at))?),
                "else" => None,
                _ => return Ok(NodeKind::If(branches)),
            };
        }
    }

    fn case(&mut self, mut reader: Reader<'t>, line: usize) -> Result<NodeKind, Problem> {
        let subject = reader.expression()?;
        reader.finish()?;
        // What stands before the first `when` is not rendered.
        let mut end = self.body("case", &["when", "else", "endcase"], line)?.1;
        let mut branches = Vec::new();
        while end.0 != "endcase" {
            let values = if end.0 == "when" {
                Some(values(end.1).map_err(|problem| problem.line(end.2))?)
            } else {
                None
            };
            let (body, next) = self.body("case", &["when", "else", "endcase"], line)?;
            branches.push(When { values, body });
            end = next;
        }
        Ok(NodeKind::Case(subject, branches))
    }

    fn repeat(&mut self, mut reader: Reader<'t>, line: usize) -> Result<For, Problem> {
        let mut repeat = heading(&mut reader)?;
        while !reader.is_at_end() {
            if reader.takes(",") && reader.is_at_end() {
                break;
            }
            match reader.name_of_argument() {
                Some("limit") => repeat.limit = Some(reader.expression()?),
                Some("offset") => repeat.offset = Some(offset(&mut reader)?),
                None if reader.takes_word("reversed") => repeat.reversed = true,
                _ => return Err(reader.unexpected()),
            }
        }
        let (body, (end, _, _)) = self.body("for", &["else", "endfor"], line)?;
        repeat.body = body;
        if end == "else" {
            repeat.otherwise = self.body("for", &["endfor"], line)?.0;
        }
        Ok(repeat)
    }

    fn table_row(&mut self, mut reader: Reader<'t>, line: usize) -> Result<NodeKind, Problem> {
        let mut repeat = heading(&mut reader)?;
        let mut columns = None;
        while !reader.is_at_end() {
            reader.takes(",");
            match reader.name_of_argument() {
                Some("limit") => repeat.limit = Some(reader.expression()?),
                Some("offset") => repeat.offset = Some(offset(&mut reader)?),
                Some("cols") => columns = Some(reader.expression()?),
                _ => return Err(reader.unexpected()),
            }
        }
        repeat.body = self.body("tablerow", &["endtablerow"], line)?.0;
        Ok(NodeKind::TableRow(Box::new(repeat), columns))
    }

    /// `{% t %}…{% endt %}`: the text is its own key.
    fn translate(&mut self, line: usize) -> Result<NodeKind, Problem> {
        let mut key = String::new();
        for token in self.tokens.as_slice() {
            match token.kind {
                Kind::Tag("endt", _) => break,
                Kind::Text(text) => key.push_str(text),
                _ => {}
            }
        }
        let (body, _) = self.body("t", &["endt"], line)?;
        Ok(NodeKind::Translate(body, key.trim().to_owned()))
    }
}

fn variable(mut reader: Reader<'_>) -> Result<String, Problem> {
    let name = reader.word().ok_or_else(|| reader.unexpected())?;
    reader.finish()?;
    Ok(name.to_owned())
}

/// `item in items`
fn heading(reader: &mut Reader<'_>) -> Result<For, Problem> {
    let variable = reader.word().ok_or_else(|| reader.unexpected())?.to_owned();
    if !reader.takes_word("in") {
        return Err(reader.unexpected());
    }
    let start = reader.rest();
    let items = reader.expression()?;
    let name = format!("{variable}-{}", start[..start.len() - reader.rest().len()].trim());
    Ok(For {
        variable,
        items,
        name,
        limit: None,
        offset: None,
        reversed: false,
        body: Vec::new(),
        otherwise: Vec::new(),
    })
}

fn offset(reader: &mut Reader<'_>) -> Result<Offset, Problem> {
    if reader.takes_word("continue") { Ok(Offset::Continue) } else { reader.expression().map(Offset::At) }
}

/// The values of a `when`, separated by commas or `or`.
fn values(markup: &str) -> Result<Vec<Expression>, Problem> {
    let mut reader = Reader::new(markup);
    let mut values = vec![reader.expression()?];
    while reader.takes(",") || reader.takes_word("or") {
        values.push(reader.expression()?);
    }
    reader.finish()?;
    Ok(values)
}

fn cycle(mut reader: Reader<'_>) -> Result<NodeKind, Problem> {
    let written = reader.rest().to_owned();
    let mut first = reader.expression()?;
    let mut group = None;
    if reader.takes(":") {
        group = Some(first);
        first = reader.expression()?;
    }
    let mut values = vec![first];
    while reader.takes(",") {
        values.push(reader.expression()?);
    }
    reader.finish()?;
    Ok(NodeKind::Cycle(group, values, written))
}

fn partial(mut reader: Reader<'_>) -> Result<NodeKind, Problem> {
    let key = reader
        .text()?
        .ok_or_else(|| Problem::new("the tag `render` takes the key of a partial in quotes"))?;
    let mut arguments = Vec::new();
    loop {
        let comma = reader.takes(",");
        match reader.name_of_argument() {
            Some(name) => arguments.push((name.to_owned(), reader.expression()?)),
            None if comma || !reader.is_at_end() => return Err(reader.unexpected()),
            None => return Ok(NodeKind::Render(key.to_owned(), arguments)),
        }
    }
}

/// The tag `liquid`: each line is a tag.
fn lines(markup: &str, first: usize, depth: usize) -> Result<Vec<Node>, Problem> {
    let mut tokens = Vec::new();
    for (index, text) in markup.lines().enumerate() {
        let text = text.trim();
        if text.is_empty() {
            continue;
        }
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        let end = if text.starts_with('#') { 1 } else { end };
        let (name, rest) = text.split_at(end);
        tokens.push(Token { kind: Kind::Tag(name, rest.trim_start()), span: 0..0, line: first + index });
    }
    let mut parser = Parser { tokens: tokens.into_iter(), depth: depth + 1 };
    if parser.depth > MAX_BLOCKS {
        return Err(Problem::new("the blocks are nested more than 64 deep"));
    }
    Ok(parser.until(&[])?.0)
}
