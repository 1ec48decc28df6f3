//! Local replacements for Knock and its dashboard: an emulator, and a signing key for this run.

use std::time::{Duration, SystemTime};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use knock_emulator::{Emulator, Server, Workflow};
use knock_reqwest::Error;
use knock_reqwest::token::{SigningKey, TokenError};
use serde_json::Value;

use crate::knock::{dinosaurs_loose, dinosaurs_loose_reminder};

/// Starts an emulator with two workflows on a free port of this machine. It validates the data of triggers as Knock does.
pub(crate) async fn start() -> Result<Server, Error> {
    let workflow: Value =
        serde_json::from_str(include_str!("../knock/workflows/dinosaurs-loose/workflow.json"))
            .map_err(|error| Error::setup("the workflow is not JSON", error))?;
    let dinosaurs_loose = Workflow::new(dinosaurs_loose::KEY)
        .data_schema(workflow["trigger_data_json_schema"].clone())
        .map_err(|error| Error::setup("the workflow has no schema", error))?;
    let emulator = Emulator::builder()
        .workflow(dinosaurs_loose)
        .workflow(Workflow::new(dinosaurs_loose_reminder::KEY).delay(Duration::from_secs(3600)))
        .build();
    emulator.serve().await.map_err(|error| Error::setup("the emulator cannot listen", error))
}

pub(crate) fn show_deliveries(emulator: &Emulator) {
    println!("\nWhat the emulator delivered:");
    for delivery in emulator.deliveries(SystemTime::now()) {
        println!("  {} to {}: {}", delivery.workflow, delivery.recipient, delivery.data);
    }
}

/// Returns the key from `KNOCK_SIGNING_KEY`, or one that is generated for this run.
pub(crate) fn signing_key() -> Result<SigningKey, TokenError> {
    match SigningKey::from_variables(|name| std::env::var(name)) {
        Err(TokenError::MissingKey) => SigningKey::parse(&throwaway_pem()?),
        found => found,
    }
}

fn throwaway_pem() -> Result<String, TokenError> {
    let failed = |_| TokenError::Signing { reason: "no key could be generated".to_owned() };
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
    Ok(pem::encode(&pem::Pem::new("PRIVATE KEY", der.as_ref())))
}
