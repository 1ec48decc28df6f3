//! Calls every operation of the `OpenAPI` document with the example from the document, and validates the response
//! against the schema from the document.

use std::io::Write;
use std::path::PathBuf;

use http::Method;
use knock_emulator::{DEFAULT_CHANNEL, Emulator};
use serde_json::{Map, Value, json};

use crate::client::Client;

/// Reads the document at the path in `KNOCK_OPENAPI`, or else the one next to the project, if there is one.
fn document() -> Option<Value> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/knock-openapi.json"));
    let named = std::env::var_os("KNOCK_OPENAPI").filter(|path| !path.is_empty()).map(PathBuf::from);
    if named.is_none() && !beside.exists() {
        // Unlike `eprintln!`, this is not captured: a skipped test must not pass silently.
        let _ = writeln!(
            std::io::stderr(),
            "\nSKIPPED: the emulator was NOT compared with Knock's `OpenAPI` document; set KNOCK_OPENAPI\n"
        );
        return None;
    }
    let path = named.unwrap_or(beside);
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Some(serde_json::from_slice(&text).unwrap())
}

/// Converts `OpenAPI` 3.0 to JSON Schema: `nullable` becomes a type, and alternatives can overlap, like those for users
/// and objects do. Formats are left out, because the examples of the document do not match them.
fn json_schema(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(json_schema),
        Value::Object(fields) => {
            fields.values_mut().for_each(json_schema);
            fields.remove("format");
            fields.remove("example");
            if let Some(Value::String(reference)) = fields.get_mut("$ref") {
                *reference = reference.replace(' ', "%20");
            }
            if let Some(alternatives) = fields.remove("oneOf") {
                fields.insert("anyOf".to_owned(), alternatives);
            }
            if fields.remove("nullable") == Some(json!(true)) {
                let inner = Value::Object(std::mem::take(fields));
                *value = json!({ "anyOf": [{ "type": "null" }, inner] });
            } else if fields.get("anyOf").is_some() && fields.get("type") == Some(&json!("object")) {
                // the type is in the alternatives, one of which can be null
                fields.remove("type");
            }
        }
        _ => {}
    }
}

/// The example of a schema, or an example assembled from its parts.
fn example(document: &Value, schema: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return example(document, document.pointer(reference.trim_start_matches('#')).unwrap());
    }
    if !schema["example"].is_null() {
        return schema["example"].clone();
    }
    if let Some(properties) = schema["properties"].as_object() {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let members = properties.iter().filter(|(name, _)| required.contains(&json!(name)));
        return members
            .map(|(name, schema)| (name.clone(), example(document, schema)))
            .collect::<Map<_, _>>()
            .into();
    }
    match schema["type"].as_str() {
        Some("array") => json!([example(document, &schema["items"])]),
        Some("boolean") => json!(true),
        Some("integer") => json!(1),
        _ => json!("text"),
    }
}

/// An environment in which every id in the paths below exists.
fn inhabited() -> (Client, Vec<(&'static str, String)>) {
    let client = Client::of(Emulator::builder());
    client.put("/v1/users/u", json!({ "name": "U", "email": "u@example.com", "plan": "gold" })).ok();
    client.put("/v1/users/user_2", json!({})).ok();
    for owner in ["users/u", "objects/projects/p", "objects/$tenants/t"] {
        client.put(&format!("/v1/{owner}"), json!({ "name": "N" })).ok();
        let data = json!({ "data": { "token": { "access_token": "x" }, "connections": [], "ms_teams_tenant_id": "m" } });
        client.put(&format!("/v1/{owner}/channel_data/{DEFAULT_CHANNEL}"), data).ok();
        client
            .put(&format!("/v1/{owner}/preferences/default"), json!({ "channel_types": { "email": true } }))
            .ok();
        let schedule = json!({ "workflow": "w", "recipients": ["u"], "repeats": [{ "frequency": "daily" }], "actor": "u" });
        client.post("/v1/schedules", schedule).ok();
    }
    let object = json!({ "id": "p", "collection": "projects" });
    client.post("/v1/objects/projects/p/subscriptions", json!({ "recipients": ["u", object] })).ok();
    client
        .post(
            "/v1/audiences/vip/members?create_audience=1",
            json!({ "members": [{ "user": { "id": "u" } }] }),
        )
        .no_content();
    let trigger = json!({ "recipients": ["u", object], "actor": "u", "tenant": "t", "data": { "n": 1 } });
    client.trigger("w", trigger).ok();
    let bulk = client.post("/v1/users/bulk/identify", json!({ "users": [{ "id": "u" }] })).ok();
    let run = client.get("/v1/workflow_recipient_runs").ok()["items"][0]["id"].clone();
    let ids = vec![
        ("message_id", client.deliveries()[0].message_id.clone()),
        ("bulk", bulk["id"].as_str().unwrap().to_owned()),
        ("run", run.as_str().unwrap().to_owned()),
    ];
    (client, ids)
}

fn fill(template: &str, ids: &[(&str, String)]) -> String {
    let known = |name: &str| ids.iter().find(|(known, _)| *known == name).map(|(_, id)| id.clone());
    let mut path = template.replace("/feeds/{id}", &format!("/feeds/{DEFAULT_CHANNEL}"));
    path = path.replace("/preferences/{id}", "/preferences/default");
    path = path.replace("/bulk_operations/{id}", &format!("/bulk_operations/{}", known("bulk").unwrap()));
    path = path.replace(
        "/workflow_recipient_runs/{id}",
        &format!("/workflow_recipient_runs/{}", known("run").unwrap()),
    );
    path = path.replace("/tenants/{id}", "/tenants/t").replace("/audiences/{key}", "/audiences/vip");
    for (name, id) in [
        ("{collection}/{id}", "projects/p"),
        ("{collection}", "projects"),
        ("{object_id}", "p"),
        ("{user_id}", "u"),
        ("{channel_id}", DEFAULT_CHANNEL),
        ("{key}", "w"),
        ("{type}", "email"),
        ("{action}", "seen"),
    ] {
        path = path.replace(name, id);
    }
    path.replace("{message_id}", &known("message_id").unwrap())
}

fn query(path: &str) -> String {
    let holder = "%7B%22object_id%22:%22t%22,%22collection%22:%22$tenants%22%7D";
    match path {
        _ if path.contains("/ms-teams/") && path.ends_with("/channels") => {
            format!("?ms_teams_tenant_object={holder}&team_id={}", "TEAM")
        }
        _ if path.contains("/ms-teams/") => format!("?ms_teams_tenant_object={holder}"),
        _ if path.contains("/slack/") => format!("?access_token_object={holder}"),
        "/v1/schedules" => "?workflow=w".to_owned(),
        "/v1/tenants/bulk/delete" => "?tenant_ids[]=x".to_owned(),
        "/v1/messages/batch/content" => "?message_ids[]=MESSAGE".to_owned(),
        _ if path.ends_with("/members") => "?create_audience=true".to_owned(),
        _ => String::new(),
    }
}

/// Bodies for operations for which the document has no example, or an example with ids that do not exist.
fn body(document: &Value, template: &str, operation: &Value) -> Option<Value> {
    if operation["operationId"].as_str().is_some_and(|id| id.contains("Preference"))
        && template.contains("/{id}/")
    {
        return Some(if template.ends_with('}') {
            json!({ "subscribed": true })
        } else {
            json!({ "email": true })
        });
    }
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let mut body = (!schema.is_null()).then(|| example(document, schema))?;
    if body.get("actor").is_some() {
        body["actor"] = json!("u");
    }
    if body.get("from_user_id").is_some() {
        body["from_user_id"] = json!("user_2");
    }
    Some(body)
}

#[test]
fn every_operation_responds_as_documented() {
    let Some(document) = document() else { return };
    let mut components = document["components"].clone();
    json_schema(&mut components);
    let mut wrong = Vec::new();
    let mut checked = 0;
    for (template, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            checked += 1;
            let (client, ids) = inhabited();
            let mut path = fill(template, &ids);
            path.push_str(&query(&path));
            path = path.replace("MESSAGE", &ids[0].1);
            if path.contains("TEAM") {
                let teams = path.replace("/channels?", "/teams?");
                let teams = client.get(&teams).ok();
                path = path.replace("TEAM", teams["ms_teams_teams"][0]["id"].as_str().unwrap());
            }
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let body = body(&document, template, operation);
            let response = client.send(Client::request(method.as_str(), &path, body.as_ref()));
            let Some(expected) = operation["responses"].get(response.status.to_string()) else {
                wrong.push(format!("{method} {path}: {} {} for {body:?}", response.status, response.body));
                continue;
            };
            let mut schema = expected["content"]["application/json"]["schema"].clone();
            if schema.is_null() {
                continue;
            }
            json_schema(&mut schema);
            let schema = json!({ "allOf": [schema], "components": components });
            let validator = jsonschema::validator_for(&schema).unwrap();
            assert!(!validator.is_valid(&json!(false)), "{template}: the schema says nothing");
            for error in validator.iter_errors(&response.body) {
                wrong.push(format!("{method} {path}: {} at {}", error, error.instance_path()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(checked > 0, "the document has no operation");
}
