//! The page and its files.

use super::{header, send};
use crate::client::Client;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
    frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[test]
fn the_page_runs_only_what_is_its_own() {
    let client = Client::new();
    for (path, content_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/?x=1", "text/html; charset=utf-8"),
        ("/_emulator/page/page.js", "text/javascript; charset=utf-8"),
        ("/_emulator/page/page.css", "text/css; charset=utf-8"),
        ("/_emulator/page/icon.svg", "image/svg+xml"),
    ] {
        let response = send(&client, "GET", path, &[]);
        assert_eq!(
            (response.status().as_u16(), header(&response, "content-type")),
            (200, content_type),
            "{path}"
        );
        assert_eq!(header(&response, "content-security-policy"), POLICY, "{path}");
        assert_eq!(header(&response, "x-content-type-options"), "nosniff");
        assert_eq!(header(&response, "referrer-policy"), "no-referrer");
        assert_eq!(header(&response, "cache-control"), "no-cache");
        assert!(!response.body().is_empty());
    }
    let page = send(&client, "GET", "/", &[]);
    let html = String::from_utf8_lossy(page.body());
    for file in ["/_emulator/page/page.js", "/_emulator/page/page.css", "/_emulator/page/icon.svg"] {
        assert!(html.contains(file), "{file} in {html}");
    }
    assert!(client.emulator.requests().is_empty(), "the page is no call");
    assert_eq!(send(&client, "POST", "/", &[]).status(), 404, "the API has no such endpoint, either");
}
