//! The examples of the repository's README, which is in no package, as tests. The README of each crate is tested there.
#![cfg_attr(doctest, doc = include_str!(concat!(env!("OUT_DIR"), "/README.md")))]
