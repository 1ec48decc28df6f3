//! State files: what was acknowledged is there after a restart.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use knock_emulator::{DEFAULT_KEY, Emulator, Fault, RateLimits, StateError, Workflow};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::client::{Client, Response};

/// A file that is removed in the end.
struct StateFile(PathBuf);

impl StateFile {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("knock-emulator-{}-{name}", std::process::id()));
        let _ = fs::remove_file(&path);
        Self(path)
    }

    fn open(&self) -> Result<Emulator, StateError> {
        Emulator::builder()
            .workflow(Workflow::new("now"))
            .workflow(Workflow::new("later").delay(Duration::from_secs(3600)))
            .open(&self.0)
    }
}

impl Drop for StateFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn send(emulator: &Emulator, method: &str, path: &str, body: Value) -> Response {
    let request = Client::request(method, path, Some(&body));
    Response::of(emulator.handle(request, emulator.now()))
}

/// Everything that a client and a test can see.
fn visible(emulator: &Emulator) -> Vec<Value> {
    let get = |path: &str| send(emulator, "GET", path, json!({})).body;
    let paths = [
        "/v1/users?include[]=preferences",
        "/v1/objects/projects?include[]=preferences",
        "/v1/tenants",
        "/v1/messages",
        "/v1/workflow_recipient_runs",
        "/v1/users/u1/schedules",
        "/v1/objects/projects/p1/subscriptions",
    ];
    let mut seen: Vec<Value> = paths.iter().map(|path| get(path)).collect();
    seen.push(json!(format!("{:?} {:?}", emulator.runs(), emulator.deliveries(emulator.now()))));
    seen
}

/// A call by number, some of which fail, and how long the clock moves before it.
fn call(emulator: &Emulator, number: u8, user: u8, seconds: u64) {
    emulator.advance(Duration::from_secs(seconds));
    let user = format!("u{user}");
    let in_an_hour = jiff::Timestamp::try_from(emulator.now() + Duration::from_secs(3600)).unwrap();
    let (method, path, body) = match number {
        0 => ("PUT", format!("/v1/users/{user}"), json!({ "name": "ä", "channel_data": {} })),
        1 => {
            ("PUT", format!("/v1/users/{user}/preferences/default"), json!({ "workflows": { "now": false } }))
        }
        2 => (
            "POST",
            "/v1/workflows/now/trigger".to_owned(),
            json!({ "recipients": [user, { "id": "p1", "collection": "projects" }] }),
        ),
        3 => (
            "POST",
            "/v1/workflows/later/trigger".to_owned(),
            json!({ "recipients": [user], "cancellation_key": "k" }),
        ),
        4 => ("POST", "/v1/workflows/later/cancel".to_owned(), json!({ "cancellation_key": "k" })),
        5 => ("POST", "/v1/workflows/missing/trigger".to_owned(), json!({ "recipients": [user] })),
        6 => (
            "POST",
            "/v1/workflows/now/trigger".to_owned(),
            json!({ "recipients": [user], "actor": "missing" }),
        ),
        7 => ("DELETE", format!("/v1/users/{user}"), json!({})),
        8 => (
            "POST",
            "/v1/schedules".to_owned(),
            json!({ "workflow": "now", "recipients": ["u1"], "scheduled_at": in_an_hour }),
        ),
        9 => ("PUT", "/v1/objects/projects/p1".to_owned(), json!({ "size": 1 })),
        10 => ("POST", "/v1/objects/projects/p1/subscriptions".to_owned(), json!({ "recipients": [user] })),
        11 => ("PUT", "/v1/tenants/t1".to_owned(), json!({ "name": "T" })),
        12 => (
            "POST",
            "/v1/users/bulk/identify".to_owned(),
            json!({ "users": [{ "id": user }, { "id": "u9" }] }),
        ),
        13 => {
            emulator.fault(Fault::status(503));
            ("PUT", "/v1/users/faulted".to_owned(), json!({}))
        }
        14 => {
            emulator.fault(Fault::drop_after());
            ("PUT", "/v1/users/dropped".to_owned(), json!({}))
        }
        _ => ("GET", "/v1/messages".to_owned(), json!({})),
    };
    let _ = send(emulator, method, &path, body);
    if let Some(id) = emulator.sent().all().last().map(|message| message.message_id.clone()) {
        let _ = send(emulator, "PUT", &format!("/v1/messages/{id}/read"), json!({}));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_restart_restores_everything(calls in prop::collection::vec((0..16_u8, 0..4_u8, 0..2_000_u64), 1..40), restart in 0..40_usize) {
        let (kept, unkept) = (StateFile::new("restored"), Emulator::builder());
        let unkept = unkept
            .workflow(Workflow::new("now"))
            .workflow(Workflow::new("later").delay(Duration::from_secs(3600)))
            .build();
        let mut emulator = kept.open().unwrap();
        let start = std::time::SystemTime::now();
        emulator.advance_to(start);
        unkept.advance_to(start);
        for (index, (number, user, seconds)) in calls.iter().enumerate() {
            if index == restart {
                let now = emulator.now();
                drop(emulator);
                emulator = kept.open().unwrap();
                emulator.advance_to(now);
            }
            call(&emulator, *number, *user, *seconds);
        }
        let (now, seen) = (emulator.now(), visible(&emulator));
        drop(emulator);
        emulator = kept.open().unwrap();
        emulator.advance_to(now);
        prop_assert_eq!(visible(&emulator), seen);
        // What a client does is the same with and without a file, except for the ids of what failed calls skipped.
        for (number, user, seconds) in &calls {
            call(&unkept, *number, *user, *seconds);
        }
        prop_assert_eq!(unkept.triggers(), emulator.triggers());
        prop_assert_eq!(unkept.sent().count(), emulator.sent().count());
    }
}

#[test]
fn a_key_is_replayed_after_a_restart_and_no_secret_is_in_the_file() {
    let file = StateFile::new("keys");
    let trigger = |emulator: &Emulator| {
        let mut request =
            Client::request("POST", "/v1/workflows/now/trigger", Some(&json!({ "recipients": ["u1"] })));
        let headers = request.headers_mut();
        headers.insert("idempotency-key", "the-key".parse().unwrap());
        headers.insert("x-knock-user-token", "secret-token".parse().unwrap());
        Response::of(emulator.handle(request, std::time::SystemTime::now()))
    };
    let emulator = file.open().unwrap();
    let first = trigger(&emulator);
    let original = first.header("x-request-id").unwrap().to_owned();
    let first = first.ok();
    drop(emulator);
    let emulator = file.open().unwrap();
    let again = trigger(&emulator);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.header("original-x-request-id"), Some(original.as_str()));
    assert_eq!(again.ok(), first);
    assert_eq!(emulator.triggers(), 1);
    // On some systems nobody else can read a file that is locked.
    drop(emulator);
    let text = fs::read_to_string(&file.0).unwrap();
    assert!(!text.contains("secret-token") && !text.contains(DEFAULT_KEY), "{text}");
}

#[test]
fn what_was_rate_limited_is_not_done_by_a_restart() {
    let file = StateFile::new("limited");
    let open = || Emulator::builder().rate_limits(RateLimits::new()).open(&file.0).unwrap();
    let emulator = open();
    send(&emulator, "POST", "/v1/workflows/now/trigger", json!({ "recipients": ["u1"] })).ok();
    let id = emulator.sent().assert_one().message_id;
    let batch = |emulator: &Emulator, change: &str| {
        send(emulator, "POST", &format!("/v1/messages/batch/{change}"), json!({ "message_ids": [id] }))
    };
    batch(&emulator, "seen").ok();
    assert_eq!(batch(&emulator, "unseen").header("x-ratelimited-message_ids"), Some(id.as_str()));
    let message = |emulator: &Emulator| send(emulator, "GET", &format!("/v1/messages/{id}"), json!({})).ok();
    let seen = message(&emulator);
    assert!(seen["seen_at"].is_string(), "{seen}");
    drop(emulator);
    assert_eq!(message(&open()), seen);
}

/// The number of users.
fn users(emulator: &Emulator) -> usize {
    let mut count = 0;
    let mut path = "/v1/users?page_size=50".to_owned();
    loop {
        let page = send(emulator, "GET", &path, json!({})).ok();
        count += page["entries"].as_array().unwrap().len();
        let Some(after) = page["page_info"]["after"].as_str() else { return count };
        path = format!("/v1/users?page_size=50&after={after}");
    }
}

#[test]
fn the_limits_of_now_do_not_apply_to_what_was_acknowledged() {
    let file = StateFile::new("limits");
    let emulator = Emulator::builder().open(&file.0).unwrap();
    for user in 0..300 {
        send(&emulator, "PUT", &format!("/v1/users/u{user}"), json!({})).ok();
    }
    drop(emulator);
    let limited = || Emulator::builder().key("sk_other").rate_limits(RateLimits::new());
    let emulator = limited().open(&file.0).unwrap();
    assert_eq!(users(&emulator), 300);
    // Each key and each user token has limits of its own, which the file does not tell apart.
    emulator.advance(Duration::from_secs(1));
    for (key, token) in [(DEFAULT_KEY, "a"), (DEFAULT_KEY, "b"), ("sk_other", "a")] {
        for user in 0..60 {
            let mut request =
                Client::request("PUT", &format!("/v1/users/{key}-{token}-{user}"), Some(&json!({})));
            request.headers_mut().insert("authorization", format!("Bearer {key}").parse().unwrap());
            request.headers_mut().insert("x-knock-user-token", token.parse().unwrap());
            Response::of(emulator.handle(request, emulator.now())).ok();
        }
    }
    drop(emulator);
    let key = include_str!("../../../../tests/wire/record/keys/test-key-public.pem");
    let emulator = limited().signing_key(key).unwrap().open(&file.0).unwrap();
    emulator.advance(Duration::from_secs(1));
    assert_eq!(users(&emulator), 480);
}

#[test]
fn a_call_that_cannot_be_repeated_is_an_error_and_the_file_is_left_as_it_is() {
    let file = StateFile::new("repeated");
    let emulator = file.open().unwrap();
    send(&emulator, "PUT", "/v1/users/u1", json!({})).ok();
    send(&emulator, "POST", "/v1/workflows/later/trigger", json!({ "recipients": ["u1"] })).ok();
    drop(emulator);
    let written = fs::read(&file.0).unwrap();
    let error = Emulator::builder().workflow(Workflow::new("now")).open(&file.0).unwrap_err();
    assert!(matches!(error, StateError::NotRepeatable { line: 3, .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("line 3 of the state file") && text.contains("(404 workflow_missing)"), "{text}");
    assert!(!text.contains("u1"), "{text}");
    assert_eq!(fs::read(&file.0).unwrap(), written);
    assert_eq!(file.open().unwrap().triggers(), 1);
}

#[test]
fn ids_that_do_not_fit_into_a_header_are_held_back_by_a_restart_too() {
    let file = StateFile::new("held");
    let open = || Emulator::builder().rate_limits(RateLimits::new()).open(&file.0).unwrap();
    let emulator = open();
    let identify = |id: &str, name: &str| json!({ "users": [{ "id": id, "name": name }] });
    let ids = ["a,b", "jürgen"];
    for id in ids {
        send(&emulator, "POST", "/v1/users/bulk/identify", identify(id, "first")).ok();
        send(&emulator, "POST", "/v1/users/bulk/delete", json!({ "user_ids": [id] }));
        emulator.advance(Duration::from_secs(1));
    }
    let names = |emulator: &Emulator| send(emulator, "GET", "/v1/users", json!({})).ok();
    let before = names(&emulator);
    assert_eq!(before["entries"].as_array().unwrap().len(), 2, "{before}");
    drop(emulator);
    assert_eq!(names(&open()), before);
}

#[test]
fn the_file_is_not_shared_and_reset_empties_it() {
    let file = StateFile::new("shared");
    let emulator = file.open().unwrap();
    assert!(matches!(file.open(), Err(StateError::InUse { .. })));
    send(&emulator, "PUT", "/v1/users/u1", json!({})).ok();
    emulator.reset();
    send(&emulator, "PUT", "/v1/users/u2", json!({})).ok();
    drop(emulator);
    let users = visible(&file.open().unwrap()).remove(0);
    assert_eq!(users["entries"].as_array().unwrap().len(), 1);
    assert_eq!(users["entries"][0]["id"], "u2");
}

/// A file with three users.
fn filled(name: &str) -> (StateFile, Vec<u8>) {
    let file = StateFile::new(name);
    let emulator = file.open().unwrap();
    for user in ["u1", "u2", "u3"] {
        send(&emulator, "PUT", &format!("/v1/users/{user}"), json!({ "name": "ä" })).ok();
    }
    drop(emulator);
    let text = fs::read(&file.0).unwrap();
    (file, text)
}

#[test]
fn a_file_that_was_cut_anywhere_loses_at_most_the_last_call() {
    let (file, whole) = filled("cut");
    for length in 0..=whole.len() {
        fs::write(&file.0, &whole[..length]).unwrap();
        let emulator = file.open().unwrap_or_else(|error| panic!("{length}: {error}"));
        // The line feed alone can be missing: then the call is there, since its checksum is.
        let lines = whole[..length].split(|byte| *byte == b'\n').count() - 1;
        let lines = lines + usize::from(lines > 0 && whole.get(length) == Some(&b'\n'));
        let users = visible(&emulator).remove(0);
        assert_eq!(users["entries"].as_array().unwrap().len(), lines.saturating_sub(1), "{length}");
        // What comes next is appended after the last whole call.
        send(&emulator, "PUT", "/v1/users/next", json!({})).ok();
        drop(emulator);
        let users = visible(&file.open().unwrap()).remove(0);
        assert_eq!(users["entries"].as_array().unwrap().len(), lines.max(1), "{length}");
    }
}

#[test]
fn a_damaged_file_is_an_error_and_is_left_as_it_is() {
    let (file, whole) = filled("damaged");
    let last_line = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap();
    for at in 0..whole.len() - 1 {
        for damage in [whole[at] ^ 1, 0, b'\n'] {
            let mut damaged = whole.clone();
            damaged[at] = damage;
            if damaged == whole {
                continue;
            }
            fs::write(&file.0, &damaged).unwrap();
            let error = file.open().expect_err(&format!("byte {at} is {damage}"));
            let StateError::Damaged { line, .. } = &error else { panic!("{at}: {error}") };
            assert!(*line >= 1 && *line <= 5, "{at}: {error}");
            assert!(error.to_string().contains("is damaged at line"), "{error}");
            assert_eq!(fs::read(&file.0).unwrap(), damaged, "{at}");
        }
    }
    // What a kill cannot leave behind.
    let without_line_feed = &whole[..whole.len() - 1];
    let mut changed = without_line_feed.to_vec();
    changed[last_line + 30] ^= 1;
    let (torn, nuls) = (&whole[..last_line + 30], [0; 64]);
    for tail in [
        [&whole[..], &nuls[..]].concat(),
        [without_line_feed, &nuls[..]].concat(),
        [torn, &nuls[..]].concat(),
        [&whole[..=last_line], &nuls[..]].concat(),
        [&whole[..], b"0123456z"].concat(),
        [&whole[..], b"01234567 x"].concat(),
        [&whole[..], b"notes"].concat(),
        changed,
    ] {
        fs::write(&file.0, &tail).unwrap();
        let shown = String::from_utf8_lossy(&tail).into_owned();
        assert!(matches!(file.open(), Err(StateError::Damaged { line: 4 | 5, .. })), "{shown}");
        assert_eq!(fs::read(&file.0).unwrap(), tail, "{shown}");
    }
    for other in [
        "{\"users\": []}\n",
        "a file without a line feed that is longer than the first line",
        "knock-emulator state 2\n",
        "notes",
    ] {
        fs::write(&file.0, other).unwrap();
        assert!(matches!(file.open(), Err(StateError::Damaged { line: 1, .. })), "{other}");
        assert_eq!(fs::read_to_string(&file.0).unwrap(), other);
    }
    let missing = Emulator::builder().open("/nonexistent/directory/state");
    assert!(matches!(missing, Err(StateError::Io { .. })));
}

#[test]
fn a_seed_counts_toward_no_limit() {
    let seed = json!({ "users": (0..61).map(|id| json!({ "id": format!("u{id}") })).collect::<Vec<_>>() });
    let emulator = Emulator::builder().rate_limits(RateLimits::new()).build();
    emulator.load(&seed).unwrap();
    assert_eq!(users(&emulator), 61);
    send(&emulator, "PUT", "/v1/users/u1", json!({})).ok();
}

#[test]
fn a_seed_creates_what_is_missing() {
    let seed = json!({
        "users": [{ "id": "u/1"}, { "id": "u1", "name": "Ada", "preferences": { "default": { "workflows": { "now": false } } } }],
        "objects": [{ "collection": "projects", "id": "p 1", "size": 3 }],
        "tenants": [{ "id": "t1", "name": "T" }],
        "subscriptions": [{ "object": { "collection": "projects", "id": "p 1" }, "recipients": ["u1"] }],
    });
    let emulator = Emulator::new();
    assert_eq!(emulator.load(&seed).unwrap_err(), "users[0]: `id` has invalid format");
    let seed = json!({ "users": &seed["users"].as_array().unwrap()[1..], "objects": seed["objects"], "tenants": seed["tenants"], "subscriptions": seed["subscriptions"] });
    emulator.load(&seed).unwrap();
    let get = |path: &str| send(&emulator, "GET", path, json!({})).ok();
    assert_eq!(get("/v1/users/u1")["name"], "Ada");
    assert_eq!(get("/v1/objects/projects/p%201")["properties"]["size"], 3);
    assert_eq!(get("/v1/tenants/t1")["name"], "T");
    assert_eq!(get("/v1/objects/projects/p%201/subscriptions")["entries"][0]["recipient"]["id"], "u1");
    assert_eq!(get("/v1/users/u1/preferences/default")["workflows"]["now"], false);
    // What exists is left as it is.
    send(&emulator, "PUT", "/v1/users/u1", json!({ "name": "Grace" })).ok();
    emulator.load(&seed).unwrap();
    assert_eq!(get("/v1/users/u1")["name"], "Grace");
    for (seed, problem) in [
        (json!([]), "a seed is a JSON object"),
        (
            json!({ "user": [] }),
            "`user` is not a section of a seed; these are tenants, users, objects, subscriptions",
        ),
        (json!({ "users": {} }), "`users` should be an array"),
        (json!({ "users": [1] }), "users[0]: it should be an object"),
        (json!({ "users": [{ "id": "a" }, { "name": "b" }] }), "users[1]: `id` should be a text"),
        (json!({ "users": [{ "id": "c", "name": 1 }] }), "users[0]: `name` is invalid"),
        (json!({ "objects": [{ "id": "a" }] }), "objects[0]: `collection` should be a text"),
        (
            json!({ "subscriptions": [{ "object": "a" }] }),
            "subscriptions[0]: `object` should be an object with `collection` and `id`",
        ),
    ] {
        assert_eq!(emulator.load(&seed).unwrap_err(), problem);
    }
}
