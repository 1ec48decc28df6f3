use std::task::{Context, Poll, Waker};
use std::time::Duration;

use http::Request;
use http::request::Parts;
use knock_emulator::{
    Channel, ChannelKind, DEFAULT_CHANNEL, DEFAULT_PUBLIC_KEY, Emulator, Fault, Socket, Workflow,
};
use serde_json::{Value, json};

use crate::client::Client;

fn upgrade(query: &str, headers: &[(&str, &str)]) -> Parts {
    let mut request = Request::get(format!("/ws/v1/websocket?{query}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

fn valid() -> String {
    // as the client writes it: parameters that are null leave empty pairs
    format!("user_token=&api_key={DEFAULT_PUBLIC_KEY}&&vsn=2.0.0")
}

pub(crate) fn open(client: &Client) -> Socket {
    client.emulator.open_socket(&upgrade(&valid(), &[]), client.now()).unwrap()
}

/// All frames that wait.
fn frames(socket: &Socket) -> Vec<Value> {
    let mut context = Context::from_waker(Waker::noop());
    let mut frames = Vec::new();
    while let Poll::Ready(Some(text)) = socket.poll_next(&mut context) {
        frames.push(serde_json::from_str(&text).unwrap());
    }
    frames
}

fn is_closed(socket: &Socket) -> bool {
    socket.poll_next(&mut Context::from_waker(Waker::noop())) == Poll::Ready(None)
}

fn send(client: &Client, socket: &Socket, frame: &Value) -> Vec<Value> {
    socket.receive(&frame.to_string(), client.now()).unwrap();
    frames(socket)
}

fn topic(user: &str) -> String {
    format!("feeds:{DEFAULT_CHANNEL}:{user}")
}

pub(crate) fn join(client: &Client, socket: &Socket, join_ref: &str, topic: &str, payload: Value) -> Value {
    let replies = send(client, socket, &json!([join_ref, join_ref, topic, "phx_join", payload]));
    assert_eq!(replies.len(), 1);
    let payload = replies[0][4].clone();
    assert_eq!(replies[0], json!([join_ref, join_ref, topic, "phx_reply", payload]));
    payload
}

#[test]
fn a_new_message_is_announced_to_the_feeds_that_show_it() {
    let client = Client::new();
    let socket = open(&client);
    let feeds = json!({
        "all": { "status": "all", "page_size": 50, "mode": "compact", "archived": "exclude" },
        "acme": { "tenant": "acme" },
        "only acme": { "tenant": "acme", "has_tenant": true },
        "read": { "status": "read" },
        "past": { "inserted_at_date_range": { "end": "2024-12-31T00:00:00Z", "inclusive": true } },
        "recent": { "inserted_at_date_range": { "start": "2024-12-31T00:00:00Z" } },
        "urgent": { "trigger_data": { "urgent": true }, "workflow_categories": [] },
    });
    let reply = join(&client, &socket, "1", &topic("u"), feeds);
    assert_eq!(reply, json!({ "status": "ok", "response": {} }));

    client.trigger("w", json!({ "recipients": ["u", "other"] })).ok();
    let counts =
        json!({ "__typename": "FeedMetadata", "total_count": 1, "unread_count": 1, "unseen_count": 1 });
    let payload = json!({
        "event": "new-message", "attn": ["acme", "all", "recent"],
        "data": {
            "acme": { "metadata": counts }, "all": { "metadata": counts }, "recent": { "metadata": counts },
        },
        "metadata": counts,
    });
    assert_eq!(frames(&socket), [json!(["1", null, topic("u"), "new-message", payload])]);

    client.trigger("w", json!({ "recipients": ["u"], "tenant": "acme", "data": { "urgent": true } })).ok();
    let payload = frames(&socket)[0][4].clone();
    assert_eq!(payload["attn"], json!(["acme", "all", "only acme", "recent", "urgent"]));
    assert_eq!(payload["data"]["acme"]["metadata"]["total_count"], 2);
    assert_eq!(payload["data"]["only acme"]["metadata"]["total_count"], 1);
    assert_eq!(payload["data"]["all"]["metadata"]["unread_count"], 2);

    client.trigger("w", json!({ "recipients": ["other"] })).ok();
    assert!(frames(&socket).is_empty());
    client.emulator.reset();
    client.trigger("w", json!({ "recipients": ["u"] })).ok();
    assert_eq!(frames(&socket).len(), 1, "a reset keeps sockets open");
}

#[test]
fn a_delayed_message_is_announced_when_it_is_delivered() {
    let client =
        Client::of(Emulator::builder().workflow(Workflow::new("later").delay(Duration::from_secs(60))));
    let socket = open(&client);
    join(&client, &socket, "1", &topic("u"), json!({ "feed": {} }));
    client.trigger("later", json!({ "recipients": ["u"] })).ok();
    assert!(frames(&socket).is_empty());
    client.wait(60);
    assert_eq!(client.deliveries().len(), 1);
    assert_eq!(frames(&socket).len(), 1);
}

#[test]
fn messages_that_arrive_together_are_announced_once() {
    let mut workflow = Workflow::new("w");
    for _ in 0..3 {
        workflow = workflow.channel(Channel::new(DEFAULT_CHANNEL, ChannelKind::InAppFeed));
    }
    let client = Client::of(Emulator::builder().workflow(workflow));
    let socket = open(&client);
    join(&client, &socket, "1", &topic("u"), json!({ "feed": {} }));
    client.trigger("w", json!({ "recipients": ["u"] })).ok();
    let frames = frames(&socket);
    assert_eq!(frames.len(), 1);
    assert_eq!(frames[0][4]["data"]["feed"]["metadata"]["total_count"], 3);
}

/// A page with a further feed leaves the topic and joins it again, without a wait in between.
#[test]
fn leaving_an_earlier_join_keeps_the_later_one() {
    let client = Client::new();
    let socket = open(&client);
    join(&client, &socket, "1", &topic("u"), json!({ "a": {} }));
    join(&client, &socket, "2", &topic("u"), json!({ "a": {}, "b": {} }));
    let left = send(&client, &socket, &json!(["1", "3", topic("u"), "phx_leave", {}]));
    assert_eq!(
        left,
        [
            json!(["1", "3", topic("u"), "phx_reply", { "status": "ok", "response": {} }]),
            json!(["1", null, topic("u"), "phx_close", {}]),
        ]
    );
    client.trigger("w", json!({ "recipients": ["u"] })).ok();
    let announced = frames(&socket);
    assert_eq!((&announced[0][0], &announced[0][4]["attn"]), (&json!("2"), &json!(["a", "b"])));
    send(&client, &socket, &json!(["2", "4", topic("u"), "phx_leave", {}]));
    client.trigger("w", json!({ "recipients": ["u"] })).ok();
    assert!(frames(&socket).is_empty());
}

#[test]
fn every_frame_gets_a_reply() {
    let client =
        Client::of(Emulator::builder().channel(Channel::new(DEFAULT_CHANNEL, ChannelKind::InAppFeed)));
    let socket = open(&client);
    let heartbeat = send(&client, &socket, &json!([null, "9", "phoenix", "heartbeat", {}]));
    assert_eq!(heartbeat, [json!([null, "9", "phoenix", "phx_reply", { "status": "ok", "response": {} }])]);
    assert_eq!(
        join(&client, &socket, "1", &format!("guides:{DEFAULT_CHANNEL}"), json!({ "user_id": "u" }))["status"],
        "ok"
    );
    for (topic, payload, reason) in [
        ("rooms:1", json!({}), "unmatched topic"),
        ("feeds:x", json!({}), "unmatched topic"),
        (&format!("feeds:{DEFAULT_CHANNEL}:"), json!({}), "unmatched topic"),
        ("feeds:cb273a5f-b4f2-4c4a-8d62-4c0a5c7ce7b7:u", json!({}), "there is no channel"),
        (&topic("u"), json!([]), "not an object"),
        (&topic("u"), json!({ "a": 1 }), "the filters of a"),
        (&topic("u"), json!({ "a": { "status": "eaten" } }), "a filter of a is invalid"),
        (&topic("u"), (0..101).map(|n| (n.to_string(), json!({}))).collect(), "more than 100 feeds"),
    ] {
        let reply = join(&client, &socket, "1", topic, payload);
        assert_eq!(reply["status"], "error", "{topic}");
        assert!(reply["response"]["reason"].as_str().unwrap().contains(reason), "{reply}");
    }
    for (topic, reason) in
        [(topic("u"), "unmatched topic"), (format!("guides:{DEFAULT_CHANNEL}"), "unmatched event")]
    {
        let reply = send(&client, &socket, &json!(["1", "2", topic, "shout", {}]));
        assert_eq!(reply[0][4]["response"]["reason"], reason);
    }
    for number in 0..100 {
        join(&client, &socket, "1", &topic(&number.to_string()), json!({}));
    }
    assert_eq!(join(&client, &socket, "1", &topic("last"), json!({}))["status"], "error");
    for garbage in ["", "[]", "{\"a\":1}", "[null,null,null,null,null]"] {
        assert!(socket.receive(garbage, client.now()).is_err(), "{garbage}");
    }
}

#[test]
fn a_socket_needs_a_key_a_version_and_an_allowed_page() {
    let client = Client::new();
    let refused = |query: &str, headers: &[(&str, &str)]| match client
        .emulator
        .open_socket(&upgrade(query, headers), client.now())
    {
        Ok(_) => None,
        Err(reply) => {
            let body: Value = serde_json::from_slice(reply.response.body()).unwrap();
            Some((reply.response.status().as_u16(), body["code"].as_str().unwrap().to_owned()))
        }
    };
    assert_eq!(refused(&valid(), &[("origin", "http://localhost:3000")]), None);
    for (query, headers, code) in [
        ("vsn=2.0.0", &[][..], "api_key_missing"),
        ("api_key=pk_wrong&vsn=2.0.0", &[], "api_key_missing"),
        (&format!("api_key={DEFAULT_PUBLIC_KEY}"), &[], "invalid_version"),
        (&format!("api_key={DEFAULT_PUBLIC_KEY}&vsn=1.0.0"), &[], "invalid_version"),
        (&valid(), &[("origin", "https://evil.test")], "origin_not_allowed"),
    ] {
        assert_eq!(refused(query, headers), Some((403, code.to_owned())), "{query} {headers:?}");
    }
    assert!(client.emulator.requests().is_empty(), "the query has credentials");
}

#[test]
fn faults_break_connecting() {
    let client = Client::new();
    let connect = || client.emulator.open_socket(&upgrade(&valid(), &[]), client.now());
    client.emulator.fault([
        Fault::status(503).path("/ws/"),
        Fault::drop_before().path("/ws/"),
        Fault::delay(Duration::from_millis(5)).path("/ws/"),
        Fault::status(500).path("/v1/users"),
    ]);
    assert_eq!(connect().unwrap_err().response.status(), 503);
    assert_eq!(connect().unwrap_err().connection, knock_emulator::Connection::DropBefore);
    assert_eq!(connect().unwrap().delay(), Duration::from_millis(5));
    assert_eq!(connect().unwrap().delay(), Duration::ZERO);
}

#[test]
fn open_sockets_can_be_dropped_and_silenced() {
    let client = Client::new();
    let socket = open(&client);
    join(&client, &socket, "1", &topic("u"), json!({ "a": {} }));
    let listed = || {
        let response =
            client.emulator.handle(Request::get("/_emulator/sockets").body("".into()).unwrap(), client.now());
        serde_json::from_slice::<Value>(response.body()).unwrap()["entries"].clone()
    };
    assert_eq!(listed(), json!([{ "topics": [topic("u")], "silent": false }]));
    client.emulator.silence_sockets();
    client.trigger("w", json!({ "recipients": ["u"] })).ok();
    assert!(
        send(&client, &socket, &json!([null, "1", "phoenix", "heartbeat", {}])).is_empty()
            && !is_closed(&socket)
    );
    let other = open(&client);
    assert_eq!(send(&client, &other, &json!([null, "1", "phoenix", "heartbeat", {}])).len(), 1);
    client.emulator.drop_sockets();
    assert!(is_closed(&socket) && is_closed(&other));
    assert_eq!(listed(), json!([]));
    drop(socket);
    join(&client, &open(&client), "1", &topic("u"), json!({}));
}

#[test]
fn a_slow_reader_is_disconnected() {
    let client = Client::new();
    let (slow, quick) = (open(&client), open(&client));
    for socket in [&slow, &quick] {
        join(&client, socket, "1", &topic("u"), json!({ "a": {} }));
    }
    let mut sent = 0;
    while !is_closed_without_reading(&client) {
        client.trigger("w", json!({ "recipients": ["u"] })).ok();
        assert_eq!(frames(&quick).len(), 1);
        sent += 1;
        assert!(sent < 5000, "the queue is not bounded");
    }
    assert!(is_closed(&slow) && sent > 100);
    assert!(!is_closed(&quick));
}

fn is_closed_without_reading(client: &Client) -> bool {
    let response =
        client.emulator.handle(Request::get("/_emulator/sockets").body("".into()).unwrap(), client.now());
    serde_json::from_slice::<Value>(response.body()).unwrap()["entries"].as_array().unwrap().len() < 2
}
