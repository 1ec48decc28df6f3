//! The program of [`knock_fuzz::targets::body_limit`].
#![cfg_attr(fuzzing, no_main)]

knock_fuzz::fuzz_target!(body_limit);
