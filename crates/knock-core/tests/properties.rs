//! Properties for any input: nothing panics, nothing is changed on its way, and nothing is retried that must not be.

mod support;

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use knock_core::call::{Call, Verdict};
use knock_core::channel_data::{ChannelData, ChannelId};
use knock_core::recipients::{RecipientReference, UserRequest};
use knock_core::slack::{self, AccessTokenObject};
use knock_core::token::{Entity, Grant, SigningKey, UserToken};
use knock_core::webhook::{SIGNATURE_HEADER, Verifier};
use knock_core::{
    CallOptions, Config, Error, ErrorKind, Method, Operation, Outcome, PreparedCall, RetryPolicy,
    TransportError, UnixTime, custom, users, workflows,
};
use percent_encoding::percent_decode_str;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};
use support::{NOW, config, secs};

/// Any text, with special characters of URLs, JSON and headers more often than by chance.
fn text() -> impl Strategy<Value = String> {
    let pieces = select(vec![
        "/", "?", "#", "%", ".", "..", "%2e", "&", "=", "[", "]", "{", "}", "\"", "\\", "\n", "\r", "\t",
        "\0", " ", "+", "$tenants", "é", "日", "🦖", "\u{2028}", "\u{feff}", "a", "Z", "0", "-", "_", "~",
        "'", ",", ";", ":", "@",
    ]);
    prop_oneof![any::<String>(), vec(pieces, 0..8).prop_map(|pieces| pieces.concat()), "[a-z0-9-]{1,20}"]
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no NaN", |number| number.is_finite()).prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(text(), inner, 0..6).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn json_object() -> impl Strategy<Value = Map<String, Value>> {
    btree_map(text(), json_value(), 0..6).prop_map(|map| map.into_iter().collect())
}

/// Bodies: bytes, text, JSON, and JSON with the field names of responses and errors.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let names = select(vec![
        "id",
        "code",
        "message",
        "error",
        "errors",
        "field",
        "type",
        "status",
        "workflow_run_id",
        "created_at",
        "slack_channels",
        "entries",
        "next_cursor",
        "page_info",
        "after",
        "connection",
        "ok",
        "channel_id",
        "data",
        "provider",
        "channel_types",
        "workflows",
        "commercial_subscribed",
        "__typename",
    ]);
    let known = btree_map(names.prop_map(str::to_owned), json_value(), 0..8);
    prop_oneof![
        vec(any::<u8>(), 0..200),
        text().prop_map(String::into_bytes),
        json_value().prop_map(|value| value.to_string().into_bytes()),
        known.prop_map(|map| json!(map).to_string().into_bytes()),
        // Longer than an excerpt, which is thus cut at any byte.
        (0..4_u8, 2_000..2_100_usize).prop_map(|(shift, count)| {
            let mut bytes = vec![b' '; shift.into()];
            bytes.extend("é🦖".repeat(count).bytes());
            bytes
        }),
    ]
}

fn header_value() -> impl Strategy<Value = HeaderValue> {
    let texts = select(vec![
        "true",
        "false",
        "0",
        "-1",
        "1e400",
        "99999999999999999999",
        "NaN",
        "Mon, 21 Sep 2026 14:13:25 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "t=1,s=",
        "1,2,,3",
        "",
    ]);
    prop_oneof![
        texts.prop_map(HeaderValue::from_static),
        vec(prop_oneof![Just(b'\t'), b' '..=b'~', 0x80..=0xff_u8], 0..40)
            .prop_map(|bytes| HeaderValue::from_bytes(&bytes).expect("valid in a header")),
        any::<f64>().prop_map(|number| HeaderValue::try_from(number.to_string()).expect("digits")),
    ]
}

fn headers() -> impl Strategy<Value = HeaderMap> {
    let names = select(vec![
        "x-request-id",
        "x-should-retry",
        "retry-after",
        "retry-after-ms",
        "date",
        "idempotent-replayed",
        "original-x-request-id",
        "x-ratelimited-message_ids",
        SIGNATURE_HEADER,
        "content-type",
    ]);
    vec((names.prop_map(HeaderName::from_static), header_value()), 0..6).prop_map(|pairs| {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, value);
        }
        headers
    })
}

fn response() -> impl Strategy<Value = http::Response<Bytes>> {
    let status = prop_oneof![
        select(vec![200, 201, 204, 302, 400, 401, 404, 408, 409, 422, 429, 500, 503]),
        100..1000_u16
    ];
    (status, headers(), body()).prop_map(|(status, headers, body)| {
        let mut response = http::Response::new(Bytes::from(body));
        *response.status_mut() = http::StatusCode::from_u16(status).expect("100 to 999");
        *response.headers_mut() = headers;
        response
    })
}

fn check_error(error: &Error) -> Result<(), TestCaseError> {
    let line = error.to_string();
    prop_assert!(
        !line.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')),
        "{line:?}"
    );
    prop_assert!(line.chars().count() < 2_200, "{} characters", line.chars().count());
    let debug = format!("{error:?}");
    prop_assert!(!debug.contains('\n'));
    prop_assert!(debug.chars().count() < 20_000, "{} characters", debug.chars().count());
    prop_assert!(error.body_excerpt().is_none_or(|excerpt| excerpt.chars().count() <= 2_048));
    Ok(())
}

/// Reads a response and, if that fails, checks the error.
fn check_parse<O: Operation>(
    operation: &O,
    response: &http::Response<Bytes>,
) -> Result<Option<O::Output>, TestCaseError> {
    match operation.parse(response.clone(), NOW) {
        Ok(output) => {
            prop_assert!(response.status().is_success());
            Ok(Some(output))
        }
        Err(error) => {
            prop_assert_eq!(error.status_code(), Some(response.status()));
            let of_a_success = match error.kind() {
                ErrorKind::Decoding => error.outcome() == Outcome::Applied,
                ErrorKind::UnexpectedResponse => error.outcome() == Outcome::Unknown,
                _ => false,
            };
            prop_assert_eq!(of_a_success, response.status().is_success(), "{}", error);
            check_error(&error)?;
            Ok(None)
        }
    }
}

/// Returns the segments of a path, as a server reads them.
fn segments(request: &http::Request<Bytes>) -> Vec<String> {
    let segments = request.uri().path().split('/').skip(1);
    segments.map(|segment| percent_decode_str(segment).decode_utf8().expect("UTF-8").into_owned()).collect()
}

proptest! {
    #[test]
    fn any_id_is_one_segment_or_refused(id in text(), other in text()) {
        let route = ["v1", "users", &id, "channel_data", &other].map(str::to_owned);
        let get = users::get_channel_data(&id, ChannelId::new(&other));
        match get.to_request(&config()) {
            Ok(request) => {
                prop_assert_eq!(segments(&request), route);
                prop_assert_eq!(request.uri().query(), None);
                prop_assert_eq!(request.uri().host(), Some("api.knock.app"));
            }
            Err(error) => {
                prop_assert_eq!(error.kind(), ErrorKind::InvalidInput);
                let is_removed = |id: &str| {
                    matches!(id.to_lowercase().replace("%2e", ".").as_str(), "" | "." | "..")
                };
                prop_assert!(is_removed(&id) || is_removed(&other), "{:?} and {:?} are valid", id, other);
            }
        }
    }

    #[test]
    fn any_query_is_read_back(pairs in vec((text(), text()), 0..5), list in vec(text(), 0..4)) {
        let mut operation = custom::request::<Value>(Method::Get, "/v1/things");
        for (name, value) in &pairs {
            operation = operation.query(name, value);
        }
        if !list.is_empty() {
            operation = operation.query("list", &list);
        }
        let request = operation.to_request(&config()).expect("any text can be in a query");
        let decode = |text: &str| percent_decode_str(text).decode_utf8().expect("UTF-8").into_owned();
        let query = request.uri().query().unwrap_or_default();
        let received: Vec<_> = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').expect("each has a value");
            (decode(name), decode(value))
        }).collect();
        let sent: Vec<_> = pairs.into_iter().chain(list.into_iter().map(|value| ("list[]".to_owned(), value))).collect();
        prop_assert_eq!(received, sent);
        prop_assert_eq!(request.uri().path(), "/v1/things");
    }

    #[test]
    fn any_object_is_sent_as_data_unchanged(data in json_object()) {
        let call = workflows::trigger("k").recipients(["a"]).data(&data).prepare([7; 16]).expect("it is an object");
        let text = serde_json::to_string(&data).expect("JSON");
        let body = call.body().expect("a trigger has a body");
        prop_assert_eq!(body, &format!(r#"{{"recipients":["a"],"data":{text}}}"#));
    }

    #[test]
    fn any_other_json_is_refused_as_data(data in json_value()) {
        let prepared = workflows::trigger("k").recipients(["a"]).data(&data).prepare([7; 16]);
        prop_assert_eq!(prepared.is_ok(), data.is_object() || data.is_null());
    }

    #[test]
    fn any_recipient_is_sent_unchanged(ids in vec(text(), 1..20)) {
        let prepared = workflows::trigger("k").recipients(&ids).prepare([7; 16]);
        if let Some(index) = ids.iter().position(String::is_empty) {
            let message = prepared.expect_err("one is empty").to_string();
            let field = format!("`recipients[{index}]`");
            prop_assert!(message.contains(&field), "{}", message);
        } else {
            let call = prepared.expect("none is empty");
            let body: Value = serde_json::from_slice(call.body().expect("a body")).expect("JSON");
            prop_assert_eq!(&body["recipients"], &json!(ids));
        }
    }

    #[test]
    fn any_custom_properties_are_sent_next_to_the_built_in_ones(custom in json_object(), name in text()) {
        let mut user = UserRequest::new("a").name(name.as_str());
        for (name, value) in &custom {
            user = user.property(name, value);
        }
        match users::identify(user).prepare([7; 16]) {
            Ok(call) => {
                let mut expected = custom;
                expected.insert("name".to_owned(), name.into());
                prop_assert_eq!(call.body().expect("a body").clone(), reference_body(&expected));
            }
            Err(_) => prop_assert!(custom.contains_key("name") || custom.contains_key("id")),
        }
    }

    #[test]
    fn custom_properties_are_read_from_a_response(custom in json_object()) {
        let known = ["__typename", "id", "name", "email", "phone_number", "avatar", "timezone", "created_at", "updated_at"];
        let mut user: Map<_, _> = custom.into_iter().filter(|(name, _)| !known.contains(&name.as_str())).collect();
        let properties = user.clone();
        user.insert("id".to_owned(), "a".into());
        let body = serde_json::to_vec(&user).expect("JSON");
        // Parsed once, because a float may change its last digit when it is parsed.
        let properties: Map<String, Value> =
            serde_json::from_slice(&serde_json::to_vec(&properties).expect("JSON")).expect("JSON");
        let user = users::get("a").parse(http::Response::new(body.into()), NOW).expect("it has an id");
        prop_assert_eq!(user.properties, properties);
    }

    #[test]
    fn any_idempotency_key_is_sent_unchanged_or_refused(key in prop_oneof![text(), " {0,2}[!-~ ]{0,300}"]) {
        let trigger = workflows::trigger("k").recipients(["a"]).idempotency_key(key.as_str());
        match trigger.to_request(&config()) {
            Ok(request) => {
                prop_assert_eq!(request.headers()["idempotency-key"].as_bytes(), key.as_bytes());
                prop_assert!(!key.is_empty() && key.len() <= 255 && key.trim() == key);
            }
            Err(error) => prop_assert!(error.message().starts_with("`idempotency_key` "), "{}", error),
        }
    }

    #[test]
    fn any_response_is_read_or_an_error(response in response()) {
        check_parse(&workflows::trigger("k").recipients(["a"]), &response)?;
        check_parse(&workflows::cancel("k").cancellation_key("c"), &response)?;
        if let Some(user) = check_parse(&users::get("a"), &response)? {
            prop_assert!(serde_json::to_string(&user).is_ok());
        }
        if let Some(set) = check_parse(&users::get_preferences("a"), &response)? {
            prop_assert!(serde_json::to_string(&set).is_ok());
        }
        if let Some(data) = check_parse(&users::get_channel_data("a", ChannelId::new("c")), &response)? {
            prop_assert!(serde_json::to_string::<ChannelData>(&data).is_ok());
        }
        let list = slack::list_channels("c", AccessTokenObject::tenant("t"));
        if let Some(page) = check_parse(&list, &response)?
            && let Some(next) = page.next
        {
            // Any cursor results in a valid request.
            prop_assert!(next.to_request(&config()).is_ok());
        }
        check_parse(&slack::auth_check("c", AccessTokenObject::tenant("t")), &response)?;
        check_parse(&custom::request::<Value>(Method::Post, "/v1/x"), &response)?;
        check_parse(&custom::request::<RecipientReference>(Method::Get, "/v1/x"), &response)?;
    }

    #[test]
    fn any_retry_after_is_honoured_limited_or_ignored(headers in headers(), status in select(vec![408, 429, 503])) {
        let call = Call::new(&config(), get(), None, NOW, [7; 16]).expect("a valid call");
        let (_, sent) = call.send(NOW).expect("a first attempt");
        let mut response = http::Response::new(Bytes::new());
        *response.status_mut() = http::StatusCode::from_u16(status).expect("a status");
        *response.headers_mut() = headers;
        match sent.receive(response, NOW) {
            Verdict::Retry { after, .. } => prop_assert!(after <= secs(60), "{after:?}"),
            Verdict::Failed(error) => {
                check_error(&error)?;
                let too_long = error.retry_after().is_some_and(|wait| wait > secs(60));
                prop_assert!(too_long || !error.is_retryable(), "{}", error);
            }
            Verdict::Done(completed) => prop_assert!(false, "{completed:?}"),
        }
    }

    #[test]
    fn any_text_is_a_signing_key_or_an_error(
        text in text(),
        tag in select(vec!["PRIVATE KEY", "RSA PRIVATE KEY", "CERTIFICATE", "X"]),
        bytes in vec(any::<u8>(), 0..80),
    ) {
        use base64::Engine;
        use base64::engine::general_purpose::STANDARD;

        let base64 = STANDARD.encode(&bytes);
        for text in [
            text.clone(),
            format!("-----BEGIN{text}"),
            format!("LS0tLS1CRUdJTi{text}"),
            format!("-----BEGIN {tag}-----\n{base64}\n-----END {tag}-----"),
            format!("-----BEGIN {tag}-----\n{text}\n-----END {tag}-----"),
            STANDARD.encode(format!("-----BEGIN {tag}-----\n{text}\n-----END {tag}-----")),
        ] {
            let error = SigningKey::parse(&text).expect_err("not a key");
            prop_assert!(!error.to_string().contains('\n'));
        }
    }

    #[test]
    fn any_webhook_is_refused(headers in headers(), text in text(), body in body(), now in any::<u64>()) {
        let verifier = Verifier::new("whsec_test").expect("not empty");
        let now = UnixTime::from_millis(now);
        prop_assert!(verifier.verify(&headers, &body, now).is_err());
        for header in [text.clone(), format!("t={text},s={text}"), format!("t={},s={text}", now.as_millis())] {
            prop_assert!(verifier.verify_signature(&header, &body, now).is_err());
        }
    }

    #[test]
    fn any_stored_call_is_read_whole_or_refused(
        operation in text(),
        method in prop_oneof![text(), "[A-Z]{1,8}", Just("GET".to_owned())],
        target in prop_oneof![text(), text().prop_map(|text| format!("/{text}"))],
        body in proptest::option::of(text()),
        key in proptest::option::of(text()),
        flags in any::<[bool; 2]>(),
        expires_at in proptest::option::of(any::<u64>()),
        version in 0..3_u32,
        unknown in "[a-z]{1,3}",
    ) {
        let mut stored = json!({
            "version": version, "operation": operation, "route": "", "method": method, "target": target,
            "body": body, "idempotency_key": key, "honours_idempotency_key": flags[0],
            "repeatable": flags[1], "expires_at": expires_at,
        });
        let read = serde_json::from_value::<PreparedCall>(stored.clone());
        // Calls of later versions are refused, whether by their version or by an unknown field.
        stored[unknown.as_str()] = json!(true);
        serde_json::from_value::<PreparedCall>(stored).expect_err("an unknown field");
        if let Ok(call) = read {
            prop_assert!(version <= 1);
            prop_assert!(!flags[0] || key.is_some(), "a call without its key");
            prop_assert_eq!(call.operation(), &operation);
            prop_assert_eq!(call.target(), &target);
            prop_assert_eq!(call.method().as_str(), &method);
            prop_assert_eq!(call.body().map(|body| body.to_vec()), body.map(String::into_bytes));
            prop_assert_eq!(call.idempotency_key(), key.as_deref());
            let request = call.to_request(&config()).expect("an accepted call can be sent");
            prop_assert_eq!(request.uri().host(), Some("api.knock.app"));
            let again: PreparedCall = serde_json::from_value(json!(call)).expect("a serialized call can be read");
            prop_assert_eq!(again, call);
        }
    }

    #[test]
    fn any_json_is_a_stored_call_or_an_error(value in json_value(), bytes in vec(any::<u8>(), 0..100)) {
        let _ = serde_json::from_value::<PreparedCall>(value);
        let _ = serde_json::from_slice::<PreparedCall>(&bytes);
    }

    #[test]
    fn any_configuration_is_valid_or_an_error(key in text(), url in text(), name in text(), value in text()) {
        for result in [
            Config::new(key.as_str()),
            Config::builder("sk_test").base_url(&url).build(),
            Config::builder("sk_test").base_url(format!("https://{url}")).build(),
            Config::builder("sk_test").base_url(format!("http://localhost/{url}")).build(),
            Config::builder("sk_test").header(&name, value.as_str()).build(),
            Config::builder("sk_test").branch(&name).user_agent(&value).build(),
            Config::builder("sk_test").user_token(value.as_str()).build(),
        ] {
            match result {
                Ok(config) => {
                    let request = users::get("a").to_request(&config).expect("the path is short");
                    prop_assert!(request.uri().path().ends_with("/v1/users/a"), "{}", request.uri());
                }
                Err(error) => {
                    prop_assert_eq!(error.kind(), ErrorKind::Configuration);
                    check_error(&error)?;
                }
            }
        }
        let options = CallOptions::new().header(&name, value.as_str()).branch(&value).user_token(name);
        let _ = users::get("a").with(options).to_request(&config());
    }

    #[test]
    fn any_token_is_three_parts(user in text(), id in text(), grants in vec(text(), 0..4), seconds in any::<u64>()) {
        let token = UserToken::new(&*user)
            .expires_in(Duration::from_secs(seconds))
            .grant(Entity::tenant(&*id), grants.iter().map(|grant| Grant::from(grant.as_str())))
            .id(&*id)
            .unsigned(NOW);
        if let Ok(token) = token {
            prop_assert_eq!(token.attach(b"s").expose().split('.').count(), 3);
        } else {
            let ambiguous = id.contains(['/', '\\', '?', '#', '%']) || id.contains(char::is_control);
            let ambiguous = ambiguous || matches!(&*id, "" | "." | "..") || id.trim() != id;
            let invalid = user.is_empty() || grants.iter().any(String::is_empty);
            prop_assert!(ambiguous || invalid || !(1..=366 * 24 * 3600).contains(&seconds));
        }
    }
}

/// Returns the body of a PUT with these fields: first `name`, then the custom ones in alphabetical order.
fn reference_body(fields: &Map<String, Value>) -> Bytes {
    let custom = fields.iter().filter(|(name, _)| *name != "name");
    let custom: Vec<_> = custom.map(|(name, value)| format!(",{}:{value}", json!(name))).collect();
    format!("{{\"name\":{}{}}}", fields["name"], custom.concat()).into()
}

fn get() -> PreparedCall {
    users::get("a").prepare([7; 16]).expect("a valid call")
}

#[derive(Debug, Clone)]
enum What {
    Response(http::Response<Bytes>),
    NotSent,
    Interrupted,
    TimedOut,
}

fn script() -> impl Strategy<Value = Vec<(What, u64)>> {
    let what = prop_oneof![
        4 => response().prop_map(What::Response),
        1 => Just(What::NotSent),
        1 => Just(What::Interrupted),
        1 => Just(What::TimedOut),
    ];
    vec((what, 0..90_000_u64), 12)
}

proptest! {
    /// Any call ends before its deadline, uses one key, and is never repeated if that is not safe.
    #[test]
    fn any_call_ends_and_is_retried_safely(
        script in script(),
        kind in 0..3_usize,
        retries in 0..8_u32,
        deadline in proptest::option::of(1..300_u64),
        expiry in proptest::option::of(0..300_u64),
        random in any::<[u8; 16]>(),
    ) {
        let trigger = workflows::trigger("k").recipients(["a"]);
        let post = custom::request::<Value>(Method::Post, "/v1/things");
        let prepared = match kind {
            0 => users::get("a").prepare([7; 16]),
            1 => trigger.prepare([7; 16]),
            _ => post.prepare([7; 16]),
        };
        let mut prepared = prepared.expect("a valid call");
        if let Some(seconds) = expiry {
            prepared = prepared.expires_at(NOW + secs(seconds));
        }
        let config = Config::builder(support::KEY)
            .retry(RetryPolicy::default().max_retries(retries))
            .deadline(deadline.map(secs))
            .build()
            .expect("a valid configuration");
        let mut call = Call::new(&config, prepared, None, NOW, random).expect("a valid call");

        let (mut now, mut requests, mut unsafe_to_repeat) = (NOW, 0_u32, false);
        let mut keys = Vec::new();
        let mut script = script.into_iter();
        let result = loop {
            let (request, sent) = match call.send(now) {
                Ok(sent) => sent,
                Err(error) => break Err(error),
            };
            requests += 1;
            let timeout = sent.attempt().timeout;
            prop_assert!(requests <= retries + 1);
            prop_assert!(!unsafe_to_repeat, "a POST was sent again although Knock may have acted");
            prop_assert!(expiry.is_none_or(|seconds| now < NOW + secs(seconds)));
            prop_assert!(timeout > Duration::ZERO && timeout <= secs(60));
            prop_assert!(deadline.is_none_or(|seconds| now + timeout <= NOW + secs(seconds)));
            keys.push(request.headers().get("idempotency-key").cloned());
            let (what, takes) = script.next().expect("no call has more than 9 attempts");
            // No transport takes longer than its timeout.
            now = now + Duration::from_millis(takes).min(timeout);
            let post = kind == 2;
            let verdict = match what {
                What::Response(response) => {
                    let asked_to_retry = response.headers().get("x-should-retry").is_some_and(|value| value == "true");
                    let definite = response.status().is_client_error() && response.status() != 408;
                    unsafe_to_repeat = post && !definite && !asked_to_retry;
                    sent.receive(response, now)
                }
                What::NotSent => sent.fail(TransportError::not_sent("refused"), now),
                What::Interrupted => {
                    unsafe_to_repeat = post;
                    sent.fail(TransportError::interrupted("reset"), now)
                }
                What::TimedOut => {
                    unsafe_to_repeat = post;
                    sent.fail(TransportError::timed_out(), now)
                }
            };
            call = match verdict {
                Verdict::Done(completed) => break Ok(completed),
                Verdict::Failed(error) => break Err(error),
                Verdict::Retry { after, call } => {
                    prop_assert!(after <= secs(60));
                    now = now + after;
                    prop_assert!(deadline.is_none_or(|seconds| now < NOW + secs(seconds)));
                    call
                }
            };
        };
        match result {
            Ok(completed) => {
                prop_assert!(completed.response().status().is_success());
                prop_assert_eq!(completed.attempts(), requests);
            }
            Err(error) => {
                check_error(&error)?;
                prop_assert_eq!(error.attempts(), requests);
                prop_assert!(error.stopped_by().is_some());
            }
        }
        prop_assert!(keys.iter().all(|key| *key == keys[0] && key.is_some() == (kind == 1)), "{keys:?}");
    }
}
