//! What the emulator sends goes to servers that the system trusts.

use std::time::Duration;

use http::StatusCode;
use knock_emulator::{DEFAULT_WEBHOOK_SECRET, Emulator, WebhookEndpoint, Workflow};
use knock_reqwest::{Knock, Operation as _, workflows};
use network_tests::{Authority, Certificate, Fault, Server, alone};

/// Triggers a workflow, and returns the result of the first attempt to report it.
async fn report_to(server: &Server) -> Result<StatusCode, String> {
    let url = format!("{}/hooks", server.url());
    let endpoint = WebhookEndpoint::new(&url, DEFAULT_WEBHOOK_SECRET).expect("a URL that can be used");
    let workflow = Workflow::new("welcome");
    let emulator =
        Emulator::builder().workflow(workflow).webhook(endpoint.events(["message.delivered"])).build();
    let emulator = knock_emulator::Server::start(emulator, ([127, 0, 0, 1], 0).into());
    let emulator = emulator.await.expect("a port is free");
    let knock = Knock::with_config(emulator.config()).expect("a valid configuration");
    workflows::trigger("welcome").recipients(["jane"]).send(&knock).await.expect("a run");
    loop {
        let mut attempts = emulator.emulator().webhooks().into_iter().flat_map(|webhook| webhook.attempts);
        if let Some(result) = attempts.find_map(|attempt| attempt.result) {
            return result;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn server(authority: &Authority, certificate: Certificate) -> Server {
    Server::start(Some(authority.acceptor(certificate, &[])), Fault::NONE, 0).await
}

#[test]
fn webhooks_go_over_tls() {
    alone("webhooks_go_over_tls", |authority| async move {
        let trusted = server(&authority, Certificate::Valid).await;
        assert!(trusted.url().starts_with("https://"));
        assert_eq!(report_to(&trusted).await, Ok(StatusCode::OK));
        assert_eq!(trusted.ledger().requests(), 1);
    });
}

#[test]
fn webhooks_go_to_no_server_that_is_not_trusted() {
    alone("webhooks_go_to_no_server_that_is_not_trusted", |authority| async move {
        for certificate in [Certificate::Expired, Certificate::OfAnother, Certificate::Untrusted] {
            let other = server(&authority, certificate).await;
            let error = report_to(&other).await.unwrap_err();
            assert!(error.contains("certificate"), "{error}");
            assert_eq!(other.ledger().requests(), 0);
        }
    });
}
