//! The requests of operations, byte for byte, and the arguments that are refused before anything is sent.

mod support;

use bytes::Bytes;
use knock_core::channel_data::{
    AwsSnsDevice, ChannelDataRequest, ChannelId, DiscordChannelData, DiscordConnection, MsTeamsChannelData,
    MsTeamsConnection, PushDevice, SlackChannelData, SlackConnection,
};
use knock_core::channels::{self, MessageAction};
use knock_core::messages::{self, MessageFilter};
use knock_core::preferences::{
    ChannelType, Condition, DEFAULT_SET, Operator, PreferenceSetRequest, WorkflowSettings,
};
use knock_core::recipients::{ObjectReference, ObjectRequest, RecipientReference, UserRequest};
use knock_core::slack::{self, AccessTokenObject};
use knock_core::subscriptions::SubscriptionMode;
use knock_core::tenants::{Branding, TenantRequest};
use knock_core::{
    CallOptions, Clear, Config, Error, ErrorKind, Method, Operation, PreparedCall, Timestamp, UnixTime,
    custom, feeds, ms_teams, objects, schedules, users, workflow_recipient_runs, workflows,
};
use serde_json::{Value, json};
use support::{NOW, config, response};

const CHANNEL: &str = "8209f26c-62a5-461d-95e2-a5716a26e652";
const RANDOM: [u8; 16] = [7; 16];

fn channel() -> ChannelId {
    ChannelId::from_static(CHANNEL)
}

/// Checks the request of an operation: its method, path and query, and body as JSON.
#[track_caller]
fn assert_sends(operation: &impl Operation, method: &str, target: &str, body: Option<&Value>) {
    let request = operation.to_request(&config()).expect("a valid operation");
    assert_eq!(request.method().as_str(), method);
    assert_eq!(request.uri().to_string(), format!("https://api.knock.app{target}"));
    let headers = request.headers();
    assert_eq!(headers["authorization"], "Bearer sk_test_12345");
    assert_eq!(headers["accept"], "application/json");
    assert!(headers["user-agent"].to_str().expect("text").starts_with("knock-rust/"));
    let length = headers.get("content-length").map(|length| length.to_str().expect("text").parse::<usize>());
    if let Some(body) = body {
        assert_eq!(&serde_json::from_slice::<Value>(request.body()).expect("a JSON body"), body);
        assert_eq!(headers["content-type"], "application/json");
        assert_eq!(length, Some(Ok(request.body().len())));
    } else {
        assert_eq!(request.body(), "");
        assert!(!headers.contains_key("content-type"));
        // Some servers refuse a PUT or POST without a Content-Length.
        let expected = matches!(method, "POST" | "PUT" | "PATCH").then_some(Ok(0));
        assert_eq!(length, expected, "{method}");
    }
}

fn trigger() -> workflows::Trigger {
    workflows::trigger("dinosaurs-loose").recipients(["jhammond"])
}

#[test]
fn a_trigger_with_all_fields() {
    let since: Timestamp = "2026-09-21T14:13:20.5Z".parse().unwrap();
    let operation = workflows::trigger("dinosaurs loose/é")
        .recipients(["jhammond", "agrant"])
        .recipients(vec![String::from("esattler")])
        .recipient(
            UserRequest::new("imalcolm")
                .name("Ian")
                .email("ian@ingen.net")
                .phone_number(Clear)
                .avatar("https://ingen.net/ian.png")
                .locale("en-US")
                .timezone("America/Costa_Rica")
                .created_at(since)
                .property("title", None::<String>)
                .property("seats", 3)
                .trigger_data(json!({ "seat": 4 }))
                .channel_data(CHANNEL, ChannelDataRequest::push_tokens(["t"]))
                .preferences(DEFAULT_SET, PreferenceSetRequest::new().channel_type(ChannelType::Sms, false)),
        )
        .recipient(ObjectReference::new("projects", "paddock-9"))
        .recipient(ObjectRequest::new("projects", "paddock-10").name("Ten").property("volts", 10_000))
        .recipient(RecipientReference::from("dnedry"))
        .actor(UserRequest::new("dnedry").name("Dennis"))
        .data(json!({ "type": "trex", "priority": 1, "nested": { "list": [null, 1.5, "é"] } }))
        .tenant(
            TenantRequest::new("jurassic-park")
                .name("Jurassic Park")
                .branding(Branding::new().primary_color("#d01c1f").logo_url(Clear))
                .preference_set(PreferenceSetRequest::new().category("marketing", false))
                .property("island", "Nublar"),
        )
        .cancellation_key("alert-17")
        .sandbox_mode(true)
        .skip_delay(false)
        .idempotency_key("alert 17/trigger");
    let body = json!({
        "recipients": [
            "jhammond", "agrant", "esattler",
            {
                "id": "imalcolm", "name": "Ian", "email": "ian@ingen.net", "phone_number": null,
                "avatar": "https://ingen.net/ian.png", "locale": "en-US", "timezone": "America/Costa_Rica",
                "created_at": "2026-09-21T14:13:20.5Z", "title": null, "seats": 3, "$trigger_data": { "seat": 4 },
                "channel_data": { CHANNEL: { "tokens": ["t"] } },
                "preferences": { "default": { "channel_types": { "sms": false } } },
            },
            { "id": "paddock-9", "collection": "projects" },
            { "id": "paddock-10", "collection": "projects", "name": "Ten", "volts": 10_000 },
            "dnedry",
        ],
        "actor": { "id": "dnedry", "name": "Dennis" },
        "data": { "type": "trex", "priority": 1, "nested": { "list": [null, 1.5, "é"] } },
        "tenant": {
            "id": "jurassic-park", "name": "Jurassic Park", "island": "Nublar",
            "settings": {
                "branding": { "primary_color": "#d01c1f", "logo_url": null },
                "preference_set": { "categories": { "marketing": false } },
            },
        },
        "cancellation_key": "alert-17",
        "settings": { "sandbox_mode": true, "skip_delay": false },
    });
    assert_sends(&operation, "POST", "/v1/workflows/dinosaurs%20loose%2F%C3%A9/trigger", Some(&body));
    let request = operation.to_request(&config()).unwrap();
    assert_eq!(request.headers()["idempotency-key"], "alert 17/trigger");
}

#[test]
fn a_trigger_with_few_fields() {
    assert_sends(
        &trigger(),
        "POST",
        "/v1/workflows/dinosaurs-loose/trigger",
        Some(&json!({ "recipients": ["jhammond"] })),
    );
    // An explicit `null` is sent, because it differs from an absent field.
    assert_sends(
        &trigger().data(json!(null)).actor("dnedry").tenant("jurassic-park").skip_delay(true),
        "POST",
        "/v1/workflows/dinosaurs-loose/trigger",
        Some(&json!({
            "recipients": ["jhammond"], "data": null, "actor": "dnedry", "tenant": "jurassic-park",
            "settings": { "skip_delay": true },
        })),
    );
    assert!(!trigger().to_request(&config()).unwrap().headers().contains_key("idempotency-key"));
}

#[test]
fn data_is_sent_unchanged() {
    #[derive(serde::Serialize)]
    struct Data {
        zebra: u64,
        ant: f64,
        big: u128,
    }

    let call = trigger().data(Data { zebra: u64::MAX, ant: 0.1, big: u128::MAX }).prepare(RANDOM).unwrap();
    // The order and the digits are the caller's, not those of an intermediate map.
    assert_eq!(
        call.body().unwrap(),
        r#"{"recipients":["jhammond"],"data":{"zebra":18446744073709551615,"ant":0.1,"big":340282366920938463463374607431768211455}}"#
    );
}

#[test]
fn cancel() {
    assert_sends(
        &workflows::cancel("dinosaurs-loose").cancellation_key("alert-17"),
        "POST",
        "/v1/workflows/dinosaurs-loose/cancel",
        Some(&json!({ "cancellation_key": "alert-17" })),
    );
    assert_sends(
        &workflows::cancel("dinosaurs-loose")
            .cancellation_key("alert-17")
            .recipients(["jhammond"])
            .recipients([ObjectReference::new("projects", "paddock-9")]),
        "POST",
        "/v1/workflows/dinosaurs-loose/cancel",
        Some(&json!({
            "cancellation_key": "alert-17",
            "recipients": ["jhammond", { "id": "paddock-9", "collection": "projects" }],
        })),
    );
}

#[test]
fn users_are_identified_read_and_deleted() {
    assert_sends(
        &users::identify(UserRequest::new("j/h").name("John").email(Clear).property("plan", "island")),
        "PUT",
        "/v1/users/j%2Fh",
        Some(&json!({ "name": "John", "email": null, "plan": "island" })),
    );
    assert_sends(&users::identify("jhammond"), "PUT", "/v1/users/jhammond", Some(&json!({})));
    assert_sends(&users::get("j@ingen.net"), "GET", "/v1/users/j@ingen.net", None);
    assert_sends(&users::delete("a?b#c"), "DELETE", "/v1/users/a%3Fb%23c", None);
    // As in `@knocklabs/node` 1.x, characters that are allowed in a segment are not encoded.
    assert_sends(&users::get("$a-._~!&'()*+,;=:@z"), "GET", "/v1/users/$a-._~!&'()*+,;=:@z", None);
}

#[test]
fn preferences_are_read_and_written() {
    assert_sends(&users::get_preferences("jhammond"), "GET", "/v1/users/jhammond/preferences/default", None);
    assert_sends(
        &users::get_preferences("jhammond").set_id("jurassic park").tenant("a&b"),
        "GET",
        "/v1/users/jhammond/preferences/jurassic%20park?tenant=a%26b",
        None,
    );
    let muted = Condition::new("recipient.muted", Operator::NotContains, "data.dinosaur");
    let preferences = PreferenceSetRequest::new()
        .channel_type(ChannelType::Email, true)
        .channel_type(ChannelType::Other("pager".to_owned()), muted)
        .channel(CHANNEL, false)
        .workflow("quiet", false)
        .workflow(
            "dinosaurs-loose",
            WorkflowSettings::new()
                .channel_type(ChannelType::Sms, true)
                .condition(Condition::unary("data.urgent", Operator::Exists)),
        )
        .categories(Clear)
        .commercial_subscribed(false)
        .merge();
    assert_sends(
        &users::set_preferences("jhammond", preferences),
        "PUT",
        "/v1/users/jhammond/preferences/default",
        Some(&json!({
            "channel_types": {
                "email": true,
                "pager": { "conditions": [
                    { "variable": "recipient.muted", "operator": "not_contains", "argument": "data.dinosaur" },
                ] },
            },
            "channels": { CHANNEL: false },
            "workflows": {
                "quiet": false,
                "dinosaurs-loose": {
                    "channel_types": { "sms": true },
                    "conditions": [{ "variable": "data.urgent", "operator": "exists", "argument": null }],
                },
            },
            "categories": null,
            "commercial_subscribed": false,
            "__persistence_strategy__": "merge",
        })),
    );
}

#[test]
fn channel_data_is_read_and_written() {
    let path = format!("/v1/users/jhammond/channel_data/{CHANNEL}");
    assert_sends(&users::get_channel_data("jhammond", channel()), "GET", &path, None);

    let cases: [(ChannelDataRequest, Value); 9] = [
        (ChannelDataRequest::push_tokens(["a", "b"]), json!({ "tokens": ["a", "b"] })),
        (
            ChannelDataRequest::push_devices([PushDevice::new("a").locale("en-US"), PushDevice::new("b")]),
            json!({ "devices": [{ "token": "a", "locale": "en-US" }, { "token": "b" }] }),
        ),
        (ChannelDataRequest::aws_sns_target_arns(["arn:1"]), json!({ "target_arns": ["arn:1"] })),
        (
            ChannelDataRequest::aws_sns_devices([AwsSnsDevice::new("arn:1").timezone("Etc/UTC")]),
            json!({ "devices": [{ "target_arn": "arn:1", "timezone": "Etc/UTC" }] }),
        ),
        (ChannelDataRequest::one_signal(["p"]), json!({ "player_ids": ["p"] })),
        (
            SlackChannelData::new()
                .access_token("xoxb-1")
                .connection(SlackConnection::channel("C1").channel_name("general"))
                .connection(SlackConnection::user("U1").access_token("xoxb-2"))
                .connection(SlackConnection::incoming_webhook("https://hooks.example/1"))
                .into(),
            json!({
                "token": { "access_token": "xoxb-1" },
                "connections": [
                    { "channel_id": "C1", "channel_name": "general" },
                    { "user_id": "U1", "access_token": "xoxb-2" },
                    { "incoming_webhook": { "url": "https://hooks.example/1" } },
                ],
            }),
        ),
        (
            MsTeamsChannelData::new()
                .tenant_id("T")
                .connection(MsTeamsConnection::channel("team", "19:x@thread.tacv2"))
                .connection(MsTeamsConnection::user("U").tenant_id("T2"))
                .into(),
            json!({
                "ms_teams_tenant_id": "T",
                "connections": [
                    { "ms_teams_team_id": "team", "ms_teams_channel_id": "19:x@thread.tacv2" },
                    { "ms_teams_user_id": "U", "ms_teams_tenant_id": "T2" },
                ],
            }),
        ),
        (
            DiscordChannelData::new()
                .connection(DiscordConnection::channel("D1"))
                .connection(DiscordConnection::incoming_webhook("https://hooks.example/2"))
                .into(),
            json!({
                "connections": [{ "channel_id": "D1" }, { "incoming_webhook": { "url": "https://hooks.example/2" } }],
            }),
        ),
        (json!({ "pager": [1, null] }).into(), json!({ "pager": [1, null] })),
    ];
    for (request, data) in cases {
        let operation = users::set_channel_data("jhammond", channel(), request);
        assert_sends(&operation, "PUT", &path, Some(&json!({ "data": data })));
    }
}

#[test]
fn slack() {
    let tenant = AccessTokenObject::tenant("jurassic-park");
    // {"object_id":"jurassic-park","collection":"$tenants"}
    let object = "access_token_object=%7B%22object_id%22%3A%22jurassic-park%22%2C%22collection%22%3A%22%24tenants%22%7D";
    let path = |what: &str| format!("/v1/providers/slack/{CHANNEL}/{what}?{object}");
    assert_sends(&slack::list_channels(CHANNEL, tenant.clone()), "GET", &path("channels"), None);
    assert_sends(
        &slack::list_channels(CHANNEL, ObjectReference::new("$tenants", "jurassic-park"))
            .cursor("dXNlcjo=")
            .limit(200)
            .exclude_archived(false)
            .types(["private_channel", "public_channel"])
            .team_id("T 1"),
        "GET",
        &format!(
            "{}&query_options%5Blimit%5D=200&query_options%5Bexclude_archived%5D=false\
             &query_options%5Btypes%5D=private_channel%2Cpublic_channel&query_options%5Bteam_id%5D=T%201\
             &query_options%5Bcursor%5D=dXNlcjo%3D",
            path("channels")
        ),
        None,
    );
    assert_sends(&slack::auth_check(CHANNEL, tenant.clone()), "GET", &path("auth_check"), None);
    assert_sends(&slack::revoke_access(CHANNEL, tenant), "PUT", &path("revoke_access"), None);
}

#[test]
fn custom_operations() {
    let request = |method, route| custom::request::<Value>(method, route);
    assert_sends(&request(Method::Get, "/v1/things"), "GET", "/v1/things", None);
    assert_sends(&request(Method::Post, "/v1/things"), "POST", "/v1/things", None);
    assert_sends(&request(Method::Patch, "/v1/things"), "PATCH", "/v1/things", None);
    assert_sends(&request(Method::Delete, "/v1/things"), "DELETE", "/v1/things", None);
    // A few of Knock's DELETEs have a body.
    assert_sends(
        &request(Method::Delete, "/v1/schedules").json(&json!({ "schedule_ids": ["a"] })),
        "DELETE",
        "/v1/schedules",
        Some(&json!({ "schedule_ids": ["a"] })),
    );
    assert_sends(
        &request(Method::Put, "/v1/a/{b}/c/{d}/{b}").path("d", "2 3").path("b", "1/4").json(&7),
        "PUT",
        "/v1/a/1%2F4/c/2%203/1%2F4",
        Some(&json!(7)),
    );
    assert_sends(
        &request(Method::Get, "/v1/things")
            .query("a[b]", "c d")
            .query("status", vec!["sent", "seen"])
            .query("none", None::<&str>)
            .query("n", 7_u32),
        "GET",
        "/v1/things?a%5Bb%5D=c%20d&status%5B%5D=sent&status%5B%5D=seen&n=7",
        None,
    );
    let keyed = request(Method::Post, "/v1/things").idempotency_key("k");
    assert_eq!(keyed.to_request(&config()).unwrap().headers()["idempotency-key"], "k");
}

/// Checks that the operation is refused before anything is sent, with a message that begins with the field.
#[track_caller]
fn assert_refused(operation: &impl Operation, field: &str, problem: &str) {
    let error = operation.prepare(RANDOM).expect_err(field);
    assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidInput, Some(operation.info().name)));
    assert!(error.message().starts_with(&format!("`{field}` ")), "{error} does not name {field}");
    assert!(error.message().contains(problem), "{error} does not contain {problem}");
    assert_eq!(operation.to_request(&config()).expect_err(field).to_string(), error.to_string());
}

#[test]
fn invalid_triggers() {
    let many = |count: usize| workflows::trigger("k").recipients((0..count).map(|index| index.to_string()));
    assert!(many(1_000).prepare(RANDOM).is_ok());
    assert_refused(&many(1_001), "recipients", "has 1001 entries; at most 1000");
    assert_refused(&workflows::trigger("k"), "recipients", "is empty");
    assert_refused(&workflows::trigger("").recipients(["a"]), "key", "is empty");

    let recipients = |recipient| workflows::trigger("k").recipients(["a", "b", "c"]).recipient(recipient);
    let cases: [(knock_core::recipients::RecipientRequest, &str); 8] = [
        ("".into(), "recipients[3]"),
        (UserRequest::new("").into(), "recipients[3].id"),
        (ObjectReference::new("projects", "").into(), "recipients[3].id"),
        (ObjectReference::new("", "x").into(), "recipients[3].collection"),
        (ObjectRequest::new("projects", "").into(), "recipients[3].id"),
        (UserRequest::new("d").name("x").property("name", "y").into(), "recipients[3].name"),
        (UserRequest::new("d").property("id", "e").into(), "recipients[3].id"),
        (ObjectRequest::new("c", "d").property("collection", "e").into(), "recipients[3].collection"),
    ];
    for (recipient, field) in cases {
        assert_refused(&recipients(recipient), field, "");
    }

    assert_refused(&trigger().actor(""), "actor", "is empty");
    assert_refused(&trigger().actor(UserRequest::new("")), "actor.id", "is empty");
    assert_refused(&trigger().tenant(""), "tenant", "is empty");
    assert_refused(&trigger().tenant(TenantRequest::new("")), "tenant.id", "is empty");
    assert_refused(&trigger().cancellation_key(""), "cancellation_key", "is empty");
}

#[test]
fn invalid_data() {
    for (data, kind) in [
        (json!([1]), "is an array; it must be a JSON object"),
        (json!("text"), "is a string"),
        (json!(true), "is a boolean"),
        (json!(false), "is a boolean"),
        (json!(-1), "is a number"),
        (json!(0.5), "is a number"),
    ] {
        assert_refused(&trigger().data(data), "data", kind);
    }
    // The object has eleven bytes besides the text.
    let sized = |bytes: usize| trigger().data(json!({ "text": "x".repeat(bytes - 11) }));
    let at_most = sized(10_000_000).prepare(RANDOM).unwrap();
    assert_eq!(at_most.body().unwrap().len(), r#"{"recipients":["jhammond"],"data":}"#.len() + 10_000_000);
    assert_refused(&sized(10_000_001), "data", "has 10000001 bytes as JSON; at most 10000000");
}

#[test]
fn invalid_idempotency_keys() {
    let key = |key: &str| trigger().idempotency_key(key);
    assert!(key(&"k".repeat(255)).prepare(RANDOM).is_ok());
    assert_refused(&key(&"k".repeat(256)), "idempotency_key", "has 256 characters; at most 255");
    assert_refused(&key(""), "idempotency_key", "is empty");
    for text in ["a\nb", "a\r\nx: y", "é", "\u{7f}", "a\tb", " a", "a ", " ", "a\u{0}"] {
        assert_refused(&key(text), "idempotency_key", "contains characters that are invalid in a header");
    }
    assert_refused(
        &custom::request::<Value>(Method::Post, "/v1/things").idempotency_key(""),
        "idempotency_key",
        "is empty",
    );
}

#[test]
fn invalid_cancellations() {
    assert_refused(&workflows::cancel("k").cancellation_key(""), "cancellation_key", "is empty");
    assert_refused(&workflows::cancel("..").cancellation_key("c"), "key", "`.` or `..`");
    let nobody: [&str; 0] = [];
    assert_refused(
        &workflows::cancel("k").cancellation_key("c").recipients(nobody),
        "recipients",
        "leave it out",
    );
    assert_refused(
        &workflows::cancel("k").cancellation_key("c").recipients(["a", ""]),
        "recipients[1]",
        "is empty",
    );
    let many =
        workflows::cancel("k").cancellation_key("c").recipients((0..1_001).map(|index| index.to_string()));
    assert_refused(&many, "recipients", "has 1001 entries");
}

#[test]
fn empty_filters_are_refused() {
    let nobody: [&str; 0] = [];
    let problem = "is empty; leave it out to get everything";
    assert_refused(&schedules::list("park-digest").recipients(nobody), "recipients", problem);
    assert_refused(&users::list_subscriptions("jhammond").objects(nobody), "objects", problem);
    let subscribers = || objects::list_subscriptions("projects", "paddock-9");
    assert_refused(&subscribers().recipients(nobody), "recipients", problem);
    assert_refused(&subscribers().objects(nobody), "objects", problem);
    assert_refused(&subscribers().recipients(["jhammond", ""]), "recipients[1]", "is empty");
    let messages = |filter| messages::list().filter(filter);
    assert_refused(&messages(MessageFilter::new().statuses(nobody)), "status", problem);
    assert_refused(&messages(MessageFilter::new().engagement_statuses(nobody)), "engagement_status", problem);
    assert_refused(
        &messages(MessageFilter::new().workflow_categories(nobody)),
        "workflow_categories",
        problem,
    );
    let feed = feeds::list_items("jhammond", channel()).workflow_categories(nobody);
    assert_refused(&feed, "workflow_categories", problem);
    assert_refused(&workflow_recipient_runs::list().statuses(nobody), "status", problem);
}

#[test]
fn values_of_filters_without_content_are_refused() {
    for (text, problem) in [("", "is empty"), (" \t", "is only white space")] {
        let feed = || feeds::list_items("jhammond", channel());
        assert_refused(&feed().status(text), "status", problem);
        assert_refused(&feed().archived(text), "archived", problem);
        assert_refused(&feed().mode(text), "mode", problem);
        assert_refused(&feed().tenant(text), "tenant", problem);
        assert_refused(&messages::list().statuses(["sent", text]), "status[]", problem);
        assert_refused(&messages::list().engagement_statuses([text]), "engagement_status[]", problem);
        let ids = messages::list().message_ids([text]);
        assert_refused(&ids, if text.is_empty() { "message_ids[0]" } else { "message_ids[]" }, problem);
        assert_refused(&workflow_recipient_runs::list().statuses([text]), "status[]", problem);
        assert_refused(&workflow_recipient_runs::list().recipient(text), "recipient", problem);
        let subscribers = || objects::list_subscriptions("projects", "paddock-9");
        assert_refused(&subscribers().mode(SubscriptionMode::Other(text.to_owned())), "mode", problem);
        assert_refused(&subscribers().recipients([text]), "recipients[0]", problem);
        let update = || channels::bulk_update_message_status(CHANNEL, MessageAction::Delete);
        assert_refused(&update().archived(text), "archived", problem);
        assert_refused(&update().delivery_status(text), "delivery_status", problem);
        assert_refused(&update().engagement_status(text), "engagement_status", problem);
        assert_refused(&update().tenants(["a", text]), "tenants[1]", problem);
    }
}

#[test]
fn sizes_of_pages_are_checked() {
    let channels = || slack::list_channels(CHANNEL, AccessTokenObject::tenant("t"));
    for limit in [0, 1001, 5000] {
        assert_refused(&channels().limit(limit), "limit", "it must be 1 to 1000");
    }
    for limit in [1, 1000] {
        assert!(channels().limit(limit).prepare(RANDOM).is_ok());
    }
    let teams = || ms_teams::list_teams(CHANNEL, ms_teams::TenantObject::tenant("t"));
    assert_refused(&teams().top(0), "top", "is 0");
    assert!(teams().top(1).prepare(RANDOM).is_ok());
    assert_refused(&users::list().page_size(0), "page_size", "is 0");
}

#[test]
fn trigger_data_without_entries_is_refused() {
    let problem = "has no entries";
    let update = channels::bulk_update_message_status(CHANNEL, MessageAction::Delete).trigger_data(json!({}));
    assert_refused(&update, "trigger_data", problem);
    assert_refused(&messages::list().trigger_data(json!({})), "trigger_data", problem);
    assert_refused(&messages::list_activities("1").trigger_data(json!({})), "trigger_data", problem);
    assert_refused(
        &feeds::list_items("jhammond", channel()).trigger_data(json!({})),
        "trigger_data",
        problem,
    );
    // The metadata of an interaction is no filter.
    assert!(messages::mark_as_interacted("1").metadata(json!({})).prepare(RANDOM).is_ok());
}

#[test]
fn ids_that_would_change_the_path() {
    for id in ["", ".", "..", "%2e", "%2E%2e", ".%2E"] {
        assert_refused(&users::get(id), "user_id", "");
        assert_refused(&users::delete(id), "user_id", "");
        assert_refused(&users::identify(id), "user_id", "");
        assert_refused(&users::get_preferences(id), "user_id", "");
        assert_refused(&users::get_preferences("a").set_id(id), "id", "");
        assert_refused(&users::set_preferences("a", PreferenceSetRequest::new()).set_id(id), "id", "");
        assert_refused(&users::get_channel_data(id, channel()), "user_id", "");
        assert_refused(&users::get_channel_data("a", ChannelId::new(id)), "channel_id", "");
        let data = || ChannelDataRequest::push_tokens(["t"]);
        assert_refused(&users::set_channel_data("a", ChannelId::new(id), data()), "channel_id", "");
        assert_refused(&slack::list_channels(id, AccessTokenObject::tenant("t")), "channel_id", "");
        assert_refused(&slack::auth_check(id, AccessTokenObject::tenant("t")), "channel_id", "");
        assert_refused(&slack::revoke_access(id, AccessTokenObject::tenant("t")), "channel_id", "");
        assert_refused(&workflows::trigger(id).recipients(["a"]), "key", "");
        assert_refused(&custom::request::<Value>(Method::Get, "/v1/{x}").path("x", id), "x", "");
    }
    let nameless = AccessTokenObject::tenant("");
    assert_refused(&slack::auth_check(CHANNEL, nameless), "access_token_object.object_id", "is empty");
    let nowhere = AccessTokenObject::new("", "x");
    assert_refused(&slack::auth_check(CHANNEL, nowhere), "access_token_object.collection", "is empty");
    assert_refused(&users::get("x".repeat(70_000)), "path", "longer than 65,534 bytes");
}

#[test]
fn invalid_custom_operations() {
    let request = |route| custom::request::<Value>(Method::Get, route);
    assert_refused(&request("/v1/users/{id}"), "id", "without a value");
    assert_refused(&request("/v1/users/{id}").query("a", "b"), "id", "without a value");
    assert_refused(&request("/v1/{a}/{b}").path("a", "x"), "b", "without a value");
    assert_refused(&request("/v1/users").path("id", "x"), "id", "is not a parameter of the route");
    assert_refused(&request("v1/users"), "route", "does not begin with `/`");
    assert_refused(&request("https://elsewhere.example/v1"), "route", "does not begin with `/`");
    assert_refused(&request("/v1/users?page_size=5").query("after", "x"), "route", "query or a fragment");
    assert_refused(&request("/v1/users#top"), "route", "query or a fragment");
    assert_refused(&request("/v1/users/{id"), "route", "has an unmatched brace");
    assert_refused(&request("/v1/users/id}"), "route", "has an unmatched brace");
}

#[test]
fn a_stored_call_sends_the_same_bytes() {
    let calls = [
        trigger()
            .data(json!({ "é": "\u{0}\u{2028}🦖", "z": 1, "a": 1.0 }))
            .idempotency_key("k 1")
            .prepare(RANDOM),
        trigger().prepare([9; 16]),
        trigger().with(CallOptions::new().branch("new-onboarding")).prepare(RANDOM),
        trigger().prepare(RANDOM).map(|call| call.expires_at(UnixTime::from_millis(1_790_000_000_123))),
        users::get("j/h?é").prepare(RANDOM),
        users::delete("jhammond").prepare(RANDOM),
        slack::list_channels(CHANNEL, AccessTokenObject::tenant("é")).limit(3).prepare(RANDOM),
        slack::revoke_access(CHANNEL, AccessTokenObject::tenant("t")).prepare(RANDOM),
        custom::request::<Value>(Method::Patch, "/v1/{x}")
            .path("x", "é")
            .json(&[1.5])
            .repeatable()
            .prepare(RANDOM),
    ];
    for call in calls {
        let call = call.unwrap();
        let stored = serde_json::to_string(&call).unwrap();
        let taken: PreparedCall = serde_json::from_str(&stored).unwrap();
        assert_eq!(taken, call);
        assert_eq!((taken.operation(), taken.route()), (call.operation(), call.route()));
        assert_eq!(taken.is_repeatable(), call.is_repeatable());
        assert_eq!(taken.expiry(), call.expiry());
        // Serializing it again results in the same text, so a queue can compare messages.
        assert_eq!(serde_json::to_string(&taken).unwrap(), stored);

        let (first, second) = (call.to_request(&config()).unwrap(), taken.to_request(&config()).unwrap());
        assert_eq!(first.method(), second.method());
        assert_eq!(first.uri(), second.uri());
        assert_eq!(first.headers(), second.headers());
        assert_eq!(first.body(), second.body());
    }
}

/// A call as stored by version 1. It must stay readable as long as a queue may contain one.
const STORED_BY_VERSION_1: &str = r#"{"version":1,"operation":"workflows.trigger","route":"/v1/workflows/{key}/trigger","method":"POST","target":"/v1/workflows/dinosaurs-loose/trigger","body":"{\"recipients\":[\"jhammond\"]}","honours_idempotency_key":true,"idempotency_key":"alert-17","repeatable":true,"branch":"new-onboarding","expires_at":1790000000123}"#;

#[test]
fn the_stored_form_is_version_1() {
    let trigger = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]).idempotency_key("alert-17");
    let call = trigger.with(CallOptions::new().branch("new-onboarding")).prepare(RANDOM).unwrap();
    let call = call.expires_at(UnixTime::from_millis(1_790_000_000_123));
    assert_eq!(serde_json::to_string(&call).unwrap(), STORED_BY_VERSION_1);
    let taken: PreparedCall = serde_json::from_str(STORED_BY_VERSION_1).unwrap();
    assert_eq!((taken.branch(), &taken), (Some("new-onboarding"), &call));
    let request = taken.to_request(&config()).unwrap();
    assert_eq!(request.headers()["x-knock-branch"], "new-onboarding");
}

#[test]
fn a_stored_call_that_would_lose_a_part_is_refused() {
    let refusal = |change: fn(&mut Value)| {
        let mut stored: Value = serde_json::from_str(STORED_BY_VERSION_1).unwrap();
        change(&mut stored);
        serde_json::from_value::<PreparedCall>(stored).unwrap_err().to_string()
    };
    assert!(refusal(|stored| stored["version"] = json!(2)).contains("`version` is 2"));
    assert!(refusal(|stored| stored["priority"] = json!(7)).contains("`priority` is a field"));
    assert!(refusal(|stored| stored["branch"] = json!("a b")).contains("`branch`"));
    // Without them, a key would not be sent, or a call not repeated.
    for field in
        ["version", "operation", "route", "method", "target", "honours_idempotency_key", "repeatable"]
    {
        let mut stored: Value = serde_json::from_str(STORED_BY_VERSION_1).unwrap();
        stored.as_object_mut().unwrap().remove(field);
        let error = serde_json::from_value::<PreparedCall>(stored).unwrap_err();
        assert_eq!(error.to_string(), format!("missing field `{field}`"));
    }
    // Without its key, a trigger would notify twice.
    assert!(
        refusal(|stored| stored["idempotency_key"] = json!(null)).contains("`idempotency_key` is missing")
    );
}

#[test]
fn a_key_expires_a_day_after_the_call_was_first_sent() {
    let key_expires_at = |call: PreparedCall| call.key_expires_at(UnixTime::from_secs(1_790_000_000));
    let trigger = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]).prepare(RANDOM).unwrap();
    assert_eq!(key_expires_at(trigger), Some(UnixTime::from_secs(1_790_086_400)));
    assert_eq!(key_expires_at(users::get("jhammond").prepare(RANDOM).unwrap()), None);
}

#[test]
fn hostile_stored_calls_are_refused() {
    let good = json!(users::get("a").prepare(RANDOM).unwrap());
    let cases = [
        ("target", json!("v1/users/a")),
        ("target", json!("")),
        ("target", json!("?page_size=1")),
        ("target", json!("*")),
        ("target", json!("/v1/users/a#b")),
        ("target", json!("https://elsewhere.example/")),
        ("target", json!("@elsewhere.example/")),
        ("target", json!(".elsewhere.example/")),
        ("target", json!("/v1/users/a b")),
        ("target", json!("/v1/users/a\r\nx-evil: 1")),
        ("target", json!("x".repeat(70_000))),
        ("target", json!(format!("/{}", "x".repeat(70_000)))),
        ("target", json!(null)),
        ("method", json!("")),
        ("method", json!("GET /evil HTTP/1.1\r\n")),
        ("method", json!("G ET")),
        ("method", json!(7)),
        ("idempotency_key", json!("a\nb")),
        ("idempotency_key", json!("")),
        ("idempotency_key", json!("k".repeat(256))),
        ("body", json!({ "not": "text" })),
        ("expires_at", json!(-1)),
        ("expires_at", json!("tomorrow")),
        ("operation", json!(null)),
    ];
    assert!(serde_json::from_value::<PreparedCall>(good.clone()).is_ok());
    for (field, value) in cases {
        let mut stored = good.clone();
        stored[field] = value.clone();
        let result = serde_json::from_value::<PreparedCall>(stored);
        assert!(result.is_err(), "{field} = {value}: {result:?}");
    }
    // No path leads to a host other than that of the configuration.
    for target in ["//elsewhere.example/v1", "/\\elsewhere.example", "/@elsewhere.example", "/:80/"] {
        let mut stored = good.clone();
        stored["target"] = json!(target);
        let call: PreparedCall = serde_json::from_value(stored).unwrap();
        assert_eq!(
            call.to_request(&config()).unwrap().uri().authority().unwrap(),
            "api.knock.app",
            "{target}"
        );
    }
}

#[test]
fn a_base_url_may_have_a_path() {
    for base in ["https://proxy.example/knock/eu", "https://proxy.example/knock/eu/"] {
        let config = Config::builder("sk_test_12345").base_url(base).build().unwrap();
        let get = users::get_preferences("a b").tenant("t");
        assert_eq!(
            get.to_request(&config).unwrap().uri(),
            "https://proxy.example/knock/eu/v1/users/a%20b/preferences/default?tenant=t"
        );
    }
    let config = Config::builder("sk_test_12345")
        .base_url(format!("https://proxy.example/{}", "x".repeat(60_000)))
        .build()
        .unwrap();
    let call = users::get("y".repeat(10_000)).prepare(RANDOM).unwrap();
    let error: Error = call.to_request(&config).unwrap_err();
    assert!(error.to_string().contains("`path` is longer than 65,534 bytes"), "{error}");
}

#[test]
fn configured_headers_are_sent() {
    let config = Config::builder("sk_test_12345")
        .branch("new-onboarding")
        .user_token("eyJ.a.b")
        .user_agent("billing/2.1")
        .header("X-Team", "raptors")
        .header("accept", "application/vnd.example+json")
        .build()
        .unwrap();
    let request = users::get("a").to_request(&config).unwrap();
    for (name, value) in [
        ("x-knock-branch", "new-onboarding"),
        ("x-knock-user-token", "eyJ.a.b"),
        ("x-team", "raptors"),
        ("accept", "application/vnd.example+json"),
    ] {
        assert_eq!(request.headers()[name], value);
    }
    let agent = request.headers()["user-agent"].to_str().unwrap();
    assert!(agent.starts_with("billing/2.1 knock-rust/"), "{agent}");
}

#[test]
fn slack_pages_follow_its_cursor() {
    let list = slack::list_channels(CHANNEL, AccessTokenObject::tenant("t")).limit(2).cursor("before");
    // The response, the number of items, and the cursor of the next request.
    let cases = [
        (
            r#"{"slack_channels":[{"id":"C1","name":"general","is_private":false,"is_im":false,"context_team_id":"T","more":1}],"next_cursor":"a=b"}"#,
            1,
            Some("a%3Db"),
        ),
        (r#"{"slack_channels":[{"id":"C1"}],"next_cursor":""}"#, 1, None),
        (r#"{"slack_channels":[{"id":"C1"}],"next_cursor":null}"#, 1, None),
        (r#"{"slack_channels":[{"id":"C1"}]}"#, 1, None),
        (r#"{"slack_channels":[],"next_cursor":""}"#, 0, None),
        // Slack may return an empty page in the middle of a list.
        (r#"{"slack_channels":[],"next_cursor":"c"}"#, 0, Some("c")),
        ("{}", 0, None),
    ];
    for (body, items, cursor) in cases {
        let page = list.parse(response(200, &[], body), NOW).unwrap();
        assert_eq!((page.items.len(), &page.info), (items, &None), "{body}");
        let target = page.next.as_ref().map(|next| next.prepare(RANDOM).unwrap().target().to_owned());
        match cursor {
            None => assert_eq!(target, None, "{body}"),
            Some(cursor) => {
                let target = target.expect(body);
                assert!(target.ends_with(&format!("&query_options%5Bcursor%5D={cursor}")), "{target}");
                assert_eq!(target.matches("cursor").count(), 1, "{target}");
                assert!(target.contains("limit%5D=2"), "{target}");
            }
        }
    }
}

#[test]
fn responses_are_read() {
    let ok = |body: &'static str| response(200, &[], Bytes::from_static(body.as_bytes()));
    let check = slack::auth_check(CHANNEL, AccessTokenObject::tenant("t"));
    let working = check.parse(ok(r#"{"connection":{"ok":true}}"#), NOW).unwrap();
    assert!(working.connection.ok);
    let broken = check.parse(ok(r#"{"connection":{"ok":false,"reason":"token_revoked"}}"#), NOW).unwrap();
    assert_eq!((broken.connection.ok, broken.connection.reason.as_deref()), (false, Some("token_revoked")));

    let user = users::get("a").parse(
        ok(r#"{"__typename":"User","id":"a","email":null,"created_at":"2026-09-21T14:13:20Z","plan":{"seats":3},"zip":"1"}"#),
        NOW,
    );
    let user = user.unwrap();
    assert_eq!(user.properties.keys().collect::<Vec<_>>(), ["plan", "zip"]);
    assert_eq!(user.created_at.map(Timestamp::as_second), Some(1_790_000_000));

    let set = users::get_preferences("a").parse(ok(r#"{"id":"default","workflows":null}"#), NOW);
    assert_eq!(set.unwrap().workflows, None);
    custom::request::<()>(Method::Get, "/v1/x").parse(ok(""), NOW).unwrap();
}
