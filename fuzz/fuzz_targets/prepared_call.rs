//! The program of [`knock_fuzz::targets::prepared_call`].
#![cfg_attr(fuzzing, no_main)]

knock_fuzz::fuzz_target!(prepared_call);
