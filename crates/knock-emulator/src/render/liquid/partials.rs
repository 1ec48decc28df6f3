//! Which partials a template renders.

use crate::render::liquid::parse::{Node, NodeKind, Template};

impl Template {
    /// The keys of the partials that it renders, and the lines.
    pub(crate) fn partials(&self) -> Vec<(&str, usize)> {
        let mut found = Vec::new();
        collect(&self.0, &mut found);
        found
    }
}

fn collect<'t>(nodes: &'t [Node], found: &mut Vec<(&'t str, usize)>) {
    for node in nodes {
        match &node.kind {
            NodeKind::Render(key, _) => found.push((key, node.line)),
            NodeKind::Capture(_, body)
            | NodeKind::IfChanged(body)
            | NodeKind::Translate(body, _)
            | NodeKind::Group(body) => collect(body, found),
            NodeKind::If(branches) => branches.iter().for_each(|branch| collect(&branch.body, found)),
            NodeKind::Case(_, branches) => branches.iter().for_each(|branch| collect(&branch.body, found)),
            NodeKind::For(repeat) | NodeKind::TableRow(repeat, _) => {
                collect(&repeat.body, found);
                collect(&repeat.otherwise, found);
            }
            NodeKind::Text(_)
            | NodeKind::Output(_)
            | NodeKind::Assign(..)
            | NodeKind::Cycle(..)
            | NodeKind::Increment(_)
            | NodeKind::Decrement(_)
            | NodeKind::Break
            | NodeKind::Continue => {}
        }
    }
}
