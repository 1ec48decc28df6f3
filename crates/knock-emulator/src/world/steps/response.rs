//! Sending requests, as far as the world does, and their responses.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::super::attempts::Attempt;
use super::super::content::Content;
use super::super::message::{Message, Report};
use super::super::store::World;
use super::did::Wake;
use super::request::{Pending, Purpose, Request};
use crate::fetch_error::FetchError;
use crate::settings::ChannelKind;

/// Knock attempts to deliver a message this often.
const MAX_ATTEMPTS: u32 = 8;
/// The wait after the first attempt. It doubles with each further one. Knock documents that there are 8 within 30 minutes.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(10);
/// Statuses after which a webhook is not attempted again.
const FATAL: [u16; 4] = [401, 403, 404, 405];

impl World {
    /// Returns the id of the request.
    pub(super) fn request(&mut self, request: Request, purpose: Purpose) -> u64 {
        self.steps.requests.add(request, purpose, 1, self.now)
    }

    /// Fails unless the host is this machine, or one that `emulator.json` allows.
    pub(super) fn check_host(&self, request: &Request) -> Result<(), String> {
        let request = request.http()?;
        let host = request.uri().host().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let is_local = bare == "localhost"
            || bare.ends_with(".localhost")
            || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        let allowed = self.settings.directory.as_ref().map(|directory| &directory.environment.allowed_hosts);
        let is_allowed =
            allowed.is_some_and(|hosts| hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(bare)));
        if is_local || is_allowed {
            return Ok(());
        }
        Err(format!("`{host}` is not this machine; `allowed_hosts` in emulator.json can allow it"))
    }

    /// Takes the response of a request, or why there was none. Returns whether there is such a request.
    pub(crate) fn responded(&mut self, id: u64, response: Result<(u16, Vec<u8>), FetchError>) -> bool {
        let Some(pending) = self.steps.requests.remove(id) else { return false };
        match pending.purpose.clone() {
            // a run that was let go on by hand does not wait for it any more
            Purpose::Fetch { run_id } if self.awaited_request(&run_id) != Some(id) => {}
            Purpose::Fetch { run_id } => self.wake(&run_id, Wake::Response(response)),
            Purpose::Webhook { message_id } => self.webhook_responded(&message_id, pending, &response),
        }
        self.settle();
        true
    }

    /// 2xx delivers a message. Most other responses are followed by another attempt.
    fn webhook_responded(
        &mut self,
        message_id: &str,
        pending: Pending,
        response: &Result<(u16, Vec<u8>), FetchError>,
    ) {
        let status = response.as_ref().map(|(status, _)| *status).ok();
        let error = response.as_ref().err().map(ToString::to_string);
        let is_fatal = matches!(response, Err(FetchError::BadUrl(_)))
            || status.is_some_and(|status| FATAL.contains(&status));
        let is_last = is_fatal || pending.attempt >= MAX_ATTEMPTS;
        let mut log = json!({
            "attempt": pending.attempt,
            "max_attempts": MAX_ATTEMPTS,
            "status": status,
            "error": error,
        });
        let outcome = match response {
            Ok((status, body)) => Ok((*status, &**body)),
            Err(_) => Err(error.as_deref().unwrap_or_default()),
        };
        self.attempted(message_id, Attempt::http(self.now, pending.request.sent(), outcome));
        let report = match status {
            Some(200..=299) => Report::Delivered,
            _ if is_last => Report::Undelivered,
            _ => Report::Attempted,
        };
        match report {
            Report::Attempted => log["retryable"] = json!(true),
            Report::Undelivered => {
                log["failure_reason"] = json!(if is_fatal { "fatal_error" } else { "retries_exhausted" });
            }
            Report::Delivered | Report::Bounced => {}
        }
        self.set_status(message_id, report, log);
        if report == Report::Attempted {
            let wait = FIRST_WAIT * (1 << (pending.attempt - 1));
            let due = self.now.saturating_add(wait).unwrap_or(Timestamp::MAX);
            let signer = self.messages.get(message_id).and_then(|message| message.signer.as_ref());
            let request = pending.request.signed(signer, due);
            self.steps.requests.add(request, pending.purpose, pending.attempt + 1, due);
        }
    }

    pub(super) fn attempted(&mut self, message_id: &str, attempt: Attempt) {
        if let Some(message) = self.messages.get_mut(message_id) {
            message.attempted(attempt);
        }
    }

    /// Plans the delivery of a message of a webhook channel. Returns whether it is one.
    pub(in super::super) fn deliver_webhook(&mut self, message_id: &str) -> bool {
        let is_webhook = |message: &&Message| message.channel.kind == ChannelKind::Http && !message.sandbox;
        let message = self.messages.get(message_id).filter(is_webhook);
        let Some(message) = message else { return false };
        let Some(Content::Http(content)) = message.content.as_deref() else { return false };
        let request = Request::of_content(content).signed(message.signer.as_ref(), self.now);
        match self.check_host(&request) {
            Ok(()) => {
                self.request(request, Purpose::Webhook { message_id: message_id.to_owned() });
            }
            Err(error) => {
                self.attempted(message_id, Attempt::http(self.now, request.sent(), Err(&error)));
                let log = json!({ "error": error, "failure_reason": "fatal_error" });
                self.set_status(message_id, Report::Undelivered, log);
            }
        }
        true
    }
}
