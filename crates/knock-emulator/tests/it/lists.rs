use serde_json::{Value, json};

use crate::client::Client;

fn ids(page: &Value) -> Vec<String> {
    let key = if page.get("items").is_some() { "items" } else { "entries" };
    page[key].as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn pages_lead_forward_and_back() {
    let client = Client::new();
    for n in 0..7 {
        client.put(&format!("/v1/users/u{n}"), json!({})).ok();
    }
    let mut seen = Vec::new();
    let mut after = String::new();
    let mut pages = 0;
    let last = loop {
        let page = client.get(&format!("/v1/users?page_size=3&after={after}")).ok();
        assert_eq!(page["page_info"]["__typename"], "PageInfo");
        assert_eq!(page["page_info"]["page_size"], 3);
        assert_eq!(page["page_info"]["before"].is_null(), pages == 0);
        seen.extend(ids(&page));
        pages += 1;
        match page["page_info"]["after"].as_str() {
            Some(next) => next.clone_into(&mut after),
            None => break page,
        }
    };
    assert_eq!((pages, seen.len()), (3, 7));
    let before = last["page_info"]["before"].as_str().unwrap();
    let back = client.get(&format!("/v1/users?page_size=3&before={before}")).ok();
    assert_eq!(ids(&back), ["u3", "u4", "u5"]);
    assert!(back["page_info"]["after"].is_string() && back["page_info"]["before"].is_string());

    // A cursor stays valid if its entry is deleted or other entries are added.
    let page = client.get("/v1/users?page_size=2").ok();
    client.delete("/v1/users/u1").no_content();
    client.put("/v1/users/u1a", json!({})).ok();
    let after = page["page_info"]["after"].as_str().unwrap();
    assert_eq!(ids(&client.get(&format!("/v1/users?page_size=2&after={after}")).ok()), ["u1a", "u2"]);
    let cursor = page["entries"][0]["__cursor"].as_str().unwrap();
    assert_eq!(ids(&client.get(&format!("/v1/users?page_size=1&after={cursor}")).ok()), ["u1a"]);
}

#[test]
fn the_size_of_a_page_has_limits() {
    let client = Client::new();
    assert_eq!(client.get("/v1/users").ok()["page_info"]["page_size"], 50);
    for wrong in ["0", "51", "-1", "x", "1.5"] {
        client.get(&format!("/v1/users?page_size={wrong}")).invalid("page_size");
    }
    client.get("/v1/users?page_size=50").ok();
    client.get("/v1/users?after=!").invalid("after");
    let feed = "/v1/users/u/feeds/5a88728a-3ecb-400d-ba6f-9c0956ab252f";
    client.get(&format!("{feed}?page_size=200")).ok();
    client.get(&format!("{feed}?page_size=201")).invalid("page_size");
}

#[test]
fn includes_are_lists_as_plug_reads_them() {
    let client = Client::new();
    client.put("/v1/users/u/preferences/default", json!({ "categories": { "news": true } })).ok();
    let page = client.get("/v1/users?include[]=preferences").ok();
    assert_eq!(page["entries"][0]["preferences"]["default"]["categories"], json!({ "news": true }));
    assert!(client.get("/v1/users").ok()["entries"][0].get("preferences").is_none());
    client.get("/v1/users?include[0]=preferences").invalid("include");
    client.get("/v1/users?include=preferences").invalid("include");
    client.get("/v1/users?include[]=everything").invalid("include");
}

#[test]
fn messages_come_newest_first() {
    let client = Client::new();
    for n in 0..5 {
        client.trigger("w", json!({ "recipients": ["u"], "data": { "n": n } })).ok();
        client.wait(1);
    }
    let numbers = |page: &Value| {
        page["items"].as_array().unwrap().iter().map(|m| m["data"]["n"].clone()).collect::<Vec<_>>()
    };
    let first = client.get("/v1/messages?page_size=2").ok();
    assert_eq!(numbers(&first), [4, 3]);
    client.trigger("w", json!({ "recipients": ["u"], "data": { "n": 5 } })).ok();
    let after = first["page_info"]["after"].as_str().unwrap();
    let second = client.get(&format!("/v1/messages?page_size=2&after={after}")).ok();
    assert_eq!(numbers(&second), [2, 1], "new messages do not shift the pages");
}
