use serde_json::{Value, json};

use crate::client::Client;

#[test]
fn objects_keep_their_properties_apart() {
    let client = Client::new();
    client.get("/v1/objects/projects/p").fails(404, "resource_missing");
    let set =
        client.put("/v1/objects/projects/p", json!({ "name": "P", "meta": { "a": 1 }, "id": "x" })).ok();
    assert_eq!(
        (&set["__typename"], &set["collection"], &set["id"]),
        (&json!("Object"), &json!("projects"), &json!("p"))
    );
    assert_eq!(set["properties"], json!({ "name": "P", "meta": { "a": 1 } }));
    let set = client.put("/v1/objects/projects/p", json!({ "name": null, "meta": { "b": 2 } })).ok();
    assert_eq!(set["properties"], json!({ "meta": { "a": 1, "b": 2 } }));
    assert_eq!(client.get("/v1/objects/unknown").ok()["entries"], json!([]));
    assert_eq!(client.get("/v1/objects/projects").ok()["entries"].as_array().unwrap().len(), 1);
    client.delete("/v1/objects/projects/p").no_content();
    client.get("/v1/objects/projects/p").fails(404, "resource_missing");
}

#[test]
fn objects_in_bulk() {
    let client = Client::new();
    let rows = json!({ "objects": [{ "id": "a", "n": 1 }, { "id": "b", "n": 2 }] });
    assert_eq!(client.post("/v1/objects/things/bulk/set", rows).ok()["name"], "objects.things.set");
    assert_eq!(client.get("/v1/objects/things/b").ok()["properties"]["n"], 2);
    client.post("/v1/objects/things/bulk/delete", json!({ "object_ids": ["a"] })).ok();
    client.get("/v1/objects/things/a").fails(404, "resource_missing");
    let groups =
        json!({ "subscriptions": [{ "id": "b", "recipients": ["u", "v"], "properties": { "role": "x" } }] });
    let operation = client.post("/v1/objects/things/bulk/subscriptions/add", groups.clone()).ok();
    assert_eq!(operation["name"], "objects.things.upsert_subscriptions");
    let count = || client.get("/v1/objects/things/b/subscriptions").ok()["entries"].as_array().unwrap().len();
    assert_eq!(count(), 2);
    client.post("/v1/objects/things/bulk/subscriptions/delete", groups).ok();
    assert_eq!(count(), 0);
    client.post("/v1/objects/things/bulk/set", json!({ "objects": [{}] })).invalid("objects");
}

#[test]
fn subscriptions() {
    let client = Client::new();
    let path = "/v1/objects/projects/p/subscriptions";
    client.get(path).fails(404, "resource_missing");
    let body = json!({
        "recipients": ["ann", { "id": "bob", "name": "Bob" }, { "id": "t", "collection": "teams" }],
        "properties": { "role": "owner" },
    });
    let added = client.post(path, body).ok();
    assert_eq!(added.as_array().unwrap().len(), 3);
    assert_eq!(
        (&added[0]["__typename"], &added[0]["properties"]),
        (&json!("Subscription"), &json!({ "role": "owner" }))
    );
    assert_eq!(
        (&added[1]["recipient"]["name"], &added[2]["recipient"]["collection"]),
        (&json!("Bob"), &json!("teams"))
    );
    assert_eq!(added[0]["object"]["id"], "p");

    let ids = |query: &str| {
        let page = client.get(&format!("{path}?{query}")).ok();
        page["entries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["recipient"]["id"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(""), ["ann", "bob", "t"]);
    assert_eq!(ids("recipients[]=ann"), ["ann"]);
    assert_eq!(ids("recipients[0][id]=t&recipients[0][collection]=teams"), ["t"]);
    assert_eq!(ids("page_size=2").len(), 2);
    client.get(&format!("{path}?recipients[0]=ann")).invalid("recipients");
    client.get(&format!("{path}?mode=cat")).invalid("mode");

    client
        .post(
            "/v1/objects/orgs/o/subscriptions",
            json!({ "recipients": [{ "id": "p", "collection": "projects" }] }),
        )
        .ok();
    let subscribed = client.get(&format!("{path}?mode=recipient")).ok();
    assert_eq!(subscribed["entries"][0]["object"]["id"], "o");
    let of_user = client.get("/v1/users/bob/subscriptions").ok();
    assert_eq!(of_user["entries"][0]["object"]["id"], "p");
    let none =
        client.get("/v1/users/bob/subscriptions?objects[0][id]=x&objects[0][collection]=projects").ok();
    assert_eq!(none["entries"], json!([]));

    let deleted = client.delete_with(path, json!({ "recipients": ["ann", "stranger"] })).ok();
    assert_eq!(deleted.as_array().unwrap().len(), 1);
    assert_eq!(ids(""), ["bob", "t"]);
    client
        .post(path, json!({ "recipients": (0..101).map(|n| format!("u{n}")).collect::<Vec<_>>() }))
        .invalid("recipients");
    client.delete(path).invalid("recipients");
}

#[test]
fn tenants_are_objects_with_top_level_properties() {
    let client = Client::new();
    client.get("/v1/tenants/t").fails(404, "resource_missing");
    let body = json!({
        "name": "T",
        "plan": "gold",
        "settings": {
            "branding": { "primary_color": "#fff", "logo_url": "https://example.com/l.png" },
            "preference_set": { "channel_types": { "email": false } },
        },
    });
    let tenant = client.put("/v1/tenants/t", body).ok();
    assert_eq!((&tenant["__typename"], &tenant["plan"]), (&json!("Tenant"), &json!("gold")));
    assert_eq!(tenant["settings"]["preference_set"]["channel_types"], json!({ "email": false }));
    assert_eq!(client.get("/v1/objects/$tenants/t").ok()["properties"]["name"], "T");
    assert_eq!(client.get("/v1/objects/%24tenants/t").status, 200);

    let merged = json!({ "settings": { "preference_set": { "channel_types": { "sms": true } } } });
    let tenant = client.put("/v1/tenants/t", merged).ok();
    assert_eq!(tenant["settings"]["preference_set"]["channel_types"], json!({ "email": false, "sms": true }));
    let replaced = json!({ "settings": { "preference_set": { "__persistence_strategy__": "replace", "categories": { "x": true } } } });
    let tenant = client.put("/v1/tenants/t", replaced).ok();
    assert_eq!(tenant["settings"]["preference_set"]["channel_types"], Value::Null);
    assert_eq!(tenant["settings"]["branding"]["primary_color"], "#fff");
    let tenant = client.put("/v1/tenants/t", json!({ "settings": { "preference_set": null } })).ok();
    assert_eq!(tenant["settings"].get("preference_set"), None);
    client
        .put("/v1/tenants/t", json!({ "settings": { "branding": { "logo_url": "x" } } }))
        .invalid("logo_url");

    client.post("/v1/tenants/bulk/set", json!({ "tenants": ["stub", { "id": "u", "name": "U" }] })).ok();
    let count =
        |query: &str| client.get(&format!("/v1/tenants?{query}")).ok()["entries"].as_array().unwrap().len();
    assert_eq!((count(""), count("tenant_id=stub"), count("name=U")), (3, 1, 1));
    client
        .send(Client::request("POST", "/v1/tenants/bulk/delete?tenant_ids[]=stub&tenant_ids[]=u", None))
        .ok();
    assert_eq!(count(""), 1);
    client
        .send(Client::request("POST", "/v1/tenants/bulk/delete?tenant_ids[0]=stub", None))
        .invalid("tenant_ids");
    client.send(Client::request("POST", "/v1/tenants/bulk/delete", None)).invalid("tenant_ids");
    client.delete("/v1/tenants/t").no_content();
    assert_eq!(count(""), 0);
}

#[test]
fn audiences() {
    let client = Client::new();
    let path = "/v1/audiences/vip/members";
    let members = json!({ "members": [{ "user": { "id": "a", "name": "A" } }, { "user": { "id": "a" }, "tenant": "t" }] });
    client.get(path).fails(404, "resource_missing");
    client.post(path, members.clone()).fails(404, "resource_missing");
    client.post(&format!("{path}?create_audience=true"), members.clone()).no_content();
    client.post(path, members).no_content();
    let list = client.get(path).ok();
    assert_eq!(list["entries"].as_array().unwrap().len(), 2, "one for each tenant");
    assert_eq!(
        (&list["entries"][0]["user"]["name"], &list["page_info"]["page_size"]),
        (&json!("A"), &json!(25))
    );
    client.delete_with(path, json!({ "members": [{ "user": { "id": "a" }, "tenant": "t" }] })).no_content();
    assert_eq!(client.get(path).ok()["entries"].as_array().unwrap().len(), 1);
    client.post(path, json!({ "members": ["a"] })).invalid("members");
    client
        .delete_with("/v1/audiences/none/members", json!({ "members": [{ "user": { "id": "a" } }] }))
        .fails(404, "resource_missing");
}
