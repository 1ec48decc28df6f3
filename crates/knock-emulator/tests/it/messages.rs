use knock_emulator::{Channel, ChannelKind, DEFAULT_CHANNEL, Emulator, Workflow};
use serde_json::{Value, json};

use crate::client::Client;

fn client() -> Client {
    let client = Client::new();
    client.put("/v1/users/me", json!({ "name": "Me" })).ok();
    let body = json!({ "recipients": ["a", "b"], "actor": "me", "tenant": "t", "data": { "kind": "x", "long": "é".repeat(2000) } });
    client.trigger("one", body).ok();
    client.wait(60);
    client.trigger("two", json!({ "recipients": ["a"], "data": { "kind": "y", "deep": { "er": 1 } } })).ok();
    client
}

fn id(client: &Client, at: usize) -> String {
    client.deliveries()[at].message_id.clone()
}

#[test]
fn filters() {
    let client = client();
    let run = client.deliveries()[0].run_id.clone();
    let first = id(&client, 0);
    for (query, expected) in [
        (String::new(), 3),
        ("tenant=t".to_owned(), 2),
        ("source=two".to_owned(), 1),
        (format!("channel_id={DEFAULT_CHANNEL}"), 3),
        ("channel_id=other".to_owned(), 0),
        (format!("message_ids[]={first}&message_ids[]=none"), 1),
        (format!("workflow_run_id={run}"), 2),
        ("status[]=delivered&status[]=sent".to_owned(), 3),
        ("status[]=sent".to_owned(), 0),
        ("engagement_status[]=unseen".to_owned(), 3),
        ("engagement_status[]=read".to_owned(), 0),
        ("engagement_status[]=read&engagement_status[]=unseen".to_owned(), 3),
        ("trigger_data=%7B%22kind%22:%22y%22%7D".to_owned(), 1),
        ("inserted_at.gt=2025-01-01T00:00:00Z".to_owned(), 1),
        ("inserted_at[gte]=2025-01-01T00:00:00Z".to_owned(), 3),
        ("inserted_at.lt=2025-01-01T00:01:00Z".to_owned(), 2),
        ("workflow_categories[]=none".to_owned(), 0),
    ] {
        let items = client.get(&format!("/v1/messages?{query}")).ok()["items"].clone();
        assert_eq!(items.as_array().unwrap().len(), expected, "{query}");
    }
    assert_eq!(client.get("/v1/users/a/messages").ok()["items"].as_array().unwrap().len(), 2);
    client.get("/v1/messages?trigger_data=%7B%22a%22:%7B%7D%7D").invalid("trigger_data");
    client.get("/v1/messages?inserted_at.gt=yesterday").invalid("inserted_at.gt");
    client.get("/v1/messages?status=sent").invalid("status");
    client.get("/v1/messages?status[0]=sent").invalid("status");
}

#[test]
fn one_message_and_what_belongs_to_it() {
    let client = client();
    let path = format!("/v1/messages/{}", id(&client, 0));
    let message = client.get(&path).ok();
    assert_eq!(message["actors"], json!(["me"]));
    assert_eq!(message["source"]["key"], "one");
    assert_eq!(message["engagement_statuses"], json!([]));
    assert_eq!(
        message["data"]["long"].as_str().unwrap().len(),
        1024,
        "long strings are truncated at a character boundary"
    );
    assert_eq!(
        client.deliveries()[0].data["long"].as_str().unwrap().len(),
        4000,
        "what is delivered is whole"
    );
    assert_eq!(client.get(&format!("{path}/content")).ok()["data"]["__typename"], "MessageInAppFeedContent");
    let activities = client.get(&format!("{path}/activities")).ok();
    assert_eq!(activities["items"][0]["actor"]["name"], "Me");
    assert_eq!(activities["items"][0]["recipient"]["id"], "a");
    let events = client.get(&format!("{path}/events")).ok();
    let kinds: Vec<&Value> = events["items"].as_array().unwrap().iter().map(|event| &event["type"]).collect();
    assert_eq!(kinds, ["message.created", "message.queued", "message.delivered"]);
    assert_eq!(client.get(&format!("{path}/delivery_logs")).ok()["items"], json!([]));
    for part in ["", "/content", "/activities", "/events", "/delivery_logs"] {
        client.get(&format!("/v1/messages/none{part}")).fails(404, "resource_missing");
    }
}

#[test]
fn marks_come_and_go() {
    let client = client();
    let path = format!("/v1/messages/{}", id(&client, 0));
    for (mark, undo, field) in [
        ("seen", "unseen", "seen_at"),
        ("read", "unread", "read_at"),
        ("archived", "unarchived", "archived_at"),
    ] {
        let set = client.put(&format!("{path}/{mark}"), json!({})).ok();
        assert_eq!(
            (&set[field], &set["engagement_statuses"]),
            (&json!("2025-01-01T00:01:00Z"), &json!([mark]))
        );
        assert_eq!(client.delete(&format!("{path}/{mark}")).ok()[field], Value::Null);
        client.put(&format!("{path}/{mark}"), json!({})).ok();
        assert_eq!(client.delete(&format!("{path}/{undo}")).ok()[field], Value::Null);
    }
    let body = json!({ "metadata": { "button": "yes" } });
    assert!(client.put(&format!("{path}/interacted"), body).ok()["interacted_at"].is_string());
    assert_eq!(client.delete(&format!("{path}/interacted")).status, 404);
    let deep = json!({ "metadata": { "a": { "b": 1 } } });
    client.put(&format!("{path}/interacted"), deep).invalid("metadata");
    client.put("/v1/messages/none/seen", json!({})).fails(404, "resource_missing");
    client.delete("/v1/messages/none/seen").fails(404, "resource_missing");
    let events = client.get(&format!("{path}/events?page_size=50")).ok()["items"].clone();
    assert_eq!(events.as_array().unwrap().last().unwrap()["data"]["metadata"]["button"], "yes");
}

#[test]
fn the_time_of_a_mark_is_the_latest() {
    let client = client();
    let path = format!("/v1/messages/{}", id(&client, 0));
    client.put(&format!("{path}/seen"), json!({})).ok();
    client.wait(60);
    let again = client.put(&format!("{path}/seen"), json!({})).ok();
    let latest = json!("2025-01-01T00:02:00Z");
    assert_eq!((&again["seen_at"], &again["updated_at"]), (&latest, &latest));
    client.wait(60);
    // removing what is not there changes nothing
    assert_eq!(client.delete(&format!("{path}/read")).ok()["updated_at"], latest);
}

#[test]
fn a_second_mark_is_an_event_only_if_it_is_another_interaction() {
    let client = client();
    let path = format!("/v1/messages/{}", id(&client, 0));
    let events =
        || client.get(&format!("{path}/events?page_size=50")).ok()["items"].as_array().unwrap().len();
    for (mark, undo, added) in
        [("seen", Some("unseen"), 1), ("read", Some("unread"), 1), ("interacted", None, 2)]
    {
        let before = events();
        for _ in 0..2 {
            client.put(&format!("{path}/{mark}"), json!({})).ok();
        }
        assert_eq!(events() - before, added, "{mark}");
        if let Some(undo) = undo {
            for _ in 0..2 {
                client.delete(&format!("{path}/{undo}")).ok();
            }
            assert_eq!(events() - before, 2, "{undo}");
        }
    }
}

#[test]
fn batches() {
    let client = client();
    let ids = json!([id(&client, 0), "none", id(&client, 2)]);
    for status in ["seen", "read", "archived", "interacted", "unseen", "unread", "unarchived"] {
        let response =
            client.post(&format!("/v1/messages/batch/{status}"), json!({ "message_ids": ids })).ok();
        assert_eq!(response.as_array().unwrap().len(), 2, "{status}");
    }
    let message = client.get(&format!("/v1/messages/{}", id(&client, 0))).ok();
    assert_eq!(message["engagement_statuses"], json!(["interacted"]));
    client.post("/v1/messages/batch/seen", json!({})).invalid("message_ids");
    client.post("/v1/messages/batch/seen", json!({ "message_ids": vec!["m"; 51] })).invalid("message_ids");
    let query = format!("message_ids[]={}&message_ids[]={}", id(&client, 0), id(&client, 1));
    let contents = client.get(&format!("/v1/messages/batch/content?{query}")).ok();
    assert_eq!(contents[1]["message_id"], id(&client, 1));
    client.get("/v1/messages/batch/content").invalid("message_ids");
}

#[test]
fn a_channel_can_be_updated_as_a_whole() {
    let client = client();
    let path = |action: &str| format!("/v1/channels/{DEFAULT_CHANNEL}/messages/bulk/{action}");
    let seen = || client.get("/v1/messages?engagement_status[]=seen").ok()["items"].as_array().unwrap().len();
    for (body, expected) in [
        (json!({ "recipient_ids": ["b"] }), 1),
        (json!({ "user_ids": ["b"] }), 1),
        (json!({ "workflows": ["two"] }), 1),
        (json!({ "tenants": ["t"], "engagement_status": "unseen" }), 2),
        (json!({ "has_tenant": false }), 1),
        (json!({ "newer_than": "2025-01-01T00:00:30Z" }), 1),
        (json!({ "archived": "only" }), 0),
        (json!({}), 3),
    ] {
        let operation = client.post(&path("seen"), body.clone()).ok();
        assert_eq!((&operation["name"], &operation["status"]), (&json!("messages.seen"), &json!("queued")));
        assert_eq!(seen(), expected, "{body}");
        client.post(&path("unseen"), json!({})).ok();
    }
    client.post(&path("delete"), json!({ "workflows": ["one"] })).ok();
    assert_eq!(client.get("/v1/messages").ok()["items"].as_array().unwrap().len(), 1);
    assert_eq!(client.post(&path("eat"), json!({})).status, 404);
    client.post(&path("seen"), json!({ "recipient_ids": "a" })).invalid("recipient_ids");
}

#[test]
fn feeds() {
    let client = client();
    let feed = |query: &str| client.get(&format!("/v1/users/a/feeds/{DEFAULT_CHANNEL}?{query}")).ok();
    let page = feed("");
    let count = |page: &Value| page["entries"].as_array().unwrap().len();
    assert_eq!(
        (count(&page), &page["meta"]["unread_count"], &page["entries"][0]["source"]["key"]),
        (2, &json!(2), &json!("two"))
    );
    assert_eq!(page["entries"][1]["actors"][0]["name"], "Me");

    let newest = page["entries"][0]["id"].as_str().unwrap();
    client.put(&format!("/v1/messages/{newest}/read"), json!({})).ok();
    let unread = feed("status=unread");
    assert_eq!(
        (count(&unread), &unread["meta"]["total_count"], &unread["meta"]["unread_count"]),
        (1, &json!(2), &json!(1))
    );
    assert_eq!(count(&feed("status=read")), 1);
    client.put(&format!("/v1/messages/{newest}/archived"), json!({})).ok();
    assert_eq!(
        (count(&feed("")), count(&feed("archived=include")), count(&feed("archived=only"))),
        (1, 2, 1)
    );
    let tenants =
        ["tenant=t", "tenant=t&has_tenant=true", "tenant=other", "has_tenant=false", "has_tenant=true"];
    assert_eq!(
        tenants.map(|query| count(&feed(&format!("{query}&archived=include")))),
        [2, 1, 1, 1, 1],
        "items without a tenant belong to every tenant"
    );

    let compact = feed("mode=compact&archived=include");
    assert!(compact["entries"][0].get("activities").is_none());
    assert_eq!(compact["entries"][0]["data"], json!({ "kind": "y" }));
    let slim = feed("exclude=blocks,data.long,actors.name");
    assert!(slim["entries"][0].get("blocks").is_none() && slim["entries"][0]["data"].get("long").is_none());
    assert!(slim["entries"][0]["actors"][0].get("name").is_none());

    let nobody = client.get(&format!("/v1/users/nobody/feeds/{DEFAULT_CHANNEL}")).ok();
    assert_eq!((&nobody["entries"], &nobody["meta"]["total_count"]), (&json!([]), &json!(0)));
    let settings = client.get(&format!("/v1/users/a/feeds/{DEFAULT_CHANNEL}/settings")).ok();
    assert_eq!(settings["features"]["branding_required"], false);
    client.get(&format!("/v1/users/a/feeds/{DEFAULT_CHANNEL}?status=eaten")).invalid("status");
}

#[test]
fn content_is_of_the_kind_of_the_channel() {
    for (kind, typename, logged) in [
        (ChannelKind::Email, "MessageEmailContent", 1),
        (ChannelKind::Sms, "MessageSmsContent", 1),
        (ChannelKind::Push, "MessagePushContent", 1),
        (ChannelKind::Chat, "MessageChatContent", 1),
        (ChannelKind::InAppFeed, "MessageInAppFeedContent", 0),
    ] {
        let workflow = Workflow::new("w").channel(Channel::new(DEFAULT_CHANNEL, kind));
        let client = Client::of(Emulator::builder().workflow(workflow));
        client.trigger("w", json!({ "recipients": [{ "id": "u", "email": "u@example.com" }] })).ok();
        let path = format!("/v1/messages/{}", id(&client, 0));
        assert_eq!(client.get(&format!("{path}/content")).ok()["data"]["__typename"], typename);
        assert_eq!(
            client.get(&format!("{path}/delivery_logs")).ok()["items"].as_array().unwrap().len(),
            logged
        );
    }
}
