//! The HTML of a message, which is hostile.

use serde_json::json;

use super::{header, send};
use crate::steps::project::{Knock, channel};

const HOSTILE: &str = "<script>alert(1)</script><img src=x onerror=alert(2)></body><p>{{ data.x }}</p>";
const POLICY: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:";

/// Makes one message, and returns its id.
fn message(knock: &Knock) -> String {
    knock.trigger(json!({ "x": "<script>alert(3)</script>" }));
    knock.message()["id"].as_str().unwrap().to_owned()
}

#[test]
fn hostile_html_is_only_in_the_document_of_the_frame() {
    for step in [
        channel("email_1", "email", json!({ "subject": HOSTILE, "html_body": HOSTILE })),
        channel("feed_1", "feed", json!({ "markdown_body": HOSTILE })),
        channel("chat_1", "slack", json!({ "markdown_body": HOSTILE })),
    ] {
        let knock = Knock::of(json!([step]));
        let id = message(&knock);
        for (query, policy) in [
            ("", POLICY.to_owned()),
            ("?images=false", POLICY.to_owned()),
            ("?images=true", POLICY.replace("img-src data:", "img-src data: http: https:")),
        ] {
            let response = send(&knock.client, "GET", &format!("/_emulator/messages/{id}/html{query}"), &[]);
            assert_eq!(response.status(), 200);
            assert_eq!(header(&response, "content-type"), "text/html; charset=utf-8");
            assert_eq!(header(&response, "content-security-policy"), policy);
            assert_eq!(header(&response, "x-content-type-options"), "nosniff");
            assert_eq!(header(&response, "referrer-policy"), "no-referrer");
            let html = String::from_utf8_lossy(response.body());
            assert!(html.contains("alert(3)"), "{html}");
        }
        // Everything else is JSON, which a browser does not take for HTML.
        for path in
            ["messages", &format!("messages/{id}"), "requests", "runs", "status", "deliveries", "v1/messages"]
        {
            let response = send(&knock.client, "GET", &format!("/_emulator/{path}"), &[]);
            assert_eq!(response.status(), 200, "{path}");
            assert!(header(&response, "content-type").starts_with("application/json"), "{path}");
            if !path.starts_with("v1") {
                assert_eq!(header(&response, "x-content-type-options"), "nosniff", "{path}");
            }
        }
        let wrong = send(&knock.client, "GET", &format!("/_emulator/messages/{id}/html?images=x"), &[]);
        assert_eq!(wrong.status(), 422);
    }
}

#[test]
fn messages_of_other_kinds_have_no_document() {
    for step in [
        channel("sms_1", "sms", json!({ "text_body": "Hello" })),
        channel("push_1", "push", json!({ "title": "T", "text_body": "B" })),
        channel("hook_1", "hook", json!({})),
    ] {
        let knock = Knock::of(json!([step]));
        let id = message(&knock);
        let response = send(&knock.client, "GET", &format!("/_emulator/messages/{id}/html"), &[]);
        assert_eq!(response.status(), 404);
    }
}

#[test]
fn attached_pictures_are_in_the_document() {
    let files = json!([
        { "name": "a.png", "content_type": "image/png", "content": "QUFB", "content_id": "pic" },
        { "name": "b.png", "content_type": "image/gif", "content": "QkJC", "content_id": "picture" },
        { "name": "c.html", "content_type": "text/html", "content": "REVG", "content_id": "page" },
    ]);
    let template = json!({
        "subject": "S", "settings": { "attachment_key": "files" },
        "html_body": "<img src=\"cid:pic\"><img src=\"cid:picture\"><img src=\"cid:page\">",
    });
    let knock = Knock::of(json!([channel("email_1", "email", template)]));
    knock.trigger(json!({ "files": files }));
    let id = knock.message()["id"].as_str().unwrap().to_owned();
    let response = send(&knock.client, "GET", &format!("/_emulator/messages/{id}/html"), &[]);
    let html = String::from_utf8_lossy(response.body()).into_owned();
    for url in ["\"data:image/png;base64,QUFB\"", "\"data:image/gif;base64,QkJC\"", "\"cid:page\""] {
        assert!(html.contains(url), "{url} in {html}");
    }
}
