//! The program of [`knock_fuzz::targets::emulator`].
#![cfg_attr(fuzzing, no_main)]

knock_fuzz::fuzz_target!(emulator);
