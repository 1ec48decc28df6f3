//! The fuzz targets, and what they share: a configuration with a recognizable key, a text form of responses and requests,
//! and the checks that hold for every error.
//!
//! `cargo xtask fuzz` runs the targets with libFuzzer, and the test `corpus` replays what is committed.
#![allow(clippy::missing_panics_doc, reason = "a panic is a finding")]

mod checks;
mod message;
pub mod targets;

pub use checks::{check_debug, check_error, is_html, may_have_acted, within_json};
pub use message::{Message, lines, response};

use std::time::Duration;

use contract_tests::sample::Sample;
use knock_core::{Config, UnixTime};

/// The API key. Nothing may print it.
pub const KEY: &str = "sk_test_f0r_the_fuzz1ng_harness";

/// The current time, unless the input says otherwise.
pub const NOW: UnixTime = UnixTime::from_secs(1_790_000_000);

/// Returns a configuration with [`KEY`].
pub fn config() -> Config {
    Config::builder(KEY).deadline(Duration::from_secs(120)).build().expect("the settings are valid")
}

/// Returns whether an input contains a text in any case: names of headers are made lower case. libFuzzer copies the texts
/// that it sees compared into its inputs.
pub fn mentions(input: &[u8], text: &str) -> bool {
    input.windows(text.len()).any(|part| part.eq_ignore_ascii_case(text.as_bytes()))
}

/// Passes the samples of all operations, which are made once.
pub fn with_samples<T>(use_them: impl FnOnce(&[Sample]) -> T) -> T {
    thread_local! {
        static SAMPLES: Vec<Sample> = contract_tests::samples::all();
    }
    SAMPLES.with(|samples| use_them(samples))
}

/// Makes the program of a target. libFuzzer calls the check in a build by cargo-fuzz, and the program of any other build
/// only says so.
#[macro_export]
macro_rules! fuzz_target {
    ($target:ident) => {
        #[cfg(fuzzing)]
        ::libfuzzer_sys::fuzz_target!(|input: &[u8]| $crate::targets::$target::check(input));

        #[cfg(not(fuzzing))]
        fn main() -> Result<(), &'static str> {
            const _: fn(&[u8]) = $crate::targets::$target::check;
            Err("this was built without libFuzzer; run `cargo xtask fuzz`")
        }
    };
}
