//! Knock's Liquid.
//!
//! It is our own, because no crate does what is needed here. The one that is alive, `liquid` 0.26.11 of February 2025, passes
//! 460 of the 806 golden cases of which ours passes 769, fails on variables that are unknown, which are empty in Liquid, and
//! on nil in most filters, knows no line once a template is parsed, and has nothing that limits a loop, a text that a filter
//! makes, or the nesting of a template.

mod expression;
mod filters;
pub(crate) mod lexer;
pub(crate) mod parse;
mod partials;
pub(crate) mod run;
pub(crate) mod value;

pub(crate) use filters::without_tags;
