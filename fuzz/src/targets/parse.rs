//! Any response, read by every operation.

use contract_tests::sample::Sample;
use knock_core::call::{Call, Verdict};
use knock_core::{Config, Error, ErrorKind, Outcome};
use serde::de::IgnoredAny;

use crate::{KEY, NOW, check_error, config, is_html, may_have_acted, mentions, response, with_samples};

type Response = http::Response<bytes::Bytes>;

/// Checks one input.
pub fn check(input: &[u8]) {
    if mentions(input, KEY) {
        return;
    }
    let response = response(input);
    let config = config();
    with_samples(|samples| {
        assert_eq!(samples.len(), knock_core::registry::OPERATIONS.len());
        for sample in samples {
            check_parsed(sample, &response);
        }
        // The rest differs little between operations, so one in eight is checked, and the length of the input tells which.
        for sample in samples.iter().skip(input.len() % 8).step_by(8) {
            check_printed(sample, &response);
            check_received(sample, &response, &config);
        }
    });
}

/// Checks the reading of a response without a call around it.
fn check_parsed(sample: &Sample, response: &Response) {
    match sample.parse(response.clone()) {
        Ok(value) => {
            assert!(response.status().is_success() && !is_html(response.body()), "{sample:?}");
            if response.body().trim_ascii().is_empty() {
                assert!(value.is_null(), "{sample:?} returned a value from nothing");
            } else {
                assert!(serde_json::from_slice::<IgnoredAny>(response.body()).is_ok(), "{sample:?}");
            }
        }
        Err(error) => {
            assert_eq!(error.operation(), Some(sample.info.name));
            assert_eq!(error.status_code(), Some(response.status()));
            assert_eq!(error.attempts(), 1);
            check_outcome(&error, response);
        }
    }
}

fn check_printed(sample: &Sample, response: &Response) {
    if let Err(error) = sample.parse(response.clone()) {
        check_error(&error, &[]);
    }
}

/// Checks that an error claims no more than the response shows.
fn check_outcome(error: &Error, response: &Response) {
    let status = response.status();
    let expected = match error.kind() {
        ErrorKind::Decoding => {
            assert!(status.is_success() && !is_html(response.body()), "{error}");
            Outcome::Applied
        }
        ErrorKind::UnexpectedResponse => {
            assert!(status.is_success(), "{error}");
            Outcome::Unknown
        }
        _ => {
            assert!(!status.is_success(), "{error}");
            if may_have_acted(status) { Outcome::Unknown } else { Outcome::NotApplied }
        }
    };
    assert_eq!(error.outcome(), expected, "{error}");
    assert!(!error.is_retryable() || expected != Outcome::Applied, "{error}");
}

/// Checks the same response as that of a call, which is not yet read.
fn check_received(sample: &Sample, response: &Response, config: &Config) {
    let Ok(prepared) = &sample.required else { panic!("{sample:?} is refused") };
    let call = Call::new(config, prepared.clone(), None, NOW, [7; 16]).expect("there are no options");
    let (_, sent) = call.send(NOW).expect("the request is valid");
    match sent.receive(response.clone(), NOW) {
        Verdict::Done(completed) => {
            assert!(response.status().is_success() && !is_html(response.body()), "{sample:?}");
            assert_eq!((completed.attempts(), completed.response().body()), (1, response.body()));
        }
        Verdict::Retry { .. } => {}
        Verdict::Failed(error) => {
            assert_ne!(error.outcome(), Outcome::Applied, "{error}");
            assert_ne!(error.kind(), ErrorKind::Decoding, "{error}");
            check_outcome(&error, response);
            check_error(&error, &[]);
        }
    }
}
