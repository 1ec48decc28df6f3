//! The program of [`knock_fuzz::targets::error_body`].
#![cfg_attr(fuzzing, no_main)]

knock_fuzz::fuzz_target!(error_body);
