//! The work as the SDK does it.

use std::sync::LazyLock;

use bytes::Bytes;
use http::{Request, Response};
use knock_core::messages::{self, Message};
use knock_core::recipients::UserRequest;
use knock_core::workflows::{self, Trigger, TriggerResponse};
use knock_core::{Config, Operation, Page, UnixTime};

use crate::input::{Alert, Broadcast};

const NOW: UnixTime = UnixTime::from_secs(1_790_000_000);

static CONFIG: LazyLock<Config> = LazyLock::new(|| Config::new("sk_test_12345").expect("the key is valid"));

pub(crate) fn trigger(alert: Alert) -> Request<Bytes> {
    workflows::trigger(alert.workflow)
        .recipients(alert.recipients)
        .actor(alert.actor)
        .data(alert.dinosaur)
        .tenant(alert.tenant)
        .cancellation_key(alert.cancellation_key)
        .idempotency_key(alert.idempotency_key)
        .to_request(&CONFIG)
        .expect("the alert is valid")
}

pub(crate) fn trigger_inline(broadcast: Broadcast) -> Request<Bytes> {
    let users = broadcast.users.into_iter();
    workflows::trigger(broadcast.workflow)
        .recipients(users.map(|user| UserRequest::new(user.id).name(user.name).email(user.email)))
        .data(broadcast.dinosaur)
        .idempotency_key(broadcast.idempotency_key)
        .to_request(&CONFIG)
        .expect("the broadcast is valid")
}

/// The operation that was sent; it is still alive when its response arrives.
static SENT: LazyLock<Trigger> =
    LazyLock::new(|| workflows::trigger("dinosaurs-loose").recipient("jhammond"));

pub(crate) fn parse_trigger(response: Response<Bytes>) -> TriggerResponse {
    SENT.parse(response, NOW).expect("the response is valid")
}

pub(crate) fn parse_page(response: Response<Bytes>) -> Page<Message, messages::List> {
    messages::list().parse(response, NOW).expect("the page is valid")
}
