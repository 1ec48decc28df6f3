//! Runs the program against an emulator.

use std::process::{Command, Output};

use knock_emulator::{DEFAULT_KEY, Emulator, Fault, Server};
use tokio::runtime::Runtime;

/// An emulator with a server, whose threads run beside the test.
struct Knock {
    runtime: Runtime,
    server: Server,
}

impl Knock {
    fn start() -> Self {
        let runtime = Runtime::new().expect("a runtime starts");
        let server = runtime.block_on(Server::start(Emulator::new(), ([127, 0, 0, 1], 0).into()));
        Self { runtime, server: server.expect("a port is free") }
    }
}

fn program(base_url: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_blocking-ureq"))
        .env("KNOCK_API_KEY", DEFAULT_KEY)
        .env("KNOCK_BASE_URL", base_url)
        .env("NO_PROXY", "127.0.0.1")
        .env_remove("KNOCK_BRANCH")
        .env_remove("KNOCK_WORKFLOW")
        .output()
        .expect("the program runs")
}

fn error_of(output: &Output) -> &str {
    assert!(!output.status.success(), "the program succeeded");
    std::str::from_utf8(&output.stderr).expect("errors are UTF-8").trim_end()
}

#[test]
fn a_workflow_is_triggered() {
    let knock = Knock::start();
    let output = program(&knock.server.url());
    let [run] = &knock.server.emulator().runs()[..] else { panic!("one run was expected: {output:?}") };
    assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{}\n", run.id));
    assert_eq!(run.workflow, "dinosaurs-loose");
    assert_eq!(run.data["type"], "trex");
}

#[test]
fn a_503_is_retried() {
    let knock = Knock::start();
    knock.server.emulator().fault(Fault::status(503).retry_after_ms(10).times(2));
    let output = program(&knock.server.url());
    assert!(output.status.success(), "{output:?}");
    assert_eq!(knock.server.emulator().requests().len(), 3);
    assert_eq!(knock.server.emulator().triggers(), 1);
}

#[test]
fn a_lost_response_does_not_notify_twice() {
    let knock = Knock::start();
    knock.server.emulator().fault(Fault::drop_after());
    let output = program(&knock.server.url());
    assert!(output.status.success(), "{output:?}");
    let [first, second] = &knock.server.emulator().requests()[..] else {
        panic!("two requests were expected")
    };
    assert!(first.headers.contains_key("idempotency-key"), "the request has no idempotency key");
    assert_eq!(first.headers["idempotency-key"], second.headers["idempotency-key"]);
    assert_eq!(knock.server.emulator().triggers(), 1);
}

#[test]
fn a_refusal_is_printed() {
    let knock = Knock::start();
    knock.server.emulator().fault(Fault::status(404));
    let output = program(&knock.server.url());
    let error = error_of(&output);
    assert!(error.starts_with("blocking-ureq: workflows.trigger: 404 "), "{error}");
    assert!(error.ends_with("attempts 1]"), "{error}");
}

#[test]
fn a_redirect_is_not_followed() {
    let knock = Knock::start();
    knock.server.emulator().fault(
        Fault::status(307)
            .header(http::header::LOCATION, http::HeaderValue::from_static("/v1/workflows/other/trigger")),
    );
    let output = program(&knock.server.url());
    let error = error_of(&output);
    assert!(error.contains("307"), "{error}");
    assert_eq!(knock.server.emulator().requests().len(), 1);
}

#[test]
fn a_refused_connection_is_retried_and_nothing_was_sent() {
    let knock = Knock::start();
    let url = knock.server.url();
    knock.runtime.block_on(knock.server.stop());
    let output = program(&url);
    assert_eq!(
        error_of(&output),
        "blocking-ureq: workflows.trigger: the host refused the connection; nothing was sent [attempts 3, no attempts left]"
    );
}
