//! Every operation, in every form of the contract's samples.

use knock_core::registry::OPERATIONS;
use knock_core::{CallOptions, Client, Config, PreparedCall, Transport};
use serde_json::{Value, json};

use crate::Host;
use crate::control::Emulator;
use crate::failure::{Failure, ensure, same};
use contract_tests::sample::Sample;
use contract_tests::samples;

pub async fn operation<T: Transport, F: Fn(Config) -> Client<T>>(
    _: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    let samples = samples::all();
    same("the number of samples", samples.len(), OPERATIONS.len())?;
    let mut failures = Vec::new();
    let mut succeeded = 0;
    for sample in &samples {
        for call in sample.requests() {
            let outcome = match call {
                Ok(call) => one(knock, sample, call.clone()).await,
                Err(error) => Err(Failure::new(error.to_string())),
            };
            match outcome {
                Ok(success) => succeeded += usize::from(success),
                Err(failure) => failures.push(format!("{}: {failure}", sample.info.name)),
            }
        }
    }
    ensure(failures.is_empty(), format!("{} failed: {}", failures.len(), failures.join("; ")))?;
    // An entity that does not exist gives 404, but most samples must succeed.
    ensure(succeeded > samples.len() / 2, format!("only {succeeded} calls succeeded"))
}

/// Sends one call, and returns whether it succeeded.
///
/// It must arrive as it was written. The response must be one that its type can read, or an error from Knock.
async fn one<T: Transport>(knock: &Client<T>, sample: &Sample, call: PreparedCall) -> Result<bool, Failure> {
    let once = CallOptions::new().max_retries(0);
    let sent = (call.method().as_str().to_owned(), call.target().to_owned(), call.body().cloned());
    let outcome = knock.execute(call, Some(&once)).await;

    let requests = Emulator(knock).requests().await?;
    let seen = requests.last().ok_or_else(|| Failure::new("no request arrived"))?;
    let target = match &seen.query {
        Some(query) => format!("{}?{query}", seen.path),
        None => seen.path.clone(),
    };
    same("the method", &seen.method, &sent.0)?;
    same("the target", &target, &sent.1)?;
    if let Some(body) = sent.2 {
        let body: Value = serde_json::from_slice(&body).map_err(|error| Failure::new(error.to_string()))?;
        same("the body", &seen.body, &body)?;
    }

    match outcome {
        Ok(completed) => {
            let response = completed.response();
            let body = serde_json::from_slice(response.body()).unwrap_or_else(|_| json!(null));
            sample.read(response.status(), &body)?;
            Ok(true)
        }
        Err(error) => {
            let refused = error.status_code().is_some_and(|status| status.is_client_error());
            ensure(refused && error.code().is_some(), format!("{error}"))?;
            Ok(false)
        }
    }
}
