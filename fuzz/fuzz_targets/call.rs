//! The program of [`knock_fuzz::targets::call`].
#![cfg_attr(fuzzing, no_main)]

knock_fuzz::fuzz_target!(call);
