//! Rendering the tree of a template.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::render::entities::Entities;
use crate::render::error::Problem;
use crate::render::library::{Library, Medium};
use crate::render::limits::{Limits, MAX_BLOCKS, MAX_PARTIALS};
use crate::render::liquid::expression::{Chain, Comparison, Condition, Expression, Join, Operator, Step};
use crate::render::liquid::filters::input::{Host, Input};
use crate::render::liquid::parse::{Branch, For, Node, NodeKind, Offset, Template, When};
use crate::render::liquid::value::{Members, Value, contains, count, equal, integer, items, order};

/// What a rendering uses beside its variables.
pub(crate) struct Environment<'e> {
    pub(crate) library: &'e Library,
    pub(crate) entities: &'e dyn Entities,
    pub(crate) now: Timestamp,
    /// The languages of translations, the first that has the key counts.
    pub(crate) locales: Vec<String>,
    pub(crate) limits: &'e Limits,
    pub(crate) medium: Medium,
    /// The styles of partials that belong into the head.
    pub(crate) styles: RefCell<Vec<String>>,
    depth: Cell<usize>,
}

impl<'e> Environment<'e> {
    pub(crate) fn new(
        library: &'e Library,
        entities: &'e dyn Entities,
        now: Timestamp,
        locales: Vec<String>,
        limits: &'e Limits,
    ) -> Self {
        let (medium, styles, depth) = (Medium::Source, RefCell::default(), Cell::new(0));
        Self { library, entities, now, locales, limits, medium, styles, depth }
    }

    /// Reads a template that is made while another is rendered.
    pub(crate) fn parse(&self, text: &str) -> Result<Template, Problem> {
        self.limits.steps(u64::try_from(text.len() / 8).unwrap_or(u64::MAX))?;
        Template::parse(text)
    }

    /// Does something one level deeper.
    fn deeper<T>(&self, act: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
        if self.depth.get() >= MAX_BLOCKS {
            return Err(Problem::new("the blocks are nested more than 64 deep"));
        }
        self.depth.set(self.depth.get() + 1);
        let result = act();
        self.depth.set(self.depth.get() - 1);
        result
    }
}

/// A rendering: its variables, and what it has written.
pub(crate) struct Run<'r> {
    pub(crate) env: &'r Environment<'r>,
    globals: &'r Members,
    /// The run that a translation is part of, whose variables it sees.
    parent: Option<&'r Run<'r>>,
    /// How many partials and translations this is within.
    nesting: usize,
    locals: BTreeMap<String, Value>,
    /// The variables of loops, the innermost last.
    loops: Vec<(String, Value)>,
    counters: BTreeMap<String, i64>,
    cycles: BTreeMap<String, usize>,
    offsets: BTreeMap<String, usize>,
    changed: Option<String>,
    /// The variables that become visible after the output of `content`.
    after_content: Option<BTreeMap<String, Value>>,
    out: String,
}

/// What a loop does next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Break,
    Continue,
}

impl<'r> Run<'r> {
    pub(crate) fn new(env: &'r Environment<'r>, globals: &'r Members) -> Self {
        Self {
            env,
            globals,
            parent: None,
            nesting: 0,
            locals: BTreeMap::new(),
            loops: Vec::new(),
            counters: BTreeMap::new(),
            cycles: BTreeMap::new(),
            offsets: BTreeMap::new(),
            changed: None,
            after_content: None,
            out: String::new(),
        }
    }

    /// Renders a template. Variables that it assigns stay for the next.
    pub(crate) fn render(&mut self, template: &Template) -> Result<String, Problem> {
        self.nodes(&template.0)?;
        Ok(std::mem::take(&mut self.out))
    }

    /// Sets a variable, as `assign` does.
    pub(crate) fn assign(&mut self, name: &str, value: Value) {
        self.locals.insert(name.to_owned(), value);
    }

    /// The variables that have been assigned.
    pub(crate) fn locals(&self) -> BTreeMap<String, Value> {
        self.locals.clone()
    }

    /// Goes back to variables, and returns those that it had.
    pub(crate) fn replace_locals(&mut self, locals: BTreeMap<String, Value>) -> BTreeMap<String, Value> {
        std::mem::replace(&mut self.locals, locals)
    }

    /// Sets the variable `content`, and the variables that are visible after its output.
    pub(crate) fn content(&mut self, content: &str, after: BTreeMap<String, Value>) {
        self.assign("content", Value::text(content));
        self.after_content = Some(after);
    }

    /// Renders a template that sees the variables of this run, and some more.
    pub(crate) fn within(&self, template: &Template, more: &[(String, Value)]) -> Result<String, Problem> {
        if self.nesting >= MAX_PARTIALS {
            return Err(Problem::new("translations are nested more than 5 deep"));
        }
        let mut inner = Run::new(self.env, self.globals);
        inner.parent = Some(self);
        inner.nesting = self.nesting + 1;
        inner.locals.extend(more.iter().cloned());
        self.env.deeper(|| inner.render(template))
    }

    fn nodes(&mut self, nodes: &[Node]) -> Result<Flow, Problem> {
        for node in nodes {
            self.env.limits.step().map_err(|exceeded| Problem::from(exceeded).line(node.line))?;
            let flow = self.node(node).map_err(|problem| problem.line(node.line))?;
            if flow != Flow::On {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    fn body(&mut self, nodes: &[Node]) -> Result<Flow, Problem> {
        let env = self.env;
        env.deeper(|| self.nodes(nodes))
    }

    fn node(&mut self, node: &Node) -> Result<Flow, Problem> {
        match &node.kind {
            NodeKind::Text(text) => self.write(text)?,
            NodeKind::Output(chain) => {
                let value = self.chain(chain)?;
                value.write(&mut self.out, self.env.limits)?;
                if matches!(&chain.input, Expression::Path(path) if path.written == "content") {
                    self.locals.extend(self.after_content.take().unwrap_or_default());
                }
            }
            NodeKind::Assign(name, chain) => {
                let value = self.chain(chain)?;
                self.assign(name, value);
            }
            NodeKind::Capture(name, body) => {
                let (flow, text) = self.aside(body)?;
                self.assign(name, Value::text(text));
                return Ok(flow);
            }
            NodeKind::If(branches) => return self.branch(branches),
            NodeKind::Case(subject, branches) => return self.case(subject, branches),
            NodeKind::For(repeat) => return self.repeat(repeat),
            NodeKind::TableRow(repeat, columns) => self.table_row(repeat, columns.as_ref())?,
            NodeKind::Cycle(group, values, written) => self.cycle(group.as_ref(), values, written)?,
            NodeKind::Increment(name) => {
                let counter = self.counters.entry(name.clone()).or_default();
                let value = *counter;
                *counter = counter.saturating_add(1);
                self.write(&value.to_string())?;
            }
            NodeKind::Decrement(name) => {
                let counter = self.counters.entry(name.clone()).or_default();
                *counter = counter.saturating_sub(1);
                let value = *counter;
                self.write(&value.to_string())?;
            }
            NodeKind::IfChanged(body) => {
                let (flow, text) = self.aside(body)?;
                if self.changed.as_ref() != Some(&text) {
                    self.write(&text)?;
                    self.changed = Some(text);
                }
                return Ok(flow);
            }
            NodeKind::Render(key, arguments) => self.partial(key, arguments)?,
            NodeKind::Translate(body, key) => match self.translate(&format!("system:{key}"), &[])? {
                Some(text) => self.write(&text)?,
                None => return self.body(body),
            },
            NodeKind::Break => return Ok(Flow::Break),
            NodeKind::Continue => return Ok(Flow::Continue),
            NodeKind::Group(nodes) => return self.body(nodes),
        }
        Ok(Flow::On)
    }

    fn write(&mut self, text: &str) -> Result<(), Problem> {
        self.env.limits.bytes(text.len())?;
        self.env.limits.text(self.out.len() + text.len())?;
        self.out.push_str(text);
        Ok(())
    }

    /// Renders something without writing it.
    fn aside(&mut self, body: &[Node]) -> Result<(Flow, String), Problem> {
        let outside = std::mem::take(&mut self.out);
        let flow = self.body(body);
        let text = std::mem::replace(&mut self.out, outside);
        Ok((flow?, text))
    }

    fn branch(&mut self, branches: &[Branch]) -> Result<Flow, Problem> {
        for Branch { condition, negated, body } in branches {
            let holds = condition.as_ref().map(|condition| self.holds(condition)).transpose()?;
            if holds.is_none_or(|holds| holds != *negated) {
                return self.body(body);
            }
        }
        Ok(Flow::On)
    }

    fn case(&mut self, subject: &Expression, branches: &[When]) -> Result<Flow, Problem> {
        let subject = self.value(subject)?;
        let mut matched = false;
        for When { values, body } in branches {
            let Some(values) = values else {
                if matched {
                    continue;
                }
                let flow = self.body(body)?;
                if flow != Flow::On {
                    return Ok(flow);
                }
                continue;
            };
            for value in values {
                if equal(&subject, &self.value(value)?, self.env.limits)? {
                    matched = true;
                    let flow = self.body(body)?;
                    if flow != Flow::On {
                        return Ok(flow);
                    }
                }
            }
        }
        Ok(Flow::On)
    }

    fn repeat(&mut self, repeat: &For) -> Result<Flow, Problem> {
        let mut items = self.items(repeat)?;
        if items.is_empty() {
            return self.body(&repeat.otherwise);
        }
        if repeat.reversed {
            items.reverse();
        }
        let outer = self.variable("forloop");
        let length = items.len();
        for (index, item) in items.into_iter().enumerate() {
            self.env.limits.step()?;
            let position = position(&repeat.name, index, length, &outer);
            self.loops.push((repeat.variable.clone(), item));
            self.loops.push(("forloop".to_owned(), position));
            let flow = self.body(&repeat.body);
            self.loops.truncate(self.loops.len() - 2);
            if flow? == Flow::Break {
                break;
            }
        }
        Ok(Flow::On)
    }

    fn table_row(&mut self, repeat: &For, columns: Option<&Expression>) -> Result<(), Problem> {
        let items = self.items(repeat)?;
        let length = items.len();
        let columns = match columns {
            Some(columns) => size(&self.value(columns)?).filter(|columns| *columns > 0),
            None => None,
        };
        let columns = columns.unwrap_or(length).max(1);
        self.write("<tr class=\"row1\">\n")?;
        for (index, item) in items.into_iter().enumerate() {
            self.env.limits.step()?;
            let column = index % columns;
            let position = object([
                ("length", count(length)),
                ("index", count(index + 1)),
                ("index0", count(index)),
                ("rindex", count(length - index)),
                ("rindex0", count(length - index - 1)),
                ("first", Value::Bool(index == 0)),
                ("last", Value::Bool(index + 1 == length)),
                ("row", count(index / columns + 1)),
                ("col", count(column + 1)),
                ("col0", count(column)),
                ("col_first", Value::Bool(column == 0)),
                ("col_last", Value::Bool(column + 1 == columns)),
            ]);
            self.write(&format!("<td class=\"col{}\">", column + 1))?;
            self.loops.push((repeat.variable.clone(), item));
            self.loops.push(("tablerowloop".to_owned(), position));
            let flow = self.body(&repeat.body);
            self.loops.truncate(self.loops.len() - 2);
            let flow = flow?;
            self.write("</td>")?;
            if flow == Flow::Break {
                break;
            }
            if column + 1 == columns && index + 1 < length {
                self.write(&format!("</tr>\n<tr class=\"row{}\">", index / columns + 2))?;
            }
        }
        self.write("</tr>\n")
    }

    /// The items that a loop goes over.
    fn items(&mut self, repeat: &For) -> Result<Vec<Value>, Problem> {
        let all = self.value(&repeat.items)?;
        let start = match &repeat.offset {
            None => 0,
            Some(Offset::Continue) => self.offsets.get(&repeat.name).copied().unwrap_or_default(),
            Some(Offset::At(offset)) => bound("offset", &self.value(offset)?)?.unwrap_or_default(),
        };
        let limit = match &repeat.limit {
            Some(limit) => bound("limit", &self.value(limit)?)?,
            None => None,
        };
        let items = items(&all, start, limit, self.env.limits)?;
        self.offsets.insert(repeat.name.clone(), start + items.len());
        Ok(items)
    }

    fn cycle(
        &mut self,
        group: Option<&Expression>,
        values: &[Expression],
        written: &str,
    ) -> Result<(), Problem> {
        let key = match group {
            Some(group) => format!("group {}", self.value(group)?.to_text(self.env.limits)?),
            None => written.to_owned(),
        };
        self.env.limits.bytes(key.len())?;
        let turn = self.cycles.entry(key).or_default();
        let index = *turn;
        *turn = if index + 1 >= values.len() { 0 } else { index + 1 };
        if let Some(value) = values.get(index) {
            self.value(value)?.write(&mut self.out, self.env.limits)?;
        }
        Ok(())
    }

    /// Renders a partial, which sees nothing but its arguments.
    fn partial(&mut self, key: &str, arguments: &[(String, Expression)]) -> Result<(), Problem> {
        let Some(partial) = self.env.library.partial(key) else {
            return Err(Problem::new(format!("there is no partial `{key}`")).name(key));
        };
        let mut given = Members::new();
        for (name, expression) in arguments {
            let value = self.value(expression)?;
            let value =
                if partial.keeps(name) { value } else { Value::Text(value.to_text(self.env.limits)?) };
            given.insert(name.as_str().into(), value);
        }
        let text = self.render_partial(key, &given)?;
        self.write(&text)
    }

    /// Renders a partial with values for its inputs.
    pub(crate) fn render_partial(&self, key: &str, given: &Members) -> Result<String, Problem> {
        let Some(partial) = self.env.library.partial(key) else {
            return Err(Problem::new(format!("there is no partial `{key}`")).name(key));
        };
        if self.nesting >= MAX_PARTIALS {
            return Err(Problem::new("partials are nested more than 5 deep").name(key));
        }
        let (template, styles) = partial.templates(self.env.medium);
        for style in styles {
            let style = style.as_ref().map_err(|problem| problem.clone().within(key))?;
            let style = Run::new(self.env, given).render(style).map_err(|problem| problem.within(key))?;
            let mut styles = self.env.styles.borrow_mut();
            if !styles.contains(&style) {
                self.env.limits.items(styles.len())?;
                styles.push(style);
            }
        }
        let mut inner = Run::new(self.env, given);
        inner.nesting = self.nesting + 1;
        let template = template.as_ref().map_err(|problem| problem.clone().within(key))?;
        self.env.deeper(|| inner.render(template)).map_err(|problem| problem.within(key))
    }

    fn holds(&self, condition: &Condition) -> Result<bool, Problem> {
        // From the right: `a and b or c` is `a and (b or c)`.
        let mut held = None;
        for index in (0..=condition.rest.len()).rev() {
            let comparison = match index.checked_sub(1) {
                Some(index) => &condition.rest[index].1,
                None => &condition.first,
            };
            let join = condition.rest.get(index).map(|(join, _)| *join);
            held = Some(match (join, held) {
                (Some(Join::And), Some(later)) => self.compare(comparison)? && later,
                (Some(Join::Or), Some(later)) => self.compare(comparison)? || later,
                _ => self.compare(comparison)?,
            });
        }
        Ok(held.unwrap_or_default())
    }

    fn compare(&self, comparison: &Comparison) -> Result<bool, Problem> {
        let left = self.value(&comparison.left)?;
        let Some((operator, right)) = &comparison.right else { return Ok(left.is_truthy()) };
        let right = self.value(right)?;
        let limits = self.env.limits;
        Ok(match operator {
            Operator::Equal => equal(&left, &right, limits)?,
            Operator::Unequal => !equal(&left, &right, limits)?,
            Operator::Contains => contains(&left, &right, limits)?,
            Operator::Less => order(&left, &right).is_some_and(std::cmp::Ordering::is_lt),
            Operator::Greater => order(&left, &right).is_some_and(std::cmp::Ordering::is_gt),
            Operator::LessOrEqual => order(&left, &right).is_some_and(std::cmp::Ordering::is_le),
            Operator::GreaterOrEqual => order(&left, &right).is_some_and(std::cmp::Ordering::is_ge),
        })
    }

    fn chain(&self, chain: &Chain) -> Result<Value, Problem> {
        let mut value = self.value(&chain.input)?;
        for call in &chain.filters {
            let run = || {
                self.env.limits.step()?;
                let arguments: Result<Vec<Value>, Problem> =
                    call.arguments.iter().map(|argument| self.value(argument)).collect();
                let named: Result<Vec<(String, Value)>, Problem> =
                    call.named.iter().map(|(name, value)| Ok((name.clone(), self.value(value)?))).collect();
                (call.filter.run)(&Input { value, arguments: &arguments?, named: &named?, host: self })
            };
            value = run().map_err(|problem| problem.filter(&call.name))?;
        }
        Ok(value)
    }

    fn value(&self, expression: &Expression) -> Result<Value, Problem> {
        self.env.limits.step()?;
        Ok(match expression {
            Expression::Literal(value) => value.clone(),
            Expression::Range(bounds) => {
                Value::Range(integer(&self.value(&bounds.0)?), integer(&self.value(&bounds.1)?))
            }
            Expression::Path(path) => {
                let mut steps = path.steps.iter();
                let mut value = match steps.next() {
                    Some(step) => self.variable(&self.key(step)?.to_text(self.env.limits)?),
                    None => Value::Nil,
                };
                for step in steps {
                    self.env.limits.step()?;
                    value = value.member(&self.key(step)?);
                }
                value
            }
        })
    }

    fn key(&self, step: &Step) -> Result<Value, Problem> {
        match step {
            Step::Name(name) => Ok(Value::text(name.as_str())),
            Step::Index(index) => self.value(index),
        }
    }

    fn variable(&self, name: &str) -> Value {
        if let Some((_, value)) = self.loops.iter().rev().find(|(variable, _)| variable == name) {
            return value.clone();
        }
        if let Some(value) = self.locals.get(name) {
            return value.clone();
        }
        if let Some(counter) = self.counters.get(name) {
            return Value::Integer(*counter);
        }
        match self.parent {
            Some(parent) => parent.variable(name),
            None => self.globals.get(name).cloned().unwrap_or_default(),
        }
    }
}

impl Host for Run<'_> {
    fn limits(&self) -> &Limits {
        self.env.limits
    }

    fn now(&self) -> Timestamp {
        self.env.now
    }

    fn entities(&self) -> &dyn Entities {
        self.env.entities
    }

    fn translate(&self, key: &str, named: &[(String, Value)]) -> Result<Option<String>, Problem> {
        let count = named.iter().find(|(name, _)| name == "count").and_then(|(_, count)| match count {
            Value::Integer(count) => Some(*count),
            // in a partial, every argument is text
            Value::Text(text) => text.trim().parse().ok(),
            _ => None,
        });
        let text = self.env.library.translation(&self.env.locales, key, count);
        text.map(|text| self.within(&self.env.parse(text)?, named)).transpose()
    }
}

/// The object `forloop`.
fn position(name: &str, index: usize, length: usize, outer: &Value) -> Value {
    object([
        ("name", Value::text(name)),
        ("length", count(length)),
        ("index", count(index + 1)),
        ("index0", count(index)),
        ("rindex", count(length - index)),
        ("rindex0", count(length - index - 1)),
        ("first", Value::Bool(index == 0)),
        ("last", Value::Bool(index + 1 == length)),
        ("parentloop", outer.clone()),
    ])
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(Arc::new(members.into_iter().map(|(key, value)| (key.into(), value)).collect()))
}

/// A whole number that a value gives for `limit` or `offset`.
fn bound(name: &str, value: &Value) -> Result<Option<usize>, Problem> {
    match value {
        Value::Nil => Ok(None),
        value => match size(value) {
            Some(size) => Ok(Some(size)),
            None => Err(Problem::new(format!("`{name}` has to be a whole number")).name(name)),
        },
    }
}

/// A whole number that is not negative; a negative one counts as zero.
fn size(value: &Value) -> Option<usize> {
    let number = match value {
        Value::Integer(number) => *number,
        Value::Text(text) => text.trim().parse().ok()?,
        Value::Float(_) => integer(value),
        _ => return None,
    };
    Some(usize::try_from(number).unwrap_or_default())
}
