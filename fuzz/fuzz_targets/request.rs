//! The program of [`knock_fuzz::targets::request`].
#![cfg_attr(fuzzing, no_main)]

knock_fuzz::fuzz_target!(request);
