//! Triggers a workflow over a blocking HTTP client, without an async runtime.
//!
//! `KNOCK_API_KEY` is required. `KNOCK_WORKFLOW` is the key of the workflow, and `KNOCK_BASE_URL` may be the URL of a
//! local emulator.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod transport;

use std::process::ExitCode;
use std::sync::LazyLock;
use std::thread;
use std::time::{Instant, SystemTime};

use knock_core::call::{Call, Verdict};
use knock_core::{Config, Error, Moment, Operation, workflows};
use serde_json::json;
use ureq::Agent;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("blocking-ureq: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Error> {
    let config = Config::from_variables(|name| std::env::var(name)).build()?;
    let workflow = std::env::var("KNOCK_WORKFLOW").unwrap_or_else(|_| "dinosaurs-loose".to_owned());
    let trigger =
        workflows::trigger(workflow).recipients(["jhammond"]).data(json!({ "type": "trex", "priority": 1 }));
    let run = send(&config, &transport::agent(), &trigger)?;
    println!("{}", run.workflow_run_id);
    Ok(())
}

/// Sends any operation, with the retries, waits and time limits of the configuration.
fn send<O: Operation>(config: &Config, agent: &Agent, operation: &O) -> Result<O::Output, Error> {
    let random = transport::random()?;
    let mut call = Call::new(config, operation.prepare(random)?, operation.options(), now(), random)?;
    loop {
        let wait = call.wait(now())?;
        if !wait.is_zero() {
            thread::sleep(wait);
            continue;
        }
        let (request, sent) = call.send(now())?;
        let verdict = match transport::exchange(agent, request, sent.attempt()) {
            Ok(response) => sent.receive(response, now()),
            Err(error) => sent.fail(error, now()),
        };
        call = match verdict {
            Verdict::Done(completed) => return Ok(operation.read(completed)?.value),
            Verdict::Failed(error) => return Err(error),
            Verdict::Retry { after, call } => {
                thread::sleep(after);
                call
            }
        };
    }
}

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Returns the time by the system's clock, by which calls expire, and by one that nobody sets, for deadlines.
fn now() -> Moment {
    Moment { unix: SystemTime::now().into(), steady: START.elapsed() }
}
