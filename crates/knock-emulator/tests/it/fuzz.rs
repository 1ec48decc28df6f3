//! No input can crash the emulator.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Request;
use knock_emulator::{DEFAULT_CHANNEL, DEFAULT_KEY, Emulator};
use proptest::prelude::*;

/// Segments that exist, so that more than the router is tested.
fn segment() -> impl Strategy<Value = String> {
    let known = [
        "v1",
        "users",
        "objects",
        "tenants",
        "workflows",
        "messages",
        "schedules",
        "audiences",
        "channels",
        "providers",
        "slack",
        "ms-teams",
        "bulk",
        "batch",
        "content",
        "preferences",
        "channel_data",
        "default",
        "categories",
        "seen",
        "trigger",
        "cancel",
        "subscriptions",
        "members",
        "feeds",
        "guides",
        "merge",
        "identify",
        "delete",
        "set",
        "u",
        "auth_check",
        "revoke_access",
        "preference_center",
        "notify",
        "create",
        "$tenants",
        "t",
        DEFAULT_CHANNEL,
        "%ff",
        "%2F",
    ];
    prop_oneof![
        8 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned),
        1 => "[a-z0-9%$:@._-]{0,8}",
    ]
}

fn path() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => proptest::collection::vec(segment(), 0..6).prop_map(|parts| format!("/v1/{}", parts.join("/"))),
        1 => proptest::collection::vec(segment(), 0..6).prop_map(|parts| format!("/{}", parts.join("/"))),
        1 => proptest::collection::vec(control_segment(), 1..4).prop_map(|parts| format!("/_emulator/{}", parts.join("/"))),
        1 => Just("*".to_owned()),
    ]
}

fn control_segment() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "deliveries",
        "events",
        "faults",
        "health",
        "html",
        "messages",
        "page",
        "page.js",
        "redeliver",
        "requests",
        "runs",
        "socket",
        "status",
        "users",
        "v1",
        "webhooks",
        "workflows",
        "x",
        "0",
        "",
    ])
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let name = proptest::sample::select(vec![
        "recipients",
        "id",
        "collection",
        "actor",
        "tenant",
        "data",
        "settings",
        "preferences",
        "default",
        "user_ids",
        "users",
        "members",
        "user",
        "message_ids",
        "repeats",
        "frequency",
        "interval",
        "days",
        "hours",
        "workflow",
        "scheduled_at",
        "cancellation_key",
        "channel_types",
        "conditions",
        "tokens",
        "devices",
        "connections",
        "token",
        "event",
        "kind",
        "status",
        "times",
        "random",
        "rate",
        "faults",
        "schedules",
        "recipient",
        "subscriptions",
        "from_user_id",
        "$trigger_data",
        "preference_set",
        "object_id",
        "",
        "a",
    ]);
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<f64>().prop_map(serde_json::Value::from),
        ".{0,12}".prop_map(serde_json::Value::from),
        proptest::sample::select(vec![
            "u",
            "t",
            "daily",
            "hourly",
            "2025-01-01T00:00:00Z",
            "weekends",
            "html",
            "read",
            "bounced"
        ])
        .prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
            proptest::collection::vec((name.clone(), inner), 0..6).prop_map(|members| {
                members
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            }),
        ]
    })
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => json().prop_map(|value| value.to_string().into_bytes()),
        1 => proptest::collection::vec(any::<u8>(), 0..64),
    ]
}

fn query() -> impl Strategy<Value = String> {
    let name = proptest::sample::select(vec![
        "a",
        "include",
        "page_size",
        "after",
        "before",
        "recipients",
        "inserted_at.gt",
        "query_options",
        "status",
        "access_token_object",
        "ms_teams_tenant_object",
        "trigger_data",
        "tenant_ids",
        "mode",
        "workflow",
        "exclude",
        "query",
        "unread",
        "run",
    ]);
    let suffix = proptest::sample::select(vec![
        "", "[]", "[0]", "[0][id]", "[][id]", "[limit]", "[", "]", "[]]", "%5B%5D", ".limit",
    ]);
    let pair = (name, suffix, "[a-z0-9%+{}\"=.-]{0,10}")
        .prop_map(|(name, suffix, value)| format!("{name}{suffix}={}", value.replace(['{', '}', '"'], "")));
    proptest::collection::vec(pair, 0..5).prop_map(|pairs| pairs.join("&"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn nothing_panics(
        calls in proptest::collection::vec((
            proptest::sample::select(vec!["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]),
            path(), query(), body(), any::<bool>(), any::<i64>(),
        ), 1..12),
    ) {
        let emulator = Emulator::new();
        for (method, path, query, body, same_time, seconds) in calls {
            let uri = if path == "*" || query.is_empty() { path } else { format!("{path}?{query}") };
            let request = Request::builder()
                .method(method)
                .uri(uri)
                .header("authorization", format!("Bearer {DEFAULT_KEY}"))
                .header("content-type", "application/json")
                .body(Bytes::from(body));
            let Ok(request) = request else { continue };
            let offset = Duration::from_secs(if same_time { 0 } else { seconds.unsigned_abs() >> 20 });
            let epoch = SystemTime::UNIX_EPOCH;
            let now = if seconds < 0 { epoch.checked_sub(offset) } else { epoch.checked_add(offset) };
            let path = request.uri().path();
            let control = path.starts_with("/_emulator/") || path == "/";
            let response = emulator.handle(request, now.unwrap_or(epoch));
            prop_assert!(control || response.headers().contains_key("x-request-id"));
        }
        let _ = (emulator.deliveries(SystemTime::now()), emulator.runs(), emulator.requests());
    }
}
