//! The program of [`knock_fuzz::targets::webhook`].
#![cfg_attr(fuzzing, no_main)]

knock_fuzz::fuzz_target!(webhook);
