//! The program of [`knock_fuzz::targets::socket`].
#![cfg_attr(fuzzing, no_main)]

knock_fuzz::fuzz_target!(socket);
