//! Tests with directories on disk: Knock's own templates, and fixtures of our own.

// Helpers belong to the tests, bodies are written inline, and tables are long.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value, clippy::too_many_lines)]

mod mutations;
mod places;
mod project;
mod resources;
mod steps;
mod templates;
