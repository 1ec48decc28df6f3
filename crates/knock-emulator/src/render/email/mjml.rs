//! MJML.

use mrml::prelude::parser::ParserOptions;
use mrml::prelude::render::RenderOptions;

use super::super::error::Problem;
use super::html::check;

/// Turns MJML into HTML.
pub(super) fn to_html(mjml: &str) -> Result<String, Problem> {
    check(mjml)?;
    let invalid = |error: &dyn std::fmt::Display| Problem::new(format!("the MJML is not valid: {error}"));
    let parsed =
        mrml::parse_with_options(mjml, &ParserOptions::default()).map_err(|error| invalid(&error))?;
    parsed.element.render(&RenderOptions::default()).map_err(|error| invalid(&error))
}
