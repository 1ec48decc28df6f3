//! Tests with directories on disk: fixtures of our own, and Knock's templates if they are there.

// Helpers belong to the tests, bodies are written inline, and tables are long.
#![allow(clippy::print_stderr, clippy::unwrap_used, clippy::needless_pass_by_value, clippy::too_many_lines)]

mod mutations;
mod places;
mod project;
mod resources;
mod steps;
mod templates;
