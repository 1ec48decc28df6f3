//! The list of messages: filters, search and pages.

use serde_json::{Value, json};

use super::{column, get};
use crate::steps::project::{Knock, Project, channel};

/// Two workflows, with messages through all channels for a user, another one with a tenant, and an object.
fn park() -> Knock {
    let project = Project::new();
    project.workflow(
        "test",
        json!({ "name": "Fences", "steps": [
            channel("email_1", "email", json!({ "subject": "Fence {{ n }} is down", "html_body": "<p>Volts: {{ volts }}</p>" })),
            channel("feed_1", "feed", json!({ "markdown_body": "**Raptors** &amp; more" })),
        ] }),
    );
    project.steps(
        "other",
        json!([
            channel("sms_1", "sms", json!({ "text_body": "Über-Text" })),
            channel("push_1", "push", json!({ "title": "Pushed", "text_body": "Body" })),
            channel("chat_1", "slack", json!({ "markdown_body": "Chatted" })),
            channel("hook_1", "hook", json!({})),
        ]),
    );
    let knock = Knock::start(project);
    knock.user("v", json!({ "name": "Ellie Sattler", "email": "ellie@dig.example" }));
    let object = json!({ "name": "Paddock", "email": "paddock@example.com" });
    knock.client.put("/v1/objects/projects/paddock-9", object).ok();
    let recipient = json!({ "id": "paddock-9", "collection": "projects" });
    knock.try_trigger(json!({ "data": { "n": 1, "volts": 10_000 } })).ok();
    knock.client.wait(1);
    knock.try_trigger(json!({ "recipients": ["v"], "tenant": "ingen", "data": { "n": 2, "volts": "none", "deep": [{ "er": "Amber" }] } })).ok();
    knock.client.wait(1);
    knock.try_trigger(json!({ "recipients": [recipient], "data": { "n": 3 } })).ok();
    knock.client.wait(1);
    knock.client.trigger("other", json!({ "recipients": ["u"], "data": {} })).ok();
    knock
}

fn titles(knock: &Knock, query: &str) -> Vec<String> {
    let list = get(&knock.client, &format!("messages?{query}"));
    let titles = column(&list, "title");
    assert_eq!(list["total"], titles.len(), "{query}");
    titles
}

#[test]
fn messages_are_listed_newest_first_with_what_a_list_shows() {
    let knock = park();
    assert_eq!(
        titles(&knock, ""),
        [
            "POST http://localhost:9/hook",
            "Chatted",
            "Pushed",
            "Über-Text",
            "Raptors & more",
            "Fence 3 is down",
            "Raptors & more",
            "Fence 2 is down",
            "Raptors & more",
            "Fence 1 is down"
        ]
    );
    let list = get(&knock.client, "messages?recipient=v&channel=email");
    let entry = &list["entries"][0];
    for (name, value) in [
        ("workflow", json!("test")),
        ("workflow_name", json!("Fences")),
        ("step_ref", json!("email_1")),
        ("tenant", json!("ingen")),
        ("status", json!("sent")),
        ("sandbox", json!(false)),
        ("scheduled_at", Value::Null),
        ("engagement", json!([])),
        ("preview", json!("Volts: none")),
        (
            "recipient",
            json!({
                "id": "v", "collection": null, "name": "Ellie Sattler", "email": "ellie@dig.example",
                "phone_number": "+15550100", "avatar": null,
            }),
        ),
    ] {
        assert_eq!(entry[name], value, "{name}");
    }
    assert_eq!((&entry["channel"]["key"], &entry["channel"]["type"]), (&json!("email"), &json!("email")));
    let run =
        knock.client.get(&format!("/v1/workflow_recipient_runs/{}", entry["run"].as_str().unwrap())).ok();
    assert_eq!(run["workflow_run_id"], entry["workflow_run"]);
    let object = get(&knock.client, "messages?recipient=projects/paddock-9&page_size=1");
    assert_eq!(object["entries"][0]["recipient"]["collection"], "projects");
}

#[test]
fn each_filter_alone_and_together() {
    let knock = park();
    let all = get(&knock.client, "messages");
    let of = |title: &str| -> Value {
        all["entries"].as_array().unwrap().iter().find(|entry| entry["title"] == title).unwrap().clone()
    };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let second = of("Fence 2 is down");
    let id = text(&second["id"]);
    knock.client.control("POST", &format!("messages/{id}/events"), Some(json!({ "event": "read" })));
    knock.client.control("POST", &format!("messages/{id}/events"), Some(json!({ "event": "archived" })));
    for (query, expected) in [
        ("recipient=v", 2),
        ("recipient=projects/paddock-9", 2),
        ("recipient=paddock-9", 0),
        ("channel=email", 3),
        (&format!("channel={}", text(&second["channel"]["id"])), 3),
        ("channel_type=sms", 1),
        ("workflow=other", 4),
        ("tenant=ingen", 2),
        ("tenant=none", 0),
        ("status=delivered", 3),
        ("status=sent", 6),
        ("status=queued", 1),
        (&format!("run={}", text(&second["run"])), 2),
        (&format!("run={}", text(&second["workflow_run"])), 2),
        ("unread=true", 9),
        ("unread=false", 1),
        ("archived=true", 1),
        ("archived=false", 9),
        ("recipient=v&channel=email", 1),
        ("recipient=v&channel=email&unread=true", 0),
        ("workflow=test&channel_type=email&status=sent&query=fence", 3),
        (
            "workflow=test&channel_type=email&status=sent&query=fence&tenant=ingen&archived=true&unread=false",
            1,
        ),
    ] {
        assert_eq!(titles(&knock, query).len(), expected, "{query}");
    }
    for query in [
        "unread=maybe",
        "page_size=0",
        "page_size=201",
        "page_size=x",
        "after=nobody",
        "before=nobody",
        "workflow[]=a",
    ] {
        assert_eq!(knock.client.control("GET", &format!("messages?{query}"), None).0, 422, "{query}");
    }
    assert_eq!(knock.client.control("GET", "messages?query=%ff", None).0, 400);
}

#[test]
fn words_are_searched_ignoring_case() {
    let knock = park();
    for (query, expected) in [
        ("fence+down+2", &["Fence 2 is down"][..]),
        ("FENCE+10000", &["Raptors & more", "Fence 1 is down"]),
        ("volts+10000", &["Fence 1 is down"]),
        ("amber", &["Raptors & more", "Fence 2 is down"]),
        ("sattler+fences", &["Raptors & more", "Fence 2 is down"]),
        ("ellie@DIG", &["Raptors & more", "Fence 2 is down"]),
        ("paddock-9+raptors", &["Raptors & more"]),
        ("projects+raptors", &["Raptors & more"]),
        ("%C3%BCBER", &["Über-Text"]),
        ("chatted", &["Chatted"]),
        ("body+pushed", &["Pushed"]),
        ("localhost", &["POST http://localhost:9/hook"]),
        ("other+%2B15550100+text", &["Über-Text"]),
        ("nothing", &[]),
        ("fence+nothing", &[]),
        // what nobody reads is not searched
        ("html", &[]),
    ] {
        assert_eq!(titles(&knock, &format!("query={query}")), expected, "{query}");
    }
    assert_eq!(titles(&knock, "query=+").len(), 10);
}

#[test]
fn pages_go_on_after_a_message() {
    let knock = park();
    let all = column(&get(&knock.client, "messages"), "id");
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let page = get(&knock.client, &format!("messages?page_size=4{after}"));
        assert_eq!((&page["total"], &page["page_info"]["page_size"]), (&json!(10), &json!(4)));
        seen.extend(column(&page, "id"));
        let Some(next) = page["page_info"]["after"].as_str() else { break };
        assert_eq!(seen.last().unwrap(), next);
        after = format!("&after={next}");
    }
    assert_eq!(seen, all);
    let newer = get(&knock.client, &format!("messages?before={}", all[3]));
    assert_eq!(column(&newer, "id"), all[..3]);
    let between = get(&knock.client, &format!("messages?before={}&after={}", all[8], all[3]));
    assert_eq!(column(&between, "id"), all[4..8]);
    assert!(newer["revision"].as_u64() > Some(0));
}

#[test]
fn what_is_deleted_is_gone_everywhere() {
    let knock = park();
    let all = column(&get(&knock.client, "messages"), "id");
    let path = format!("messages/{}", all[4]);
    assert_eq!(knock.client.control("DELETE", &path, None).0, 204);
    assert_eq!(knock.client.control("DELETE", &path, None).0, 404);
    assert_eq!(knock.client.control("GET", &path, None).0, 404);
    knock.client.get(&format!("/v1/messages/{}", all[4])).fails(404, "resource_missing");
    assert_eq!(column(&get(&knock.client, "messages"), "id").len(), 9);
    assert_eq!(knock.client.control("DELETE", "messages", None).0, 204);
    let list = get(&knock.client, "messages");
    assert_eq!(
        (&list["total"], &list["entries"], &list["page_info"]["after"]),
        (&json!(0), &json!([]), &Value::Null)
    );
    assert_eq!(knock.messages().len(), 0);
    knock.trigger(json!({}));
    assert_eq!(get(&knock.client, "messages")["total"], 2);
}
