//! The program of [`knock_fuzz::targets::key`].
#![cfg_attr(fuzzing, no_main)]

knock_fuzz::fuzz_target!(key);
