//! The values that an application has before a call.

use std::sync::LazyLock;

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Value, json};

/// A notification for four users.
pub(crate) struct Alert {
    pub(crate) workflow: String,
    pub(crate) recipients: Vec<String>,
    pub(crate) actor: String,
    pub(crate) dinosaur: Dinosaur,
    pub(crate) tenant: String,
    pub(crate) cancellation_key: String,
    pub(crate) idempotency_key: String,
}

#[derive(Serialize)]
pub(crate) struct Dinosaur {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) priority: u8,
}

pub(crate) fn alert() -> Alert {
    Alert {
        workflow: "dinosaurs-loose".to_owned(),
        recipients: ["jhammond", "agrant", "imalcolm", "esattler"].map(str::to_owned).to_vec(),
        actor: "dnedry".to_owned(),
        dinosaur: Dinosaur { kind: "trex", priority: 1 },
        tenant: "jurassic-park".to_owned(),
        cancellation_key: "alert-17".to_owned(),
        idempotency_key: "alert-17/trigger".to_owned(),
    }
}

/// A notification for 1,000 users, identified inline.
pub(crate) struct Broadcast {
    pub(crate) workflow: String,
    pub(crate) users: Vec<Person>,
    pub(crate) dinosaur: Dinosaur,
    pub(crate) idempotency_key: String,
}

/// A row of the application's user table.
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
}

pub(crate) fn broadcast() -> Broadcast {
    Broadcast {
        workflow: "dinosaurs-loose".to_owned(),
        users: (0..1000).map(person).collect(),
        dinosaur: Dinosaur { kind: "trex", priority: 1 },
        idempotency_key: "broadcast-17".to_owned(),
    }
}

fn person(number: u32) -> Person {
    Person {
        id: format!("user_{number:06}"),
        name: format!("Visitor Number {number}"),
        email: format!("visitor.{number}@ingen.net"),
    }
}

pub(crate) fn trigger_response() -> http::Response<Bytes> {
    response(Bytes::from_static(br#"{"workflow_run_id":"27aba2a1-5acd-4be0-9d4d-5c0a1ac5a6a2"}"#))
}

pub(crate) fn page_of_messages() -> http::Response<Bytes> {
    static PAGE: LazyLock<Bytes> = LazyLock::new(|| {
        let items: Vec<_> = (0..50).map(message).collect();
        let page_info = json!({
            "__typename": "PageInfo", "after": "g3QAAAABZAACaWRtAAAAGzFyaklIOTNXRTg2S2diYTViOXFVNzdYQXdxQms=",
            "before": null, "page_size": 50
        });
        Bytes::from(json!({ "items": items, "page_info": page_info }).to_string())
    });
    response(PAGE.clone())
}

/// A message as in Knock's API document, with the fields that most email messages have.
fn message(number: u32) -> Value {
    let statuses = ["sent", "delivered", "queued"];
    json!({
        "__typename": "Message",
        "id": format!("1rjI93WE86Kgba5b9qU77XA{number:04}"),
        "recipient": format!("user_{number:06}"),
        "status": statuses[number as usize % statuses.len()],
        "engagement_statuses": ["seen", "read"],
        "channel": {
            "id": "123e4567-e89b-12d3-a456-426614174000",
            "key": "postmark",
            "name": "Transactional email",
            "provider": "postmark",
            "type": "email",
            "created_at": "2025-01-06T19:43:19Z",
            "updated_at": "2025-03-11T08:01:56Z"
        },
        "channel_id": "123e4567-e89b-12d3-a456-426614174000",
        "source": {
            "__typename": "Workflow",
            "key": "dinosaurs-loose",
            "type": "workflow",
            "categories": ["safety", "operations"],
            "version_id": "4a1d2b9c-6a0b-4a5e-8f0e-3a0d0d8ac6c1",
            "step_ref": "email_1",
            "workflow_run_id": "27aba2a1-5acd-4be0-9d4d-5c0a1ac5a6a2",
            "workflow_recipient_run_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7"
        },
        "workflow": "dinosaurs-loose",
        "tenant": "jurassic-park",
        "actors": ["dnedry", { "__typename": "Object", "id": "paddock-9", "collection": "paddocks" }],
        "data": { "dinosaur": "trex", "priority": number, "fence": { "voltage": 10_000, "sectors": ["a", "b"] } },
        "metadata": { "external_id": "b7bc2f4a-e38e-4336-af7d-e6c392c2f817" },
        "recipient_snapshot": { "email": format!("visitor.{number}@ingen.net"), "name": format!("Visitor {number}") },
        "seen_at": "2026-11-24T15:11:42.201Z",
        "read_at": "2026-11-24T15:12:03.777Z",
        "interacted_at": null,
        "link_clicked_at": null,
        "clicked_at": null,
        "archived_at": null,
        "scheduled_at": null,
        "inserted_at": "2026-11-24T15:02:11.123456Z",
        "updated_at": "2026-11-24T15:12:03.777Z"
    })
}

fn response(body: Bytes) -> http::Response<Bytes> {
    let mut response = http::Response::new(body);
    response.headers_mut().insert("content-type", http::HeaderValue::from_static("application/json"));
    response
}
