//! What stands in outputs and tags: values, filters and conditions.

use crate::render::error::Problem;
use crate::render::limits::{MAX_BRACKETS, MAX_NAME};
use crate::render::liquid::filters;
use crate::render::liquid::filters::input::Filter;
use crate::render::liquid::value::Value;

/// A value in a template: `"text"`, `data.items[0].name` or `(1..3)`.
#[derive(Clone, Debug)]
pub(crate) enum Expression {
    Literal(Value),
    Path(Path),
    Range(Box<(Expression, Expression)>),
}

/// A variable, and the way to a part of it.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    /// As it is written, for errors.
    pub(crate) written: String,
    pub(crate) steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Name(String),
    Index(Expression),
}

/// A value, and the filters that it goes through.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    pub(crate) input: Expression,
    pub(crate) filters: Vec<Call>,
}

/// A filter with its arguments.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) filter: Filter,
    pub(crate) arguments: Vec<Expression>,
    pub(crate) named: Vec<(String, Expression)>,
}

/// Comparisons, joined by `and` and `or`, which are read from the right.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) first: Comparison,
    pub(crate) rest: Vec<(Join, Comparison)>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Join {
    And,
    Or,
}

#[derive(Clone, Debug)]
pub(crate) struct Comparison {
    pub(crate) left: Expression,
    pub(crate) right: Option<(Operator, Expression)>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Operator {
    Equal,
    Unequal,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
    Contains,
}

/// Reads what stands in a tag or an output.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'t> {
    rest: &'t str,
    depth: usize,
}

impl<'t> Reader<'t> {
    pub(crate) fn new(markup: &'t str) -> Self {
        Self { rest: markup.trim_start(), depth: 0 }
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// What has not been read.
    pub(crate) fn rest(&self) -> &'t str {
        self.rest
    }

    /// Reads a sign, if it is next.
    pub(crate) fn takes(&mut self, sign: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(sign) else { return false };
        self.rest = rest.trim_start();
        true
    }

    /// Reads a word, if it is next.
    pub(crate) fn takes_word(&mut self, word: &str) -> bool {
        let mut ahead = self.clone();
        let found = ahead.word() == Some(word);
        if found {
            *self = ahead;
        }
        found
    }

    /// Reads a name of letters, digits, `_` and `-`.
    pub(crate) fn word(&mut self) -> Option<&'t str> {
        let starts = self.rest.starts_with(|c: char| c.is_alphabetic() || c == '_');
        let end =
            self.rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').unwrap_or(self.rest.len());
        let end = if self.rest[end..].starts_with('?') { end + 1 } else { end };
        if !starts || end == 0 || end > MAX_NAME {
            return None;
        }
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        Some(word)
    }

    /// Fails if anything has not been read.
    pub(crate) fn finish(&self) -> Result<(), Problem> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.unexpected()) }
    }

    pub(crate) fn unexpected(&self) -> Problem {
        let shown: String = self.rest.chars().take(20).collect();
        match shown.as_str() {
            "" => Problem::new("something is missing at the end of the tag"),
            shown => Problem::new(format!("`{shown}` is not expected here")),
        }
    }

    /// Reads a value with its filters, to the end.
    pub(crate) fn chain(&mut self) -> Result<Chain, Problem> {
        let input = self.expression()?;
        let mut calls = Vec::new();
        while self.takes("|") {
            calls.push(self.call()?);
        }
        self.finish()?;
        Ok(Chain { input, filters: calls })
    }

    fn call(&mut self) -> Result<Call, Problem> {
        let name = self.word().ok_or_else(|| self.unexpected())?;
        let unknown = || Problem::new(format!("the filter `{name}` is not known")).name(name);
        let filter = filters::find(name).ok_or_else(unknown)?;
        let mut call = Call { name: name.to_owned(), filter, arguments: Vec::new(), named: Vec::new() };
        if self.takes(":") {
            while !self.is_at_end() && !self.rest.starts_with('|') {
                match self.name_of_argument() {
                    Some(name) => call.named.push((name.to_owned(), self.expression()?)),
                    None => call.arguments.push(self.expression()?),
                }
                if !self.takes(",") {
                    break;
                }
            }
        }
        let (least, most) = filter.arguments;
        let given = call.arguments.len();
        if given < least || given > most {
            let takes = if least == most { least.to_string() } else { format!("{least} to {most}") };
            let message = format!("the filter `{name}` takes {takes} argument(s), and {given} are given");
            return Err(Problem::new(message).name(name));
        }
        Ok(call)
    }

    /// Reads `name:`, if it is next.
    pub(crate) fn name_of_argument(&mut self) -> Option<&'t str> {
        let mut ahead = self.clone();
        let name = ahead.word()?;
        ahead.takes(":").then(|| {
            *self = ahead;
            name
        })
    }

    /// Reads a value.
    pub(crate) fn expression(&mut self) -> Result<Expression, Problem> {
        let Some(first) = self.rest.chars().next() else { return Err(self.unexpected()) };
        match first {
            '"' | '\'' => self.quoted(first).map(|text| Expression::Literal(Value::text(text))),
            '(' => self.nested(Self::range),
            '[' => self.path(),
            '0'..='9' | '-' => self.number(),
            _ => {
                let mut ahead = self.clone();
                let word = ahead.word().ok_or_else(|| self.unexpected())?;
                match literal(word).filter(|_| !ahead.rest.starts_with(['.', '['])) {
                    Some(value) => {
                        *self = ahead;
                        Ok(Expression::Literal(value))
                    }
                    None => self.path(),
                }
            }
        }
    }

    /// Reads a text in quotes.
    pub(crate) fn quoted(&mut self, quote: char) -> Result<&'t str, Problem> {
        let inner = &self.rest[1..];
        let end = inner.find(quote).ok_or_else(|| Problem::new(format!("`{quote}` is not closed")))?;
        self.rest = inner[end + 1..].trim_start();
        Ok(&inner[..end])
    }

    /// Reads a text in quotes, if one is next.
    pub(crate) fn text(&mut self) -> Result<Option<&'t str>, Problem> {
        match self.rest.chars().next() {
            Some(quote @ ('"' | '\'')) => self.quoted(quote).map(Some),
            _ => Ok(None),
        }
    }

    fn number(&mut self) -> Result<Expression, Problem> {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let sign = usize::from(self.rest.starts_with('-'));
        let mut end = sign + digits(&self.rest[sign..]);
        // `1..3` is a range, not a number.
        let fraction = self.rest[end..].strip_prefix('.').map_or(0, digits);
        if fraction > 0 {
            end += 1 + fraction;
        }
        let (written, rest) = self.rest.split_at(end);
        let value = match written.parse() {
            Ok(integer) => Value::Integer(integer),
            Err(_) => Value::Float(written.parse().map_err(|_| self.unexpected())?),
        };
        self.rest = rest.trim_start();
        Ok(Expression::Literal(value))
    }

    fn range(&mut self) -> Result<Expression, Problem> {
        let first = self.expression()?;
        if !self.takes("..") {
            return Err(self.unexpected());
        }
        let last = self.expression()?;
        if !self.takes(")") {
            return Err(self.unexpected());
        }
        Ok(Expression::Range(Box::new((first, last))))
    }

    /// Reads what follows a bracket.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Problem>) -> Result<T, Problem> {
        self.rest = self.rest[1..].trim_start();
        self.depth += 1;
        if self.depth > MAX_BRACKETS {
            return Err(Problem::new("the brackets are nested more than 16 deep"));
        }
        let read = read(self);
        self.depth -= 1;
        read
    }

    fn path(&mut self) -> Result<Expression, Problem> {
        let start = self.rest;
        let mut steps = Vec::new();
        if let Some(name) = self.word() {
            steps.push(Step::Name(name.to_owned()));
        }
        loop {
            if self.rest.starts_with('[') {
                let index = self.nested(Self::expression)?;
                if !self.takes("]") {
                    return Err(self.unexpected());
                }
                steps.push(Step::Index(index));
            } else if self.rest.starts_with('.') && !self.rest.starts_with("..") {
                self.takes(".");
                // A digit may begin the name of a member, though not that of a variable.
                let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-');
                let end = end.unwrap_or(self.rest.len());
                let end = if self.rest[end..].starts_with('?') { end + 1 } else { end };
                if end == 0 || end > MAX_NAME {
                    return Err(self.unexpected());
                }
                let (name, rest) = self.rest.split_at(end);
                steps.push(Step::Name(name.to_owned()));
                self.rest = rest.trim_start();
            } else {
                break;
            }
        }
        let written = start[..start.len() - self.rest.len()].trim_end().to_owned();
        Ok(Expression::Path(Path { written, steps }))
    }

    /// Reads a condition, to the end.
    pub(crate) fn condition(&mut self) -> Result<Condition, Problem> {
        let first = self.comparison()?;
        let mut rest = Vec::new();
        while !self.is_at_end() {
            let join = match self.word() {
                Some("and") => Join::And,
                Some("or") => Join::Or,
                _ => return Err(self.unexpected()),
            };
            rest.push((join, self.comparison()?));
        }
        Ok(Condition { first, rest })
    }

    fn comparison(&mut self) -> Result<Comparison, Problem> {
        let left = self.expression()?;
        let signs = [
            ("==", Operator::Equal),
            ("!=", Operator::Unequal),
            ("<>", Operator::Unequal),
            ("<=", Operator::LessOrEqual),
            (">=", Operator::GreaterOrEqual),
            ("<", Operator::Less),
            (">", Operator::Greater),
        ];
        let sign = signs.into_iter().find(|(sign, _)| self.takes(sign)).map(|(_, operator)| operator);
        let operator = sign.or_else(|| self.takes_word("contains").then_some(Operator::Contains));
        let right = match operator {
            Some(operator) => Some((operator, self.expression()?)),
            None => None,
        };
        Ok(Comparison { left, right })
    }
}

fn literal(word: &str) -> Option<Value> {
    Some(match word {
        "nil" | "null" => Value::Nil,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "empty" => Value::Empty,
        "blank" => Value::Blank,
        _ => return None,
    })
}
