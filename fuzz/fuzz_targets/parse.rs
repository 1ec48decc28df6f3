//! The program of [`knock_fuzz::targets::parse`].
#![cfg_attr(fuzzing, no_main)]

knock_fuzz::fuzz_target!(parse);
