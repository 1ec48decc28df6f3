//! No `Debug` form shows a secret, and nothing that is meant for a log shows personal data.

mod support;

use std::env::VarError;
use std::fmt::{Debug, Display};

use knock_core::call::{Call, Verdict};
use knock_core::channel_data::{
    AwsSnsDevice, ChannelData, ChannelDataRequest, ChannelDataValue, ChannelId, DiscordChannelData,
    DiscordConnection, MsTeamsChannelData, MsTeamsConnection, PushDevice, SlackChannelData, SlackConnection,
};
use knock_core::preferences::PreferenceSetRequest;
use knock_core::token::{SigningKey, UserToken};
use knock_core::webhook::{Verifier, WebhookError};
use knock_core::{
    CallOptions, Client, Config, ConfigBuilder, Error, ErrorKind, Operation, PreparedCall, Secret,
    TransportError, users, workflows,
};
use serde_json::json;
use support::{Fake, NOW, Reaction, block_on, response};

const API_KEY: &str = "sk_test_hidden1";
const USER_TOKEN: &str = "eyJhidden2.hidden2.hidden2";
const SLACK_TOKEN: &str = "xoxb-hidden3";
const HOOK_URL: &str = "https://hooks.example/hidden4";
const WEBHOOK_SECRET: &str = "whsec_hidden5";
const HEADER_VALUE: &str = "hidden6";
const DEVICE: &str = "device-hidden10";
const ARN: &str = "arn:aws:sns:us-west-2:1:endpoint/APNS/hidden11";
const PERSON: &str = "jane@hidden7.example";
const PKCS8: &str = include_str!("fixtures/rfc7515_a2_pkcs8.pem");

/// Every secret and every personal text above contains this mark, so one search finds them all.
const MARK: &str = "hidden";

#[track_caller]
fn assert_silent(what: &str, text: &str) {
    assert!(!text.to_lowercase().contains(MARK), "{what} shows a secret: {text}");
}

#[track_caller]
fn assert_debug_is_silent(what: &str, value: &impl Debug) {
    assert_silent(what, &format!("{value:?} {value:#?}"));
}

#[track_caller]
fn assert_is_silent(what: &str, value: &(impl Debug + Display)) {
    assert_debug_is_silent(what, value);
    assert_silent(what, &format!("{value} {value:#}"));
}

fn builder() -> ConfigBuilder {
    Config::builder(API_KEY).user_token(USER_TOKEN).header("x-gateway-key", HEADER_VALUE)
}

fn config() -> Config {
    builder().build().expect("a valid configuration")
}

fn options() -> CallOptions {
    CallOptions::new().user_token(USER_TOKEN).header("x-gateway-key", HEADER_VALUE)
}

fn trigger() -> workflows::Trigger {
    workflows::trigger("dinosaurs-loose")
        .recipients([PERSON])
        .data(serde_json::json!({ "email": PERSON }))
        .idempotency_key(PERSON)
}

#[test]
fn secrets_themselves() {
    for text in [API_KEY, USER_TOKEN, SLACK_TOKEN, HOOK_URL] {
        let secret = Secret::from(text);
        assert_debug_is_silent("Secret", &secret);
        assert_debug_is_silent("Option<Secret>", &Some(secret.clone()));
        assert_eq!(secret.expose(), text);
    }
}

#[test]
fn configuration_and_options() {
    assert_debug_is_silent("ConfigBuilder", &builder());
    assert_debug_is_silent("Config", &config());
    assert_debug_is_silent("CallOptions", &options());
    assert_debug_is_silent("WithOptions", &users::get("jhammond").with(options()));
    assert_debug_is_silent(
        "CallOptions with an invalid header",
        &options().header("x-a", format!("{HEADER_VALUE}\n")),
    );

    // The parts that help to distinguish configurations are shown.
    let text = format!("{:?}", config());
    for shown in ["https://api.knock.app", "authorization", "x-gateway-key", "x-knock-user-token", "timeout"]
    {
        assert!(text.contains(shown), "{text}");
    }
}

#[test]
fn a_password_in_the_base_url() {
    assert_debug_is_silent("ConfigBuilder", &builder().base_url("https://user:hidden8@proxy.example"));
}

#[test]
fn invalid_configurations() {
    let broken_key = format!("{API_KEY}\n{API_KEY}");
    let results = [
        Config::new(format!("\"{API_KEY}\"")),
        Config::new(format!("Bearer {API_KEY}")),
        Config::new(broken_key),
        Config::new(format!("-----BEGIN PRIVATE KEY-----{MARK}")),
        Config::new(USER_TOKEN),
        builder().user_token(format!("{USER_TOKEN}\n{USER_TOKEN}")).build(),
        builder().user_token(format!("'{USER_TOKEN}'")).build(),
        builder().header("x-gateway-key", format!("{HEADER_VALUE}\n")).build(),
        builder().header("x-gateway-key", format!("{HEADER_VALUE}é")).build(),
        builder().branch(format!("{MARK}\n{MARK}")).build(),
        builder().base_url(format!("\"https://{MARK}.example\"")).build(),
        Config::from_variables(|_| Err::<String, _>(VarError::NotUnicode(MARK.into()))).build(),
        builder().header("authorization", HEADER_VALUE).build(),
        builder().base_url("https://user:hidden8@proxy.example").build(),
        builder().base_url("https://proxy.example/?key=hidden8").build(),
    ];
    for result in results {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert_is_silent("a configuration error", &error);
    }
}

#[test]
fn a_client() {
    let client = Client::with_transport(config(), Fake::new([]));
    assert_debug_is_silent("Client", &client);
    assert_debug_is_silent("Client", &client.clone());
}

#[test]
fn signing_keys_and_signers() {
    let key = SigningKey::parse(PKCS8).unwrap();
    assert_eq!(format!("{key:?}"), "SigningKey(RSA, 2048 bits)");
    assert_eq!(format!("{key:#?}"), "SigningKey(RSA, 2048 bits)");
    #[cfg(feature = "rsa")]
    {
        let signer = knock_core::token::RsaSigner::new(&key, [42; 32]).unwrap();
        assert_eq!(format!("{signer:?}"), "RsaSigner { .. }");
        let token = UserToken::new("jhammond").sign(&signer, NOW).unwrap();
        assert_eq!(format!("{token:?}"), "[redacted]");
        assert!(token.expose().starts_with("eyJ"));
    }
    let token = UserToken::new("jhammond").unsigned(NOW).unwrap().attach(b"signature");
    assert_eq!(format!("{token:#?}"), "[redacted]");
}

#[test]
fn invalid_signing_keys() {
    let damaged = PKCS8.replace("MII", "MI!");
    let cut = &PKCS8[..PKCS8.len() / 2];
    for text in [damaged.as_str(), cut, &PKCS8[28..], "hidden9"] {
        let error = SigningKey::parse(text).unwrap_err();
        let printed = format!("{error} {error:?} {:?}", Error::from(error.clone()));
        // No line of the key, and no part of the text.
        assert!(!PKCS8.lines().any(|line| !line.starts_with("---") && printed.contains(line)), "{printed}");
        assert_silent("TokenError", &printed);
    }
}

#[test]
fn webhook_verifiers() {
    let verifier = Verifier::new(WEBHOOK_SECRET).unwrap();
    assert_debug_is_silent("Verifier", &verifier);
    let body = format!(r#"{{"type": "{PERSON}"}}"#);
    for header in ["", "t=1,s=", "t=1,s=aGlkZGVu", "t=hidden,s=hidden"] {
        let error = verifier.verify_signature(header, body.as_bytes(), NOW).unwrap_err();
        assert_is_silent("WebhookError", &error);
        assert_ne!(error, WebhookError::EmptySecret);
    }
}

fn channel_data() -> [ChannelDataRequest; 8] {
    let slack = SlackChannelData::new()
        .access_token(SLACK_TOKEN)
        .connection(SlackConnection::channel("C123").access_token(SLACK_TOKEN))
        .connection(SlackConnection::incoming_webhook(HOOK_URL));
    let teams = MsTeamsChannelData::new().connection(MsTeamsConnection::incoming_webhook(HOOK_URL));
    let discord = DiscordChannelData::new().connection(DiscordConnection::incoming_webhook(HOOK_URL));
    [
        slack.into(),
        teams.into(),
        discord.into(),
        ChannelDataRequest::push_tokens([DEVICE]),
        ChannelDataRequest::push_devices([PushDevice::new(DEVICE).locale("en-US")]),
        ChannelDataRequest::aws_sns_target_arns([ARN]),
        ChannelDataRequest::aws_sns_devices([AwsSnsDevice::new(ARN)]),
        ChannelDataRequest::one_signal([DEVICE]),
    ]
}

#[test]
fn channel_data_with_credentials() {
    for request in channel_data() {
        assert_debug_is_silent("ChannelDataRequest", &request);
        let operation = users::set_channel_data("jhammond", ChannelId::new("9a1b2c3d"), request.clone());
        assert_debug_is_silent("SetChannelData", &operation);
        assert_debug_is_silent("PreparedCall", &operation.prepare([7; 16]).unwrap());
        let inline = workflows::trigger("k")
            .recipient(users::UserRequest::new("a").channel_data("9a1b", request.clone()));
        assert_debug_is_silent("Trigger", &inline);

        let sent = serde_json::to_value(&request).unwrap();
        assert!(sent.to_string().contains(MARK), "it should be sent: {sent}");
    }
    let response = serde_json::json!({
        "channel_id": "9a1b2c3d", "provider": "chat_slack",
        "data": { "token": { "access_token": SLACK_TOKEN }, "connections": [{ "incoming_webhook": { "url": HOOK_URL } }] },
    });
    let data: ChannelData = serde_json::from_value(response).unwrap();
    assert_debug_is_silent("ChannelData", &data);

    for (data, provider) in [
        (json!({ "tokens": [DEVICE], "devices": [{ "token": DEVICE }] }), Some("push_apns")),
        (json!({ "target_arns": [ARN], "devices": [{ "target_arn": ARN }] }), None),
        (json!({ "player_ids": [DEVICE] }), Some("push_one_signal")),
        (json!({ "tokens": [DEVICE] }), Some("push_carrier_pigeon")),
    ] {
        let response = json!({ "channel_id": "9a1b2c3d", "provider": provider, "data": data });
        let data: ChannelData = serde_json::from_value(response).unwrap();
        assert_debug_is_silent("ChannelData", &data);
        assert!(json!(data).to_string().contains(MARK), "the text itself is kept");
    }
}

#[test]
fn device_tokens_that_were_read_can_be_set_again() {
    let response =
        json!({ "channel_id": "9a1b2c3d", "data": { "tokens": ["a"], "devices": [{ "token": "a" }] } });
    let data: ChannelData = serde_json::from_value(response).unwrap();
    let ChannelDataValue::Push { tokens, .. } = data.data else { panic!("push data") };
    let all = tokens.iter().map(Secret::expose).chain(["b"]);
    assert_eq!(json!(ChannelDataRequest::push_tokens(all)), json!({ "tokens": ["a", "b"] }));
    assert_eq!(json!(ChannelDataRequest::push_tokens(&tokens)), json!({ "tokens": ["a"] }));
}

#[test]
fn channel_data_of_an_unknown_shape() {
    let data = serde_json::json!({ "new_token": SLACK_TOKEN });
    assert_debug_is_silent("ChannelDataRequest", &ChannelDataRequest::from(data));
    let response = serde_json::json!({
        "channel_id": "9a1b2c3d", "data": { "connections": [{ "incoming_webhook": { "url": HOOK_URL } }] }
    });
    let data: ChannelData = serde_json::from_value(response).unwrap();
    assert_debug_is_silent("ChannelData", &data);
}

#[test]
fn prepared_calls() {
    let call = trigger().prepare([7; 16]).unwrap();
    assert_debug_is_silent("PreparedCall", &call);
    let get = users::get(PERSON).with(options()).prepare([7; 16]).unwrap();
    assert_debug_is_silent("PreparedCall", &get);
    assert!(get.target().contains("hidden7"), "the target contains the id");

    // A stored call contains the caller's arguments, but no credentials.
    for stored in [serde_json::to_string(&call).unwrap(), serde_json::to_string(&get).unwrap()] {
        for secret in [API_KEY, USER_TOKEN, HEADER_VALUE, "uthorization", "Bearer"] {
            assert!(!stored.contains(secret), "{stored}");
        }
        let call: PreparedCall = serde_json::from_str(&stored).unwrap();
        assert_debug_is_silent("PreparedCall", &call);
    }
}

#[test]
fn calls_and_their_verdicts() {
    let prepared = users::get("jhammond").prepare([7; 16]).unwrap();
    let call = Call::new(&config(), prepared, Some(&options()), NOW, [7; 16]).unwrap();
    assert_debug_is_silent("Call", &call);
    let (request, sent) = call.send(NOW).unwrap();
    assert_debug_is_silent("Call", &sent);
    for name in ["authorization", "x-knock-user-token", "x-gateway-key"] {
        assert_eq!(format!("{:?}", request.headers()[name]), "Sensitive");
    }
    let verdict = sent.fail(TransportError::timed_out(), NOW);
    assert!(matches!(verdict, Verdict::Retry { .. }));
    assert_debug_is_silent("Verdict", &verdict);
}

#[test]
fn calls_and_their_verdicts_with_a_body() {
    let set_data = users::set_channel_data(PERSON, ChannelId::new("9a1b2c3d"), channel_data()[0].clone());
    for prepared in [set_data.prepare([7; 16]).unwrap(), trigger().prepare([7; 16]).unwrap()] {
        let call = Call::new(&config(), prepared, None, NOW, [7; 16]).unwrap();
        assert_debug_is_silent("Call", &call);
        let (_, sent) = call.send(NOW).unwrap();
        assert_debug_is_silent("Call", &sent);
        let verdict = sent.receive(response(200, &[], format!(r#"{{"email": "{PERSON}"}}"#)), NOW);
        assert!(matches!(verdict, Verdict::Done(_)));
        assert_debug_is_silent("Verdict", &verdict);
    }
}

fn failure<T>(result: Result<T, Error>) -> Error {
    result.err().expect("an error")
}

/// Returns errors of every kind. The responses echo the key, a person and the request, as the error page of a gateway
/// may.
fn errors() -> Vec<Error> {
    let echo = format!("<html>{API_KEY} {PERSON} {SLACK_TOKEN}</html>");
    let json = format!(
        r#"{{"code": "oops", "message": "no", "request": {{"key": "{API_KEY}", "email": "{PERSON}"}}}}"#
    );
    let mut errors = Vec::new();
    for status in [302, 400, 401, 403, 404, 405, 408, 409, 413, 422, 429, 500, 502, 503] {
        for body in [&echo, &json] {
            let headers = [("x-request-id", "req-1"), ("set-cookie", HEADER_VALUE), ("location", HOOK_URL)];
            errors.push(failure(users::get(PERSON).parse(response(status, &headers, body.clone()), NOW)));
            let script = (0..3).map(|_| Reaction::Respond(response(status, &headers, body.clone())));
            let client = Client::with_transport(config(), Fake::new(script));
            errors.push(failure(block_on(trigger().with(options()).send(&client))));
        }
    }
    for reaction in [|| Reaction::NotSent, || Reaction::Interrupted, || Reaction::TimedOut] {
        let client = Client::with_transport(config(), Fake::new((0..3).map(|_| reaction())));
        errors.push(failure(block_on(trigger().send(&client))));
    }
    let client = Client::with_transport(config(), Fake::new([]));
    let expired =
        trigger().prepare([7; 16]).expect("a valid call").expires_at(knock_core::UnixTime::from_secs(1));
    errors.push(failure(block_on(client.execute(expired, None))));
    errors.push(failure(users::get(PERSON).parse(response(200, &[], json), NOW)));
    errors.push(failure(users::get(PERSON).parse(response(200, &[], echo), NOW)));
    errors.push(failure(
        users::set_preferences(PERSON, PreferenceSetRequest::new()).set_id("").prepare([7; 16]),
    ));
    errors.push(failure(trigger().idempotency_key(format!("{PERSON}\n")).prepare([7; 16])));
    errors.push(failure(trigger().data(PERSON).prepare([7; 16])));
    errors.push(failure(builder().user_token(format!("{USER_TOKEN}\n{USER_TOKEN}")).build()));
    errors
}

#[test]
fn errors_of_every_kind() {
    let errors = errors();
    for error in &errors {
        assert_is_silent("Error", error);
    }
    let kinds: std::collections::HashSet<_> = errors.iter().map(Error::kind).collect();
    assert_eq!(kinds.len(), 16, "expected all kinds: {kinds:?}");
    // Only the excerpt contains it.
    assert!(errors.iter().any(|error| error.body_excerpt().is_some_and(|body| body.contains(PERSON))));
}

#[test]
fn transport_errors() {
    for error in [
        TransportError::not_sent("refused"),
        TransportError::interrupted("reset"),
        TransportError::timed_out(),
    ] {
        assert_debug_is_silent("TransportError", &error);
    }
}

#[test]
fn the_attempts_that_a_transport_receives() {
    let client = Client::with_transport(config(), Fake::new([Reaction::status(404)]));
    block_on(users::get(PERSON).send(&client)).unwrap_err();
    // The operation, the route, the number and the timeout, which a span may show.
    assert_debug_is_silent("Attempt", &client.transport().attempts());
}

/// One rule for everything that people paste into variables.
#[test]
fn settings_are_read_as_they_are_pasted() {
    for around in ["\n", "\r\n", " ", "\t", "\u{feff}", "\u{200b}", "\u{a0}"] {
        let pasted = |text: &str| format!("{around}{text}{around}");
        let variable = |name: &str| {
            Some(pasted(match name {
                "KNOCK_API_KEY" => "sk_test_1",
                "KNOCK_BASE_URL" => "http://localhost:4010",
                _ => "new-onboarding",
            }))
        };
        let by_setters = Config::builder(pasted("sk_test_1"))
            .base_url(pasted("http://localhost:4010"))
            .branch(pasted("new-onboarding"));
        for builder in [Config::from_variables(variable), by_setters] {
            let config = builder.user_token(pasted("eyJ.a.b")).build().unwrap();
            let request = users::get("a").to_request(&config).unwrap();
            assert_eq!(request.uri(), "http://localhost:4010/v1/users/a", "{around:?}");
            let header = |name: &str| request.headers()[name].to_str().unwrap().to_owned();
            assert_eq!(header("authorization"), "Bearer sk_test_1", "{around:?}");
            assert_eq!(header("x-knock-branch"), "new-onboarding", "{around:?}");
            assert_eq!(header("x-knock-user-token"), "eyJ.a.b", "{around:?}");
        }
        let options = CallOptions::new().branch(pasted("b")).user_token(pasted("eyJ.c.d"));
        let request = users::get("a").with(options).to_request(&config()).unwrap();
        assert_eq!(request.headers()["x-knock-branch"], "b");
        assert_eq!(request.headers()["x-knock-user-token"], "eyJ.c.d");
    }
}

#[test]
fn strays_in_settings_are_named() {
    type Build = fn(&str) -> Result<Config, Error>;
    let build: [(&str, Build); 4] = [
        ("API key", |text| Config::new(text)),
        ("base URL", |text| Config::builder(API_KEY).base_url(text).build()),
        ("branch", |text| Config::builder(API_KEY).branch(text).build()),
        ("user token", |text| builder().user_token(text).build()),
    ];
    for (setting, build) in build {
        for (text, words) in [
            ("", "empty or blank"),
            (" \u{feff}\r\n", "empty or blank"),
            ("\"hidden\"", "quotation mark"),
            ("‘hidden’", "quotation mark"),
            ("hidden.\"", "quotation mark"),
            ("KNOCK_API_KEY=hidden", "name of a variable"),
            ("${KNOCK_HIDDEN}", "placeholder"),
            ("<hidden>", "placeholder"),
            ("hid\u{200b}.hidden", "invisible"),
            ("hidden.\u{fffd}", "wrong encoding"),
            ("hidden.\nhidden", "line break"),
            ("hidden.\0", "control character"),
            ("hidden.é", "ASCII"),
        ] {
            let error = build(text).expect_err(setting);
            assert_eq!(error.kind(), ErrorKind::Configuration);
            let line = error.to_string();
            assert!(line.contains(setting) && line.contains(words), "{setting} {text:?}: {line}");
            assert_is_silent(setting, &error);
        }
    }
}

#[test]
fn a_variable_that_cannot_be_read_is_an_error_and_never_the_default() {
    let names = ["KNOCK_API_KEY", "KNOCK_BASE_URL", "KNOCK_BRANCH"];
    let value = |name: &str| if name == "KNOCK_BASE_URL" { "http://localhost:4010" } else { "sk_test_1" };
    for broken in names {
        let not_utf8 = Config::from_variables(|name| {
            if name == broken { Err(VarError::NotUnicode(MARK.into())) } else { Ok(value(name).to_owned()) }
        });
        let failed = Config::from_variables(|name| {
            if name == broken { Err("the provider failed") } else { Ok(Some(value(name).to_owned())) }
        });
        for (builder, reason) in
            [(not_utf8, "is not valid UTF-8"), (failed, "cannot be read: the provider failed")]
        {
            let error = builder.build().expect_err(broken);
            assert_eq!(error.to_string(), format!("the variable {broken} {reason}"));
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert_is_silent("a variable", &error);
        }
    }
    let missing = Config::from_variables(|_| Err::<String, _>(VarError::NotPresent)).build().unwrap_err();
    assert!(missing.to_string().starts_with("no API key"), "{missing}");
    // A setter replaces what was read.
    let unreadable = || Config::from_variables(|_| Err::<String, _>(VarError::NotUnicode(MARK.into())));
    let config = unreadable().api_key("sk_1").base_url("http://localhost:1").branch("b").build().unwrap();
    assert_eq!(config.origin(), ("http", "localhost", Some(1)));
}

#[test]
fn an_empty_variable_is_not_set_and_one_of_white_space_is_a_mistake() {
    let config = |of: &'static str, value: &'static str| {
        let key = move |name: &str| (name == "KNOCK_API_KEY").then(|| "sk_1".to_owned());
        Config::from_variables(move |name| if name == of { Some(value.to_owned()) } else { key(name) })
            .build()
    };
    assert!(config("KNOCK_API_KEY", "").unwrap_err().to_string().starts_with("no API key"));
    assert_eq!(config("KNOCK_BASE_URL", "").unwrap().origin(), ("https", "api.knock.app", None));
    let request = users::get("a").to_request(&config("KNOCK_BRANCH", "").unwrap()).unwrap();
    assert!(!request.headers().contains_key("x-knock-branch"));

    // Otherwise it would mean production, or the main branch.
    for blank in [" ", "\r\n", "\u{feff}"] {
        for (name, problem) in [
            ("KNOCK_API_KEY", "(it is blank)"),
            ("KNOCK_BASE_URL", "the base URL is empty or blank"),
            ("KNOCK_BRANCH", "the branch is empty or blank"),
        ] {
            let error = config(name, blank).unwrap_err().to_string();
            assert!(error.contains(problem) && error.contains(name), "{blank:?} {error}");
        }
    }
}

#[test]
fn headers_that_a_host_cannot_carry_are_refused() {
    for (name, value, words) in [
        ("x-name", "J\u{fc}rgen", "not ASCII"),
        ("x-name", "\u{65e5}\u{672c}", "not ASCII"),
        ("x-name", "a\u{7f}", "control character"),
        ("keep-alive", "timeout=5", "is set by the platform"),
        ("Proxy-Authorization", "Basic x", "is set by the platform"),
        ("upgrade", "h2c", "is set by the platform"),
        ("Accept-Encoding", "gzip", "is set by the platform"),
        ("expect", "100-continue", "is set by the platform"),
        ("te", "trailers", "is set by the platform"),
    ] {
        let error = Config::builder(API_KEY).header(name, value).build().expect_err(name);
        assert!(error.to_string().contains(words), "{error}");
        let error =
            users::get("a").with(CallOptions::new().header(name, value)).to_request(&config()).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    assert!(Config::builder(API_KEY).user_agent("J\u{fc}rgen/1").build().is_err());
    let config = Config::builder(API_KEY).header("x-name", "a\t\"b\" ~").build().unwrap();
    // Every value that is sent is a text, which `fetch` and WASI can carry.
    for (name, value) in users::get("a").to_request(&config).unwrap().headers() {
        assert!(value.to_str().is_ok(), "{name}");
    }
}

/// Returns what is now in memory at a place of this process, or nothing if the place was returned to the system.
#[cfg(target_os = "linux")]
fn memory_at(memory: &std::fs::File, place: (usize, usize)) -> Vec<u8> {
    use std::os::unix::fs::FileExt;

    let mut bytes = vec![0; place.1];
    let read = memory.read_at(&mut bytes, place.0 as u64).unwrap_or(0);
    bytes.truncate(read);
    bytes
}

/// Returns the address and the length of a text.
#[cfg(target_os = "linux")]
fn place_of(text: &[u8]) -> (usize, usize) {
    (text.as_ptr() as usize, text.len())
}

/// Looks at memory that was given back, which the operating system allows and the language does not.
#[cfg(target_os = "linux")]
#[test]
fn secrets_are_wiped_when_they_are_dropped() {
    // Long, because an allocator writes its own notes at the start of what is given back.
    let long = |start: &str| format!("{start}{}", "wiped".repeat(60));
    let (key, token, value) = (long("sk_test_"), long("eyJ.a."), long("gateway-"));
    let secret = Secret::from(value.clone());
    let config = Config::builder(&key).header("x-gateway-key", &value).build().unwrap();
    let prepared =
        users::get("jhammond").with(CallOptions::new().user_token(&token)).prepare([7; 16]).unwrap();
    let options = CallOptions::new().user_token(&token);
    let call = Call::new(&config, prepared, Some(&options), NOW, [7; 16]).unwrap();
    let (request, sent) = call.send(NOW).unwrap();
    let header = |name: &str| place_of(request.headers()[name].as_bytes());
    let places = [
        ("a secret", place_of(secret.expose().as_bytes())),
        ("the key", header("authorization")),
        ("the header", header("x-gateway-key")),
        ("the user token", header("x-knock-user-token")),
    ];
    let memory = std::fs::File::open("/proc/self/mem").unwrap();
    for (what, place) in places {
        assert!(memory_at(&memory, place).ends_with(b"wiped"), "{what} cannot be observed");
    }

    drop((secret, request, sent, options, config));

    for (what, place) in places {
        let left = memory_at(&memory, place);
        assert!(!left.windows(5).any(|bytes| bytes == b"wiped"), "{what} is still in memory");
    }
}
