//! The examples of the repository's README, which is in no package, as tests. The README of each crate is tested there.
#![doc = include_str!("../../../README.md")]
