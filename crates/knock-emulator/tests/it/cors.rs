use std::collections::BTreeSet;

use bytes::Bytes;
use http::{Request, Response};
use knock_emulator::{DEFAULT_PUBLIC_KEY, Emulator, Fault};

use crate::client::Client;

const PAGE: &str = "http://localhost:3000";
const FOREIGN: &str = "https://evil.test";

fn call(client: &Client, method: &str, path: &str, headers: &[(&str, &str)]) -> Response<Bytes> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    client.emulator.handle(request.body(Bytes::new()).unwrap(), client.now())
}

fn header<'a>(response: &'a Response<Bytes>, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

#[test]
fn a_preflight_needs_no_key_and_lists_what_clients_send() {
    let client = Client::new();
    client.emulator.fault(Fault::status(503).always());
    let ask = [("origin", PAGE), ("access-control-request-method", "PUT")];
    let response = call(&client, "OPTIONS", "/v1/users/u", &ask);
    assert_eq!((response.status().as_u16(), response.body().len()), (204, 0));
    assert_eq!(header(&response, "access-control-allow-origin"), Some(PAGE));
    assert_eq!(header(&response, "vary"), Some("origin"));
    let list = |name: &str| -> BTreeSet<&str> { header(&response, name).unwrap().split(", ").collect() };
    let headers = list("access-control-allow-headers");
    for name in [
        "authorization",
        "content-type",
        "x-knock-user-token",
        "x-knock-client",
        "x-stainless-os",
        "baggage",
        "sentry-trace",
        "traceparent",
        "tracestate",
    ] {
        assert!(headers.contains(name), "{name}");
    }
    assert!(!headers.contains("*"));
    assert_eq!(list("access-control-allow-methods"), BTreeSet::from(["GET", "POST", "PUT", "DELETE"]));
    assert!(client.emulator.requests().is_empty(), "it is not a call");

    let foreign = [("origin", FOREIGN), ("access-control-request-method", "PUT")];
    let response = call(&client, "OPTIONS", "/v1/users/u", &foreign);
    assert_eq!(response.status(), 403);
    assert_eq!(header(&response, "access-control-allow-origin"), None);
    let text = String::from_utf8_lossy(response.body());
    assert!(text.contains(FOREIGN) && text.contains("--allow-origin"), "{text}");
}

#[test]
fn a_page_of_the_internet_that_is_allowed_can_reach_a_private_network() {
    let client = Client::of(Emulator::builder().allow_origin("https://app.example"));
    for (origin, ask, granted) in [
        ("https://app.example", true, Some("true")),
        ("https://app.example", false, None),
        (PAGE, true, Some("true")),
        (FOREIGN, true, None),
    ] {
        let mut headers = vec![("origin", origin), ("access-control-request-method", "GET")];
        headers.extend(ask.then_some(("access-control-request-private-network", "true")));
        let response = call(&client, "OPTIONS", "/v1/users/u", &headers);
        assert_eq!(header(&response, "access-control-allow-private-network"), granted, "{origin}");
    }
}

#[test]
fn every_response_can_be_read_by_an_allowed_page_only() {
    let client = Client::of(Emulator::builder().allow_origin("https://app.example"));
    let key = format!("Bearer {DEFAULT_PUBLIC_KEY}");
    let faults = [
        None,
        Some(Fault::status(429).retry_after(1)),
        Some(Fault::html()),
        Some(Fault::empty()),
        Some(Fault::truncated()),
        Some(Fault::rate_limited("message_ids", ["m"])),
    ];
    for fault in faults {
        for (origin, allowed) in
            [(PAGE, true), ("https://app.example", true), (FOREIGN, false), ("null", false)]
        {
            for key in [&key, "Bearer wrong", ""] {
                if let Some(fault) = &fault {
                    client.emulator.fault(fault.clone());
                }
                let response =
                    call(&client, "GET", "/v1/users/u", &[("origin", origin), ("authorization", key)]);
                let granted = header(&response, "access-control-allow-origin");
                assert_eq!(granted, allowed.then_some(origin), "{fault:?}");
                assert_eq!(header(&response, "vary"), Some("origin"));
                let exposed = header(&response, "access-control-expose-headers").unwrap_or_default();
                for name in response.headers().keys().filter(|name| name.as_str().starts_with("x-")) {
                    assert_eq!(exposed.split(", ").any(|shown| name == shown), allowed, "{name}: {exposed}");
                }
                assert!(
                    header(&response, "retry-after").is_none() || exposed.contains("retry-after") == allowed
                );
            }
        }
    }
    let response = call(&client, "GET", "/v1/users/u", &[("authorization", &key)]);
    assert!(
        header(&response, "access-control-allow-origin").is_none() && header(&response, "vary").is_none()
    );
}

#[test]
fn a_foreign_page_cannot_control_the_emulator() {
    let client = Client::of(Emulator::builder().allow_origin("*").allow_origin("http://docker:4010"));
    for (headers, allowed) in [
        (&[][..], true),
        (&[("host", "localhost:4010")], true),
        (&[("host", "127.0.0.1:4010"), ("origin", PAGE)], true),
        (&[("host", "192.168.1.5:4010")], true),
        (&[("host", "docker:4010")], true),
        (&[("host", "docker:4010"), ("origin", "http://docker:4010")], true),
        (&[("host", "localhost:4010"), ("sec-fetch-site", "same-origin")], true),
        (&[("host", "localhost:4010"), ("sec-fetch-site", "none")], true),
        (&[("host", "localhost:4010"), ("origin", FOREIGN)], false),
        (&[("host", "localhost:4010"), ("origin", "null")], false),
        (&[("host", "localhost:4010"), ("sec-fetch-site", "cross-site")], false),
        // a name that was pointed to this machine after the page was loaded from it
        (&[("host", "evil.test:4010")], false),
        (&[("host", "evil.test:4010"), ("origin", "http://evil.test:4010")], false),
        (&[("host", "evil.test:4010"), ("origin", PAGE)], false),
        (&[("host", "docker:4011")], true),
        // a name that cannot be of a web page, but may be of anyone in the local network
        (&[("host", "emulator:4010")], false),
        (&[("host", "emulator:4010"), ("origin", "http://emulator:4010")], false),
    ] {
        for (method, path) in
            [("POST", "/_emulator/reset"), ("GET", "/_emulator/requests"), ("GET", "/_emulator/x")]
        {
            let response = call(&client, method, path, headers);
            assert_eq!(response.status() != 403, allowed, "{method} {path} {headers:?}");
            if !allowed {
                let text = String::from_utf8_lossy(response.body());
                assert!(text.contains("_not_allowed") && text.contains("--allow-origin"), "{text}");
            }
        }
    }
}

#[test]
fn a_name_that_was_pointed_to_this_machine_cannot_call_the_api() {
    let key = format!("Bearer {DEFAULT_PUBLIC_KEY}");
    let client = Client::of(Emulator::builder().allow_origin("https://app.example:3000"));
    let socket = format!("/ws/v1/websocket?api_key={DEFAULT_PUBLIC_KEY}&vsn=2.0.0");
    for (host, allowed) in [
        (None, true),
        (Some("localhost:4010"), true),
        (Some("127.0.0.1:4010"), true),
        (Some("[::1]:4010"), true),
        (Some("192.168.1.5:4010"), true),
        (Some("emulator:4010"), true), // a service of Docker Compose
        (Some("host.docker.internal:4010"), true),
        (Some("app.example:4010"), true),
        (Some("evil.test:4010"), false),
        (Some("emulator.evil.test"), false),
    ] {
        let mut headers = vec![("authorization", key.as_str())];
        headers.extend(host.map(|host| ("host", host)));
        let response = call(&client, "GET", "/v1/users/u/preferences", &headers);
        assert_eq!(response.status(), if allowed { 200 } else { 403 }, "{host:?}");
        let text = String::from_utf8_lossy(response.body());
        if let Some(host) = host.filter(|_| !allowed) {
            assert!(text.contains("host_not_allowed"), "{text}");
            assert!(text.contains(&format!("`--allow-origin http://{host}`")), "{text}");
        }
        let preflight = [
            ("host", host.unwrap_or("localhost")),
            ("origin", PAGE),
            ("access-control-request-method", "PUT"),
        ];
        assert_eq!(call(&client, "OPTIONS", "/v1/users/u", &preflight).status() == 204, allowed, "{host:?}");
        let request = host.iter().fold(Request::get(&socket), |request, host| request.header("host", *host));
        let opened = client.emulator.open_socket(&request.body(()).unwrap().into_parts().0, client.now());
        assert_eq!(opened.is_ok(), allowed, "{host:?}");
    }
    assert!(
        client.emulator.requests().iter().all(|request| request.status == 200),
        "what is refused is no call"
    );
    // Every page may call the API, so every name may.
    let any = Client::of(Emulator::builder().allow_origin("*"));
    let headers = [("authorization", key.as_str()), ("host", "evil.test:4010")];
    assert_eq!(call(&any, "GET", "/v1/users/u/preferences", &headers).status(), 200);
    assert_eq!(call(&any, "POST", "/_emulator/reset", &headers).status(), 403);
}
