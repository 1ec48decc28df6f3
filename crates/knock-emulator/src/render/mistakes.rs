//! What can be seen to be wrong with a template before it is rendered.

use crate::render::liquid::parse::Template;

/// What is wrong, and the line of the text if it is known.
pub(crate) struct Mistake {
    pub(crate) line: Option<usize>,
    pub(crate) message: String,
}

/// Reads a text: it has to be Liquid, and the partials that it renders have to exist.
pub(crate) fn mistakes(text: &str, is_partial: impl Fn(&str) -> bool) -> Vec<Mistake> {
    match Template::parse(text) {
        Ok(template) => {
            let missing = template.partials().into_iter().filter(|(key, _)| !is_partial(key));
            let mistake =
                |(key, line)| Mistake { line: Some(line), message: format!("there is no partial `{key}`") };
            missing.map(mistake).collect()
        }
        Err(problem) => {
            let (line, message) = problem.into_parts();
            vec![Mistake { line, message }]
        }
    }
}
