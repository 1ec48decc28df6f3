//! The program of [`knock_fuzz::targets::render`].
#![cfg_attr(fuzzing, no_main)]

knock_fuzz::fuzz_target!(render);
