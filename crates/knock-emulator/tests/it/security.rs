//! Enhanced security, with tokens of the SDK.

use std::task::{Context, Poll, Waker};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::Request;
use knock_core::token::{Entity, Grant, RsaSigner, SigningKey, UserToken};
use knock_emulator::{DEFAULT_CHANNEL, DEFAULT_PUBLIC_KEY, Emulator};
use serde_json::{Value, json};

use crate::client::{Client, Response};

const PAIR: &str = include_str!("../../../../tests/wire/record/keys/test-key-pkcs8.pem");
const OLD_PAIR: &str = include_str!("../../../../tests/wire/record/keys/test-key-pkcs1.pem");
const PUBLIC: &str = include_str!("../../../../tests/wire/record/keys/test-key-public.pem");
const OTHER_PAIR: &str = include_str!("../../../../fuzz/corpus/key/rfc7515_a2_pkcs8.pem");

fn client() -> Client {
    Client::of(Emulator::builder().signing_key(PUBLIC).unwrap())
}

fn sign(token: UserToken, key: &str, client: &Client) -> String {
    let signer = RsaSigner::new(&SigningKey::parse(key).unwrap(), [7; 32]).unwrap();
    token.sign(&signer, client.now()).unwrap().expose().to_owned()
}

fn token_of(client: &Client, user: &str) -> String {
    sign(UserToken::new(user), PAIR, client)
}

fn call(client: &Client, method: &str, path: &str, token: &str, body: Value) -> Response {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {DEFAULT_PUBLIC_KEY}"))
        .header("content-type", "application/json");
    if !token.is_empty() {
        request = request.header("x-knock-user-token", token);
    }
    let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
    client.send(request.body(body).unwrap())
}

#[test]
fn every_form_of_the_key_is_read() {
    for key in [PUBLIC, PAIR, OLD_PAIR, &STANDARD.encode(PUBLIC), &format!("\n{PUBLIC}\n")] {
        let client = Client::of(Emulator::builder().signing_key(key).unwrap());
        let token = token_of(&client, "u");
        call(&client, "GET", "/v1/users/u/preferences", &token, Value::Null).ok();
    }
    let ec = include_str!("../../../../fuzz/corpus/key/ec_pkcs8.pem");
    for key in ["", "key", ec, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"] {
        let error = Emulator::builder().signing_key(key).unwrap_err();
        assert!(error.to_string().contains("PEM"));
    }
}

#[test]
fn a_token_must_be_there_and_valid() {
    let client = client();
    let path = "/v1/users/u/preferences";
    call(&client, "GET", path, "", Value::Null).fails(401, "missing_user_token");
    client.get(path).ok(); // a secret key needs none

    let good = token_of(&client, "u");
    call(&client, "GET", path, &good, Value::Null).ok();
    let (input, signature) = good.rsplit_once('.').unwrap();
    let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let none = format!("{}.{}.", encode(json!({ "alg": "none" })), encode(json!({ "sub": "u" })));
    for (wrong, message) in [
        (sign(UserToken::new("u"), OTHER_PAIR, &client), "not signed by"),
        (
            format!("{}.{}.{signature}", encode(json!({ "alg": "RS256" })), encode(json!({ "sub": "u" }))),
            "not signed by",
        ),
        (format!("{input}.AAAA"), "not"),
        (none, "RS256"),
        ("token".to_owned(), "JSON Web Token"),
        ("..".to_owned(), "JSON Web Token"),
    ] {
        let body = call(&client, "GET", path, &wrong, Value::Null).fails(401, "invalid_user_token");
        assert!(body["message"].as_str().unwrap().contains(message), "{body}");
    }
    let short = sign(UserToken::new("u").expires_in(Duration::from_secs(10)), PAIR, &client);
    client.wait(9);
    call(&client, "GET", path, &short, Value::Null).ok();
    client.wait(1);
    let body = call(&client, "GET", path, &short, Value::Null).fails(401, "invalid_user_token");
    assert!(body["message"].as_str().unwrap().contains("expired"), "{body}");
}

#[test]
fn a_token_permits_what_is_of_its_user() {
    let client = client();
    client.trigger("w", json!({ "recipients": ["u", "other"] })).ok();
    let id = |user: &str| {
        client.get(&format!("/v1/users/{user}/messages")).ok()["items"][0]["id"].as_str().unwrap().to_owned()
    };
    let (own, others) = (id("u"), id("other"));
    let token = token_of(&client, "u");
    let bulk = format!("/v1/channels/{DEFAULT_CHANNEL}/messages/bulk/seen");
    for (method, path, body, permitted) in [
        ("PUT", "/v1/users/u".to_owned(), json!({ "name": "U" }), true),
        ("PUT", "/v1/users/other".to_owned(), json!({ "name": "U" }), false),
        ("GET", "/v1/users/other/preferences/default".to_owned(), Value::Null, false),
        ("PUT", "/v1/users/u/preferences/default/channel_types".to_owned(), json!({ "email": true }), true),
        ("PUT", "/v1/users/other/preferences/default/channel_types".to_owned(), json!({}), false),
        ("GET", format!("/v1/users/u/feeds/{DEFAULT_CHANNEL}"), Value::Null, true),
        ("GET", format!("/v1/users/other/feeds/{DEFAULT_CHANNEL}"), Value::Null, false),
        ("GET", format!("/v1/users/other/guides/{DEFAULT_CHANNEL}"), Value::Null, false),
        ("GET", format!("/v1/messages/{own}"), Value::Null, true),
        ("GET", format!("/v1/messages/{others}"), Value::Null, false),
        ("PUT", format!("/v1/messages/{own}/seen"), Value::Null, true),
        ("PUT", format!("/v1/messages/{others}/seen"), Value::Null, false),
        ("POST", "/v1/messages/batch/read".to_owned(), json!({ "message_ids": [own] }), true),
        ("POST", "/v1/messages/batch/read".to_owned(), json!({ "message_ids": [own, others] }), false),
        ("POST", bulk.clone(), json!({ "user_ids": ["u"] }), true),
        ("POST", bulk.clone(), json!({ "recipient_ids": ["u", "other"] }), false),
        ("POST", bulk, json!({}), false),
        ("GET", format!("/v1/objects/c/o/channel_data/{DEFAULT_CHANNEL}"), Value::Null, false),
    ] {
        let response = call(&client, method, &path, &token, body.clone());
        if permitted {
            response.ok();
        } else {
            response.fails(403, "invalid_user_token");
        }
    }
    let message = client.get(&format!("/v1/messages/{others}")).ok();
    assert_eq!(message["engagement_statuses"], json!([]), "nothing was changed");
}

#[test]
fn a_token_of_a_user_is_not_for_an_object_with_the_same_id() {
    let state = std::env::temp_dir().join(format!("knock-emulator-{}-objects", std::process::id()));
    let _ = std::fs::remove_file(&state);
    let open = || Emulator::builder().signing_key(PUBLIC).unwrap().open(&state).unwrap();
    let emulator = open();
    let now = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_735_689_600);
    let client = client();
    let token = token_of(&client, "u");
    let bulk = format!("/v1/channels/{DEFAULT_CHANNEL}/messages/bulk/seen");
    let send = |path: &str, body: Value, token: Option<&str>| {
        let mut request = Client::request("POST", path, Some(&body));
        if let Some(token) = token {
            let key = format!("Bearer {DEFAULT_PUBLIC_KEY}").parse().unwrap();
            request.headers_mut().insert("authorization", key);
            request.headers_mut().insert("x-knock-user-token", token.parse().unwrap());
        }
        Response::of(emulator.handle(request, now)).ok();
    };
    let recipients =
        json!(["u", { "id": "u", "collection": "projects" }, { "id": "u", "collection": "$tenants" }]);
    send("/v1/workflows/w/trigger", json!({ "recipients": recipients }), None);
    let seen = |emulator: &Emulator| -> Vec<(bool, bool)> {
        let messages = emulator.handle(Client::request("GET", "/v1/messages", None), now);
        let messages = Response::of(messages).ok();
        let of = |message: &Value| (message["recipient"].is_string(), message["seen_at"].is_string());
        messages["items"].as_array().unwrap().iter().map(of).collect()
    };
    assert_eq!(seen(&emulator).len(), 3);
    for body in [json!({ "user_ids": ["u"] }), json!({ "recipient_ids": ["u"] })] {
        send(&bulk, body, Some(&token));
        assert!(seen(&emulator).iter().all(|(is_user, seen)| is_user == seen), "{:?}", seen(&emulator));
        send(&bulk.replace("seen", "unseen"), json!({ "recipient_ids": ["u"] }), Some(&token));
    }
    send(&bulk, json!({ "recipient_ids": ["u"] }), Some(&token));
    let before = seen(&emulator);
    drop(emulator);
    assert_eq!(seen(&open()), before, "a restart does not extend what the token permitted");
    std::fs::remove_file(&state).unwrap();

    // A secret key reaches all recipients with the id, and the users only by the old name of the parameter.
    let client = Client::new();
    for (body, count) in [(json!({ "user_ids": ["u"] }), 1), (json!({ "recipient_ids": ["u"] }), 3)] {
        client.trigger("w", json!({ "recipients": recipients })).ok();
        client.post(&bulk, body).ok();
        let messages = client.get("/v1/messages?engagement_status[]=seen").ok();
        assert_eq!(messages["items"].as_array().unwrap().len(), count, "{messages}");
        client.emulator.reset();
    }
}

#[test]
fn grants_are_honoured() {
    let client = client();
    let slack = "8209f26c-62a5-461d-95e2-a5716a26e652";
    let data = json!({ "data": { "token": { "access_token": "xoxb" }, "ms_teams_tenant_id": "t" } });
    client.put("/v1/tenants/acme", json!({})).ok();
    client.put(&format!("/v1/objects/$tenants/acme/channel_data/{slack}"), data.clone()).ok();
    let object = |name: &str| format!("{name}[collection]=%24tenants&{name}[object_id]=acme");
    let channels = format!("/v1/providers/slack/{slack}/channels?{}", object("access_token_object"));
    let teams = format!("/v1/providers/ms-teams/{slack}/teams?{}", object("ms_teams_tenant_object"));
    let own_data = format!("/v1/objects/projects/p/channel_data/{slack}");
    let with = |entity: Entity, grant: Grant| sign(UserToken::new("u").grant(entity, [grant]), PAIR, &client);
    let none = token_of(&client, "u");
    let slack_token = with(Entity::tenant("acme"), Grant::SlackChannelsRead);
    let teams_token = with(Entity::tenant("acme"), Grant::MsTeamsChannelsRead);
    let other_tenant = with(Entity::tenant("other"), Grant::SlackChannelsRead);
    let writer = with(Entity::object("projects", "p"), Grant::ChannelDataWrite);
    for (token, path, permitted) in [
        (&none, &channels, false),
        (&other_tenant, &channels, false),
        (&teams_token, &channels, false),
        (&slack_token, &channels, true),
        (&slack_token, &teams, false),
        (&teams_token, &teams, true),
    ] {
        let response = call(&client, "GET", path, token, Value::Null);
        if permitted {
            response.ok();
        } else {
            response.fails(403, "invalid_user_token");
        }
    }
    call(&client, "PUT", &own_data, &none, data.clone()).fails(403, "invalid_user_token");
    call(&client, "PUT", &own_data, &writer, data).ok();
    call(&client, "GET", &own_data, &writer, Value::Null).fails(403, "invalid_user_token");

    let explicit = UserToken::new("u").explicit_grants().grant(Entity::user("u"), [Grant::UserFeedRead]);
    let explicit = sign(explicit, PAIR, &client);
    call(&client, "GET", &format!("/v1/users/u/feeds/{DEFAULT_CHANNEL}"), &explicit, Value::Null).ok();
    call(&client, "PUT", "/v1/users/u", &explicit, json!({})).fails(403, "invalid_user_token");
}

#[test]
fn without_a_signing_key_tokens_are_not_looked_at() {
    let client = Client::new();
    for token in ["", "nonsense"] {
        call(&client, "GET", "/v1/users/u/preferences", token, Value::Null).ok();
    }
}

#[test]
fn a_socket_is_for_the_user_of_its_token_until_it_expires() {
    let client = client();
    let open = |token: &str| {
        let uri = format!("/ws/v1/websocket?user_token={token}&api_key={DEFAULT_PUBLIC_KEY}&vsn=2.0.0");
        let request = Request::get(uri).body(()).unwrap().into_parts().0;
        client.emulator.open_socket(&request, client.now())
    };
    for (token, code) in [("", "missing_user_token"), ("a.b.c", "invalid_user_token")] {
        let reply = open(token).unwrap_err();
        assert_eq!(reply.response.status(), 403);
        let body: Value = serde_json::from_slice(reply.response.body()).unwrap();
        assert_eq!((&body["code"], &body["status"]), (&json!(code), &json!(403)));
    }
    let token = sign(UserToken::new("u").expires_in(Duration::from_secs(60)), PAIR, &client);
    let socket = open(&token).unwrap();
    let next = || socket.poll_next(&mut Context::from_waker(Waker::noop()));
    for (user, status) in [("other", "error"), ("u", "ok")] {
        let topic = format!("feeds:{DEFAULT_CHANNEL}:{user}");
        socket.receive(&json!(["1", "1", topic, "phx_join", { "a": {} }]).to_string(), client.now()).unwrap();
        let Poll::Ready(Some(reply)) = next() else { panic!("there is no reply") };
        let reply: Value = serde_json::from_str(&reply).unwrap();
        assert_eq!(reply[4]["status"], status);
        assert!(status == "ok" || reply[4]["response"]["reason"] == "invalid_user_token");
    }
    client.trigger("w", json!({ "recipients": ["u"] })).ok();
    assert!(matches!(next(), Poll::Ready(Some(_))));
    client.wait(60);
    client.trigger("w", json!({ "recipients": ["u"] })).ok();
    assert_eq!(next(), Poll::Ready(None), "its token has expired");
}
