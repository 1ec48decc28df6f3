//! The program of [`knock_fuzz::targets::directory`].
#![cfg_attr(fuzzing, no_main)]

knock_fuzz::fuzz_target!(directory);
