//! Knock's Liquid.
//!
//! It is our own, because no crate does what is needed here. The one that is alive, `liquid` 0.26.11 of February 2025, fails
//! on unknown variables, knows no line at run time, has nothing that limits a loop or the length of a text, and panics on
//! `{{ 9223372036854775808 }}` and overflows the stack on nested brackets. Of the golden cases, see `tests/liquid`, it passes
//! fewer.

mod expression;
mod filters;
mod lexer;
mod limits;
mod parse;
mod run;
mod value;

pub(crate) use lexer::{Kind, Token, tokens};
pub(crate) use limits::{Exceeded, MAX_TEXT};
pub(crate) use parse::Template;
pub(crate) use run::{Environment, Run};
pub(crate) use value::{Members, Value};
