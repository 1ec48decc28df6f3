//! Errors: how every form of response is read, how errors print, and whether they are retryable.

mod support;

use std::error::Error as _;
use std::time::Duration;

use bytes::Bytes;
use knock_core::token::TokenError;
use knock_core::{
    CallOptions, Config, Error, ErrorKind, InvalidInput, Method, Operation, Outcome, TransportError,
    UnixTime, custom, messages, recipients::UserRequest, users, workflows,
};
use serde_json::Value;
use support::{NOW, response};

const ID: (&str, &str) = ("x-request-id", "F1FIj5XwD_m4h0sAASfi");

fn parse(status: u16, body: impl Into<Bytes>) -> Error {
    users::get("jhammond").parse(response(status, &[ID], body), NOW).expect_err("not a success")
}

/// The status and the body, then the expected code, message, number of field errors, and log line.
type Case<'a> = (u16, &'a str, Option<&'a str>, &'a str, usize, &'a str);

#[test]
fn every_envelope_is_read() {
    let cases: &[Case<'_>] = &[
        (
            400,
            r#"{"code":"workflow_inactive","message":"The workflow you tried to invoke is marked as inactive","status":400,"type":"invalid_request_error"}"#,
            Some("workflow_inactive"),
            "The workflow you tried to invoke is marked as inactive",
            0,
            "users.get: 400 workflow_inactive: The workflow you tried to invoke is marked as inactive \
             [request id F1FIj5XwD_m4h0sAASfi, attempts 1]",
        ),
        (
            400,
            r#"{"error":"idempotency_key_too_long"}"#,
            None,
            "idempotency_key_too_long",
            0,
            "users.get: 400 Bad Request: idempotency_key_too_long [request id F1FIj5XwD_m4h0sAASfi, attempts 1]",
        ),
        (
            403,
            r#"{"code":"authorization","message":"Access token not set.","status":403,"type":"authentication_error"}"#,
            Some("authorization"),
            "Access token not set.",
            0,
            "users.get: 403 authorization: Access token not set. [request id F1FIj5XwD_m4h0sAASfi, attempts 1]",
        ),
        (
            404,
            r#"{"message":"The resource you requested does not exist"}"#,
            None,
            "The resource you requested does not exist",
            0,
            "users.get: 404 Not Found: The resource you requested does not exist \
             [request id F1FIj5XwD_m4h0sAASfi, attempts 1]",
        ),
        (
            422,
            r#"{"code":"invalid_params","errors":[{"field":"cancellation_key","message":"can't be blank","type":"required"},{"field":"data","message":null,"type":null}],"message":"One or more parameters supplied were invalid","status":422,"type":"invalid_request_error"}"#,
            Some("invalid_params"),
            "One or more parameters supplied were invalid",
            2,
            "users.get: 422 invalid_params: One or more parameters supplied were invalid \
             (cancellation_key can't be blank; data is invalid) [request id F1FIj5XwD_m4h0sAASfi, attempts 1]",
        ),
        (
            422,
            r#"{"errors":{"field":"tenant","message":"is unknown"}}"#,
            None,
            "",
            1,
            "users.get: 422 Unprocessable Entity (tenant is unknown) \
             [request id F1FIj5XwD_m4h0sAASfi, attempts 1]",
        ),
        (
            422,
            r#"{"code":"invalid_params","errors":null,"message":"no"}"#,
            Some("invalid_params"),
            "no",
            0,
            "users.get: 422 invalid_params: no [request id F1FIj5XwD_m4h0sAASfi, attempts 1]",
        ),
        (
            422,
            r#"{"errors":[{"field":"a","message":"1"},{"field":"b","message":"2"},{"field":"c","message":"3"},{"field":"d","message":"4"},{"field":"e","message":"5"}]}"#,
            None,
            "",
            5,
            "users.get: 422 Unprocessable Entity (a 1; b 2; c 3; 2 more) \
             [request id F1FIj5XwD_m4h0sAASfi, attempts 1]",
        ),
        (
            502,
            "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n</html>",
            None,
            "",
            0,
            "users.get: 502 Bad Gateway [request id F1FIj5XwD_m4h0sAASfi, attempts 1, outcome unknown]",
        ),
        (401, "", None, "", 0, "users.get: 401 Unauthorized [request id F1FIj5XwD_m4h0sAASfi, attempts 1]"),
        (
            599,
            "",
            None,
            "",
            0,
            "users.get: 599 [request id F1FIj5XwD_m4h0sAASfi, attempts 1, outcome unknown]",
        ),
    ];
    for (status, body, code, message, fields, line) in cases {
        let error = parse(*status, body.to_string());
        assert_eq!(error.status_code().map(|status| status.as_u16()), Some(*status), "{body}");
        assert_eq!((error.code(), error.message()), (*code, *message), "{body}");
        assert_eq!(error.field_errors().len(), *fields, "{body}");
        assert_eq!(error.request_id(), Some(ID.1));
        assert_eq!(error.body_excerpt(), Some(*body));
        assert_eq!(error.to_string(), *line);
    }
}

#[test]
fn field_errors_are_read() {
    let error = parse(
        422,
        r#"{"errors":[{"field":"data","message":"can't be blank","type":"required"},{"field":"x"}]}"#,
    );
    let [first, second] = error.field_errors() else { panic!("expected two field errors: {error:?}") };
    assert_eq!(first.field.as_deref(), Some("data"));
    assert_eq!(first.message.as_deref(), Some("can't be blank"));
    assert_eq!(first.kind.as_deref(), Some("required"));
    assert_eq!((second.field.as_deref(), &second.message, &second.kind), (Some("x"), &None, &None));
}

#[test]
fn a_field_error_needs_a_field_or_a_message() {
    let error = parse(500, r#"{"errors":{"detail":"Internal Server Error"}}"#);
    assert_eq!(error.field_errors(), []);
    assert!(!error.to_string().contains("is invalid"), "{error}");
}

#[test]
fn bodies_of_any_other_shape_are_tolerated() {
    let bodies: &[&[u8]] = &[
        b"null",
        b"[]",
        b"\"text\"",
        b"7",
        b"{",
        b"{\"message\":7,\"code\":[],\"errors\":3}",
        b"{\"errors\":[1,null,[]]}",
        b"{\"message\":null,\"error\":{\"message\":\"x\"}}",
        b"\xff\xfe\x00\x80",
        b"{\"message\":\"\xff\"}",
        b"\xef\xbb\xbf{}",
    ];
    for body in bodies {
        let error = parse(400, Bytes::copy_from_slice(body));
        assert_eq!((error.code(), error.message()), (None, ""), "{body:?}");
        assert_eq!(error.field_errors(), [], "{body:?}");
        assert_eq!(error.body_excerpt(), Some(&*String::from_utf8_lossy(body)));
        assert_eq!(
            error.to_string(),
            "users.get: 400 Bad Request [request id F1FIj5XwD_m4h0sAASfi, attempts 1]",
            "{body:?}"
        );
    }
}

#[test]
fn the_start_of_a_huge_body_is_kept() {
    // The last one is cut in the middle of a character.
    for body in
        [vec![b'x'; 5_000_000], "é".repeat(2_000).into_bytes(), [b"x", "é".repeat(2_000).as_bytes()].concat()]
    {
        let error = parse(413, body.clone());
        let excerpt = error.body_excerpt().unwrap();
        assert!(excerpt.len() >= 2046 && excerpt.len() <= 2051, "{}", excerpt.len());
        assert!(body.starts_with(&excerpt.as_bytes()[..2046]));
        assert!(error.to_string().len() < 200);
    }
    // The whole body is parsed anyway.
    let padding = "x".repeat(10_000);
    let error = parse(400, format!(r#"{{"padding":"{padding}","code":"workflow_missing"}}"#));
    assert_eq!(error.code(), Some("workflow_missing"));
}

#[test]
fn display_is_one_short_line_for_any_server_text() {
    let long = "é".repeat(100_000);
    let texts = ["a\nb", "a\r\nb\tc\u{0}", "\u{1b}[31mred", "a\u{85}b\u{2028}c\u{2029}d", long.as_str()];
    for text in texts {
        let body = serde_json::json!({
            "code": text, "message": text,
            "errors": vec![serde_json::json!({ "field": text, "message": text, "type": text }); 9],
        });
        let error = parse(422, body.to_string());
        let line = error.to_string();
        assert!(!line.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')), "{line:?}");
        assert!(line.chars().count() < 2_000, "{} characters", line.chars().count());
        assert!(!format!("{error:?}").contains('\n'));
        // Nothing is lost.
        assert_eq!((error.code(), error.message()), (Some(text), text));
        assert_eq!(error.field_errors().len(), 9);
    }
}

/// Returns the error of a stored call that expired, with any name of an operation.
fn expired(operation: &str) -> Error {
    let call = users::get("jhammond").prepare([0; 16]).expect("a valid call");
    let mut stored = serde_json::json!(call.expires_at(UnixTime::from_secs(1)));
    stored["operation"] = operation.into();
    let call: knock_core::PreparedCall = serde_json::from_value(stored).expect("any name is read");
    let client = knock_core::Client::with_transport(support::config(), support::Fake::new([]));
    support::block_on(client.execute(call, None)).expect_err("the call expired")
}

#[test]
fn a_queued_operation_name_cannot_break_the_line() {
    let error = expired(&format!("a\nb{}", "x".repeat(10_000)));
    assert_eq!(error.kind(), ErrorKind::Expired);
    assert!(error.to_string().len() < 400 && !error.to_string().contains('\n'), "{error}");
}

#[test]
fn each_status_has_its_kind_and_outcome() {
    use ErrorKind as K;
    use Outcome::{NotApplied, Unknown};

    // Status, kind, outcome, and whether the error is retryable for a repeatable operation and for another one.
    let cases = [
        (302, K::UnexpectedStatus, Unknown, false, false),
        (400, K::BadRequest, NotApplied, false, false),
        (401, K::Authentication, NotApplied, false, false),
        (403, K::PermissionDenied, NotApplied, false, false),
        (404, K::NotFound, NotApplied, false, false),
        (408, K::Server, Unknown, true, false),
        (409, K::Conflict, NotApplied, true, true),
        (413, K::UnexpectedStatus, NotApplied, false, false),
        (422, K::Unprocessable, NotApplied, false, false),
        (429, K::RateLimited, NotApplied, true, true),
        (500, K::Server, Unknown, true, false),
        (503, K::Server, Unknown, true, false),
    ];
    for (status, kind, outcome, repeatable, not_repeatable) in cases {
        let post = custom::request::<Value>(Method::Post, "/v1/things");
        let post = post.parse(response(status, &[], ""), NOW).unwrap_err();
        for (error, retryable) in [(parse(status, ""), repeatable), (post, not_repeatable)] {
            assert_eq!((error.kind(), error.outcome()), (kind, outcome), "{error}");
            assert_eq!(error.is_retryable(), retryable, "{error}");
            assert_eq!(error.outcome_unknown(), outcome == Unknown);
            assert_eq!(error.attempts(), 1);
            assert_eq!(error.stopped_by(), None);
            assert!(!error.is_usage());
            assert_eq!(error.is_not_found(), status == 404);
            assert_eq!(error.is_authentication(), status == 401);
            assert_eq!(error.is_rate_limited(), status == 429);
            assert!(!error.is_timeout());
            assert!(error.source().is_none());
        }
    }
}

#[test]
fn a_trigger_is_retryable_only_with_a_key() {
    let trigger = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]);
    let cases = [(trigger.clone(), None), (trigger.idempotency_key("alert-17"), Some("alert-17"))];
    for (operation, key) in cases {
        let error = operation.parse(response(500, &[], ""), NOW).unwrap_err();
        assert_eq!((error.is_retryable(), error.outcome()), (key.is_some(), Outcome::Unknown));
        assert_eq!((error.attempts(), error.idempotency_key()), (1, key));
        // A 429 means that Knock did not act.
        assert!(operation.parse(response(429, &[], ""), NOW).unwrap_err().is_retryable());
    }
}

#[test]
fn the_retry_headers_of_the_server_are_honoured() {
    for (header, status, retryable) in [("true", 400, true), ("false", 429, false), ("maybe", 429, true)] {
        let response = response(status, &[("x-should-retry", header), ("retry-after", "3600")], "");
        let error = users::get("jhammond").parse(response, NOW).unwrap_err();
        assert_eq!(error.is_retryable(), retryable, "{header}");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    }
}

#[test]
fn a_decoding_error_names_the_place_but_not_the_value() {
    // An invalid body, and the expected message.
    let cases = [
        (r#"{"id": 7}"#, "the response could not be read: expected a string at id (line 1 column 8)"),
        (r#"{"name": "x"}"#, "the response could not be read: missing field `id` at line 1 column 13"),
        (r#"{"id": "a""#, "the response could not be read at id (line 1 column 10)"),
        ("{\n \"id\":\n\n  7}", "the response could not be read: expected a string at id (line 4 column 3)"),
    ];
    for (body, message) in cases {
        let error = users::get("jhammond").parse(response(200, &[ID], body), NOW).unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::Decoding, message));
        assert_eq!((error.outcome(), error.is_retryable(), error.attempts()), (Outcome::Applied, false, 1));
        assert_eq!(error.body_excerpt(), Some(body));
        assert!(error.to_string().starts_with("users.get: 200 OK: the response"), "{error}");
    }
    // What is not even JSON does not show that Knock acted.
    let body = r#"{"plan": [1, {"a": }]}"#;
    let error = users::get("jhammond").parse(response(200, &[ID], body), NOW).unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::UnexpectedResponse, Outcome::Unknown));
    let message = "the response could not be read: expected value at plan[1] (line 1 column 20)";
    assert_eq!((error.message(), error.body_excerpt()), (message, Some(body)));
}

#[derive(serde::Deserialize)]
struct Row {
    #[serde(rename = "inserted_at")]
    _inserted_at: knock_core::Timestamp,
}

#[test]
fn a_decoding_error_shows_the_bytes_around_its_place() {
    let row = |index: usize| {
        let inserted_at = if index == 45 { "soon" } else { "2026-09-21T14:13:20Z" };
        let text = "é".repeat(300);
        serde_json::json!({
            "__typename": "MessageEvent", "id": index.to_string(), "recipient": "jhammond",
            "type": "message.sent", "data": { "text": text }, "inserted_at": inserted_at
        })
    };
    let rows: Vec<_> = (0..50).map(row).collect();
    // As a custom operation, which has no rows that can be left out.
    let list = custom::request::<Vec<Row>>(Method::Get, "/v1/rows");
    let body = serde_json::json!(rows).to_string();
    let error = list.parse(response(200, &[], body.clone()), NOW).map(drop).unwrap_err();
    assert!(error.message().contains(" at [45].inserted_at (line 1 column "), "{error}");
    let excerpt = error.body_excerpt().unwrap();
    assert!(excerpt.contains(r#""inserted_at":"soon""#), "{excerpt}");
    assert!(excerpt.chars().count() <= 2048 && body.find(excerpt.trim_matches('\u{fffd}')).is_some());
}

#[test]
fn a_response_that_is_not_knocks_is_described() {
    for (body, words) in [
        ("<html>", "the response is HTML and not JSON"),
        ("ok", "the response is not JSON"),
        ("", "the response has no body"),
    ] {
        let error = users::get("jhammond").parse(response(200, &[ID], body), NOW).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::UnexpectedResponse, Outcome::Unknown));
        assert!(error.is_retryable());
        assert!(error.message().starts_with(words), "{error}");
        assert_eq!((error.body_excerpt(), error.request_id()), (Some(body), Some(ID.1)));
    }
}

#[test]
fn a_redirect_names_where_it_leads_without_the_url() {
    // The location, and what the message tells of it.
    let cases = [
        ("https://sso.corp.example/login?token=hunter2", "redirects to https://sso.corp.example;"),
        ("http://user:hunter2@10.0.0.1:8080/hunter2", "redirects to http://10.0.0.1:8080;"),
        ("/login?token=hunter2", "redirects to another of its paths"),
        ("//user:hunter2@sso.corp.example:8443/hunter2", "redirects to //sso.corp.example:8443;"),
        ("/\\sso.corp.example/hunter2", "redirects to a place that is not a URL"),
        ("javascript:hunter2", "redirects to a place that is not a URL"),
        ("https:hunter2", "redirects to a place that is not a URL"),
        ("?next=hunter2", "redirects to another of its paths"),
        ("ht tp://hunter2", "redirects to a place that is not a URL"),
        ("hunter2", "redirects to another"),
    ];
    for status in [301, 302, 303, 307, 308] {
        for (location, words) in cases {
            // The body of a proxy does not hide it.
            let body = r#"{"message": "moved to hunter2"}"#;
            let headers = [("location", location)];
            let error = users::get("jhammond").parse(response(status, &headers, body), NOW).unwrap_err();
            assert_eq!((error.kind(), error.outcome()), (ErrorKind::UnexpectedStatus, Outcome::Unknown));
            assert_eq!(error.status_code().map(|code| code.as_u16()), Some(status));
            assert!(error.message().contains(words), "{error}");
            assert!(error.to_string().starts_with(&format!("users.get: {status} ")), "{error}");
            assert!(!format!("{error} {error:?} {error:#?}").contains("hunter2"), "{error:?}");
            assert!(!error.is_retryable());
        }
    }
    assert_eq!(parse(302, "").message(), "the server redirects without a `Location`");
    assert_eq!(parse(304, "").message(), "");
}

#[test]
fn debug_is_as_bounded_as_display() {
    let long = "é\"\n".repeat(2_000);
    let error = serde_json::json!({ "field": long, "message": long, "type": long });
    let body = serde_json::json!({ "code": long, "message": long, "errors": vec![error; 50] });
    let id = "r".repeat(100_000);
    let error =
        users::get("a").parse(response(422, &[("x-request-id", &id)], body.to_string()), NOW).unwrap_err();
    for text in [
        error.to_string(),
        format!("{error:?}"),
        format!("{error:#?}"),
        format!("{:?}", error.field_errors()[0]),
    ] {
        assert!(text.chars().count() < 20_000, "{} characters", text.chars().count());
    }
    assert!(format!("{error:?}").contains("40 more"));
    // Nothing is lost.
    assert_eq!((error.field_errors().len(), error.field_errors()[0].message.as_deref()), (50, Some(&*long)));

    // A source of any size, and the name of a call from a queue.
    for kind in [TransportError::not_sent, TransportError::interrupted] {
        let error = Error::from(kind(long.clone()));
        for text in [format!("{error:?}"), format!("{error:#?}")] {
            assert!(text.len() < 3_000, "{} bytes", text.len());
        }
    }
    assert!(format!("{:?}", expired(&long)).chars().count() < 2_000);
}

#[test]
fn decoding_errors_contain_no_personal_data() {
    // Each contains personal data in a place where it cannot be read.
    let person = "jane@personal.example";
    let bodies = [
        format!(r#"{{"id": "a", "name": ["{person}"]}}"#),
        format!(r#"{{"id": "a", "name": {{"{person}": 1}}}}"#),
        format!(r#"{{"id": "a", "{person}": {{"b": }}}}"#),
        format!(r#"{{"id": "a", "plan": {{"{person}": ["{person}", ]}}}}"#),
        format!(r#""{person}""#),
        format!(r#""expected {person}""#),
        format!(r#""missing field {person}""#),
        format!(r#"["{person}"]"#),
        format!(r#"{{"id": "a" "{person}"}}"#),
        format!(r#"{{"id": "a", "id": "{person}"}}"#),
        person.to_owned(),
        format!("<html>{person}"),
    ];
    for body in bodies {
        let error = users::get("jhammond").parse(response(200, &[], body.clone()), NOW).unwrap_err();
        let text = format!("{error} {error:?} {error:#?}");
        assert!(!text.contains("jane") && !text.contains("personal"), "{body} results in {text}");
        assert!(!text.contains(" but "), "{text} quotes the value");
        assert_eq!(error.body_excerpt(), Some(body.as_str()), "the excerpt contains it");
    }
    // Times that cannot be left out.
    let times = [
        format!(r#""{person}""#),
        format!(r#""2026-09-21T14:13:20Z{person}""#),
        format!(r#""2026-09-21T14:13:20.expected {person}""#),
        format!(r#"{{"{person}": 1}}"#),
    ];
    for time in times {
        let body = format!(r#"{{"id": "a", "recipient": "b", "status": "queued", "inserted_at": {time}}}"#);
        let error = messages::get("a").parse(response(200, &[], body), NOW).unwrap_err();
        let text = format!("{error} {error:?} {error:#?}");
        assert!(!text.contains("jane") && !text.contains("personal"), "{time} results in {text}");
        assert!(error.message().contains(" at inserted_at ("), "{error}");
    }
}

#[test]
fn invalid_input_names_the_field_and_shows_no_argument() {
    let trigger = || workflows::trigger("dinosaurs-loose");
    let error = trigger().recipients(["a", "b", "c", ""]).prepare([7; 16]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "workflows.trigger: `recipients[3]` is empty; it must be an id",
        "operation, field, problem, requirement"
    );
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::InvalidInput, Outcome::NotApplied));
    assert!(error.is_usage() && !error.is_retryable());
    assert_eq!((error.attempts(), error.status_code(), error.request_id()), (0, None, None));
    assert_eq!((error.body_excerpt(), error.code(), error.retry_after()), (None, None, None));

    let bad_key = "jane@personal.example\n";
    let error = trigger().recipients(["a"]).idempotency_key(bad_key).prepare([7; 16]).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("jane"), "{error:?}");

    let input = InvalidInput::new("since", "is in the future");
    assert_eq!((input.field(), input.to_string().as_str()), ("since", "`since` is in the future"));
    assert_eq!(Error::from(input).to_string(), "`since` is in the future");
}

#[test]
fn values_that_cannot_be_serialized_name_their_field() {
    let map = std::collections::BTreeMap::from([((1, 2), "keys must be strings")]);
    let by_field = [
        ("data", workflows::trigger("k").recipients(["a"]).data(&map).prepare([7; 16])),
        ("body", custom::request::<Value>(Method::Post, "/v1/x").json(&map).prepare([7; 16])),
        ("user.title", users::identify(UserRequest::new("a").property("title", &map)).prepare([7; 16])),
        ("user.properties", users::identify(UserRequest::new("a").properties(&map)).prepare([7; 16])),
    ];
    for (field, prepared) in by_field {
        let error = prepared.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.message().starts_with(&format!("`{field}` ")), "{error}");
    }
}

#[test]
fn credentials_go_over_plain_http_only_to_this_machine_or_if_that_is_allowed() {
    let token = || CallOptions::new().user_token("eyJ.a.b");
    for (url, is_this_machine) in [
        ("http://localhost:4000", true),
        ("http://api.localhost", true),
        ("http://127.0.0.1:4000", true),
        ("http://127.8.8.8", true),
        ("http://[::1]:4000", true),
        ("http://10.0.0.1", false),
        ("http://0.0.0.0:4000", false),
        ("http://127.", false),
        ("http://127.0.0.", false),
        ("http://localhost.example.com", false),
        ("http://127.0.0.1.example.com", false),
        ("http://api.knock.app", false),
    ] {
        let builder = |key| Config::builder(key).base_url(url);
        let open = is_this_machine;
        assert_eq!(builder("sk_test_12345").build().is_ok(), open, "{url}");
        assert_eq!(builder("pk_test_12345").user_token("eyJ.a.b").build().is_ok(), open, "{url}");
        let public = builder("pk_test_12345").build().unwrap();
        let sent = users::get("a").with(token()).to_request(&public);
        assert_eq!(sent.is_ok(), open, "{url}");
        if let Err(error) = sent {
            assert!(error.to_string().contains("allow_plain_http"), "{error}");
            assert_eq!(error.kind(), ErrorKind::Configuration);
        }
        for key in ["sk_test_12345", "pk_test_12345"] {
            let allowed = builder(key).allow_plain_http(true).user_token("eyJ.a.b").build().unwrap();
            assert!(users::get("a").with(token()).to_request(&allowed).is_ok());
        }
    }
    assert!(Config::new("sk_test_12345").is_ok());
}

#[test]
fn configuration_errors_name_the_setting() {
    let key = |key: &str| Config::new(key);
    let url = |url: &str| Config::builder("sk_test_12345").base_url(url).build();
    let header = |name: &str, value: &str| Config::builder("sk_test_12345").header(name, value).build();
    let builder = || Config::builder("sk_test_12345");

    let cases = [
        (Config::from_variables(|_| None).build(), vec!["no API key", "KNOCK_API_KEY", "sk_"]),
        (Config::from_variables(|_| Some(" ".to_owned())).build(), vec!["no API key"]),
        (key(""), vec!["API key is empty", "KNOCK_API_KEY"]),
        (key("  \n"), vec!["API key is empty"]),
        (key("sk_test\n12345"), vec!["line break", "KNOCK_API_KEY"]),
        (key("sk_test 12345"), vec!["white space"]),
        (key("sk_test_é"), vec!["another character that is invalid in a key"]),
        (key("sk_test\u{0}"), vec!["another character that is invalid in a key"]),
        (key("\"sk_test_12345\""), vec!["quotation mark"]),
        (key("'sk_test_12345'"), vec!["quotation mark"]),
        (key("Bearer sk_test_12345"), vec!["begins with `Bearer`"]),
        (key("-----BEGIN PRIVATE KEY-----"), vec!["signing key (PEM)"]),
        (key("LS0tLS1CRUdJTiBQUklWQVRF"), vec!["signing key (PEM)"]),
        (key("eyJhbGciOiJSUzI1NiJ9.e30.c2ln"), vec!["token (JWT)"]),
        (url(""), vec!["base URL", "KNOCK_BASE_URL", "https://api.knock.app"]),
        (url("api.knock.app"), vec!["no scheme or no host"]),
        (url("/v1"), vec!["no scheme or no host"]),
        (url("https://"), vec!["base URL is not a URL"]),
        (url("https://a b"), vec!["base URL is not a URL"]),
        (url("ftp://api.knock.app"), vec!["neither `https` nor `http`"]),
        (url("https://user:hunter2@api.knock.app"), vec!["user name"]),
        (url("https://api.knock.app?x=1"), vec!["query or a fragment"]),
        (url("https://api.knock.app/#x"), vec!["query or a fragment"]),
        (header("x-a", "1\r\nx-b: 2"), vec!["header x-a", "line break"]),
        (header("x-a\r\nx-b", "2"), vec!["header", "name"]),
        (header("", "2"), vec!["header", "name that is empty"]),
        (header("Authorization", "Bearer x"), vec!["header Authorization", "set by the SDK itself"]),
        (header("content-length", "0"), vec!["header content-length", "set by the SDK itself"]),
        (header("Host", "x"), vec!["header Host"]),
        (header("Idempotency-Key", "x"), vec!["header Idempotency-Key"]),
        (header("transfer-encoding", "chunked"), vec!["header transfer-encoding"]),
        (header("Content-Type", "text/plain"), vec!["header Content-Type"]),
        (builder().timeout(Duration::ZERO).build(), vec!["`timeout` is zero"]),
        (builder().deadline(Duration::ZERO).build(), vec!["`deadline` is zero"]),
        (builder().connect_timeout(Duration::ZERO).build(), vec!["`connect_timeout` is zero"]),
        (builder().max_response_bytes(0).build(), vec!["`max_response_bytes` is zero"]),
        (builder().branch("").build(), vec!["branch", "KNOCK_BRANCH"]),
        (builder().branch("a\nb").build(), vec!["branch"]),
        (builder().user_token("").build(), vec!["user token", "eyJ"]),
        (builder().user_token("eyJ\n").build(), vec!["user token"]),
        (builder().user_agent("a\nb").build(), vec!["`user_agent`"]),
    ];
    for (index, (result, words)) in cases.into_iter().enumerate() {
        let error = result.expect_err(&format!("case {index}, {words:?}, should be refused"));
        let line = error.to_string();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Configuration, None));
        assert!(error.is_usage() && !error.is_retryable());
        for word in words {
            assert!(line.contains(word), "{line} does not contain {word}");
        }
        assert!(!line.contains("12345") && !line.contains("hunter2"), "{line} shows a secret");
        assert!(!line.contains('\n') && !line.ends_with('…'), "{line} is not one complete line");
    }
}

#[test]
fn valid_settings_are_accepted() {
    for key in ["sk_live_x", "pk_test_x", "knock_st_x", " sk_test_12345\n"] {
        assert!(Config::new(key).is_ok(), "{key}");
    }
    for (url, origin) in [
        ("https://api.knock.app", ("https", "api.knock.app", None)),
        ("https://api.knock.app/", ("https", "api.knock.app", None)),
        (" http://localhost:4000 ", ("http", "localhost", Some(4000))),
        ("http://[::1]:4000/knock", ("http", "[::1]", Some(4000))),
        ("HTTPS://API.knock.app", ("https", "API.knock.app", None)),
    ] {
        let config = Config::builder("sk_test_12345").base_url(url).build().unwrap();
        assert_eq!(config.origin(), origin);
    }
    let from_environment = Config::from_variables(|name| {
        let value = match name {
            "KNOCK_API_KEY" => " sk_test_12345\n",
            "KNOCK_BASE_URL" => "http://localhost:4000/\n",
            "KNOCK_BRANCH" => " new-onboarding ",
            name => panic!("{name} should not be read"),
        };
        Some(value.to_owned())
    });
    let request = users::get("a").to_request(&from_environment.build().unwrap()).unwrap();
    assert_eq!(request.uri(), "http://localhost:4000/v1/users/a");
    assert_eq!(request.headers()["authorization"], "Bearer sk_test_12345");
    assert_eq!(request.headers()["x-knock-branch"], "new-onboarding");
}

#[test]
fn a_transport_error_is_a_source() {
    let client = knock_core::Client::with_transport(
        support::config(),
        support::Fake::new([
            support::Reaction::NotSent,
            support::Reaction::NotSent,
            support::Reaction::NotSent,
        ]),
    );
    let error = support::block_on(users::get("jhammond").send(&client)).unwrap_err();
    assert_eq!(error.to_string(), "users.get: the request was not sent [attempts 3, no attempts left]");
    assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("connection refused"));
}

#[test]
fn token_errors_convert_into_errors() {
    let error = Error::from(TokenError::MissingKey);
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("KNOCK_SIGNING_KEY"), "{error}");
    let error = Error::from(TokenError::from(InvalidInput::new("user_id", "is empty")));
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}
