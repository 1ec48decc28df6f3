//! Who can use what the page uses.

use super::{header, send};
use crate::client::Client;

const PATHS: [(&str, &str); 20] = [
    ("GET", "/"),
    ("GET", "/_emulator/page/page.js"),
    ("GET", "/_emulator/status"),
    ("GET", "/_emulator/messages"),
    ("GET", "/_emulator/messages/x"),
    ("GET", "/_emulator/messages/x/html"),
    ("POST", "/_emulator/messages/x/events"),
    ("DELETE", "/_emulator/messages/x"),
    ("DELETE", "/_emulator/messages"),
    ("GET", "/_emulator/runs?page_size=1"),
    ("GET", "/_emulator/runs/x"),
    ("POST", "/_emulator/runs/x/continue"),
    ("GET", "/_emulator/requests?page_size=1"),
    ("GET", "/_emulator/faults"),
    ("GET", "/_emulator/workflows"),
    ("GET", "/_emulator/socket"),
    ("GET", "/_emulator/v1/users"),
    ("PUT", "/_emulator/v1/users/u"),
    ("POST", "/_emulator/v1/workflows/w/trigger"),
    ("DELETE", "/_emulator/v1/users/u"),
];

#[test]
fn a_foreign_page_gets_nothing() {
    let client = Client::of(knock_emulator::Emulator::builder().allow_origin("*"));
    for (method, path) in PATHS {
        for (headers, allowed) in [
            (&[][..], true),
            (&[("host", "localhost:4010"), ("origin", "http://localhost:4010")], true),
            (&[("host", "127.0.0.1:4010"), ("sec-fetch-site", "same-origin")], true),
            (&[("host", "localhost:4010"), ("origin", "https://evil.test")], false),
            (&[("host", "localhost:4010"), ("origin", "null")], false),
            (&[("host", "localhost:4010"), ("sec-fetch-site", "cross-site")], false),
            (
                &[("host", "localhost:4010"), ("sec-fetch-site", "cross-site"), ("sec-fetch-dest", "iframe")],
                false,
            ),
            (&[("host", "evil.test:4010")], false),
            (&[("host", "evil.test:4010"), ("origin", "http://evil.test:4010")], false),
            (&[("host", "evil.test:4010"), ("sec-fetch-dest", "document")], false),
            (&[("host", "emulator:4010")], false),
        ] {
            let response = send(&client, method, path, headers);
            assert_eq!(response.status() != 403, allowed, "{method} {path} {headers:?}");
            if !allowed {
                assert!(header(&response, "content-type").starts_with("application/json"), "{path}");
            }
        }
    }
    assert!(
        client.emulator.requests().iter().all(|request| request.status != 403),
        "what is refused is no call"
    );
}

#[test]
fn a_link_on_another_page_leads_to_the_page_only() {
    let client = Client::new();
    let link = [
        ("host", "localhost:4010"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    ];
    for (method, path) in PATHS {
        let expected = cfg!(feature = "server") && path == "/";
        assert_eq!(send(&client, method, path, &link).status() != 403, expected || path == "/", "{path}");
    }
    let foreign =
        [("host", "localhost:4010"), ("origin", "https://evil.test"), ("sec-fetch-dest", "document")];
    assert_eq!(
        send(&client, "GET", "/", &foreign).status(),
        if cfg!(feature = "server") { 403 } else { 404 }
    );
}

#[test]
fn unknown_paths_and_methods_are_not_found() {
    let client = Client::new();
    for (method, path) in [
        ("GET", "/_emulator/"),
        ("GET", "/_emulator/page"),
        ("GET", "/_emulator/page/../control.rs"),
        ("GET", "/_emulator/page/index.html"),
        ("GET", "/_emulator/messages/"),
        ("GET", "/_emulator/messages/x/y"),
        ("POST", "/_emulator/messages"),
        ("PUT", "/_emulator/messages/x"),
        ("DELETE", "/_emulator/messages/x/html"),
        ("POST", "/_emulator/status"),
        ("DELETE", "/_emulator/runs"),
        ("GET", "/_emulator/v1"),
        ("GET", "/_emulator/v1/nothing"),
        ("GET", "/_emulator/fetches/1"),
        ("POST", "/_emulator/fetches/1"),
    ] {
        let response = send(&client, method, path, &[]);
        assert_eq!(response.status(), 404, "{method} {path}");
    }
    assert_eq!(send(&client, "GET", "/_emulator/socket", &[]).status(), 426);
}
