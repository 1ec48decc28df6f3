//! A sample of every operation, as a table: for the tests here, which compare them with Knock's document, and for the
//! edge tests, which send them from every runtime.
// Test code may panic.
#![allow(clippy::missing_errors_doc, clippy::missing_panics_doc, clippy::unwrap_used)]

pub mod sample;
pub mod samples;
