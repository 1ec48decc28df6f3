//! The work as hand-written code for one endpoint.
#![allow(dead_code, reason = "an application reads what it parses; here only the tests do")]
#![allow(clippy::needless_pass_by_value, reason = "both sides take their input by value")]

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, USER_AGENT};
use http::{HeaderName, HeaderValue, Request, Response};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::input::{Alert, Broadcast, Dinosaur, Person};

const BASE_URL: &str = "https://api.knock.app";
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const AUTHORIZATION_VALUE: HeaderValue = HeaderValue::from_static("Bearer sk_test_12345");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const PRODUCT: HeaderValue = HeaderValue::from_static(concat!("knock-rust/", env!("CARGO_PKG_VERSION")));

#[derive(Serialize)]
struct Trigger<'a> {
    recipients: &'a [String],
    actor: &'a str,
    data: &'a Dinosaur,
    tenant: &'a str,
    cancellation_key: &'a str,
}

pub(crate) fn trigger(alert: Alert) -> Request<Bytes> {
    let body = Trigger {
        recipients: &alert.recipients,
        actor: &alert.actor,
        data: &alert.dinosaur,
        tenant: &alert.tenant,
        cancellation_key: &alert.cancellation_key,
    };
    post(&alert.workflow, &alert.idempotency_key, &body)
}

#[derive(Serialize)]
struct InlineTrigger<'a> {
    recipients: Vec<InlineUser<'a>>,
    data: &'a Dinosaur,
}

#[derive(Serialize)]
struct InlineUser<'a> {
    id: &'a str,
    name: &'a str,
    email: &'a str,
}

impl<'a> From<&'a Person> for InlineUser<'a> {
    fn from(person: &'a Person) -> Self {
        Self { id: &person.id, name: &person.name, email: &person.email }
    }
}

pub(crate) fn trigger_inline(broadcast: Broadcast) -> Request<Bytes> {
    let recipients = broadcast.users.iter().map(InlineUser::from).collect();
    let body = InlineTrigger { recipients, data: &broadcast.dinosaur };
    post(&broadcast.workflow, &broadcast.idempotency_key, &body)
}

fn post(workflow: &str, idempotency_key: &str, body: &impl Serialize) -> Request<Bytes> {
    let body = serde_json::to_vec(body).expect("the body can be expressed in JSON");
    Request::post(format!("{BASE_URL}/v1/workflows/{workflow}/trigger"))
        .header(AUTHORIZATION, AUTHORIZATION_VALUE)
        .header(ACCEPT, JSON)
        .header(USER_AGENT, PRODUCT)
        .header(CONTENT_TYPE, JSON)
        .header(CONTENT_LENGTH, body.len())
        .header(IDEMPOTENCY_KEY, idempotency_key)
        .body(Bytes::from(body))
        .expect("the request is valid")
}

fn read<T: DeserializeOwned>(response: &Response<Bytes>) -> T {
    assert!(response.status().is_success(), "{}", response.status());
    serde_json::from_slice(response.body()).expect("the response is valid")
}

#[derive(Deserialize)]
pub(crate) struct TriggerResponse {
    pub(crate) workflow_run_id: String,
}

pub(crate) fn parse_trigger(response: Response<Bytes>) -> TriggerResponse {
    read(&response)
}

pub(crate) fn parse_page(response: Response<Bytes>) -> Page {
    read(&response)
}

#[derive(Deserialize)]
pub(crate) struct Page {
    pub(crate) items: Vec<Message>,
    page_info: PageInfo,
}

#[derive(Deserialize)]
struct PageInfo {
    after: Option<String>,
    before: Option<String>,
    page_size: u32,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Message {
    id: String,
    recipient: Recipient,
    status: Status,
    engagement_statuses: Vec<EngagementStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<Channel>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Source>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
    actors: Vec<Recipient>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient_snapshot: Option<Snapshot>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheduled_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seen_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    read_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interacted_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link_clicked_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clicked_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    archived_at: Option<Timestamp>,
    inserted_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Recipient {
    User(String),
    Object { id: String, collection: String },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Queued,
    Sent,
    Delivered,
    DeliveryAttempted,
    Undelivered,
    NotSent,
    Bounced,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EngagementStatus {
    Seen,
    Read,
    Archived,
    LinkClicked,
    Interacted,
}

#[derive(Serialize, Deserialize)]
struct Channel {
    id: String,
    key: Option<String>,
    name: Option<String>,
    provider: String,
    #[serde(rename = "type")]
    kind: ChannelKind,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ChannelKind {
    Email,
    InAppFeed,
    Sms,
    Push,
    Chat,
    Http,
}

#[derive(Serialize, Deserialize)]
struct Source {
    key: String,
    #[serde(rename = "type")]
    kind: SourceKind,
    categories: Vec<String>,
    version_id: Option<String>,
    step_ref: Option<String>,
    workflow_run_id: Option<String>,
    workflow_recipient_run_id: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SourceKind {
    Workflow,
    Broadcast,
    Guide,
}

#[derive(Serialize, Deserialize)]
struct Snapshot {
    email: Option<String>,
    name: Option<String>,
}
