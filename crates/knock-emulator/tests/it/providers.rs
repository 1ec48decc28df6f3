use knock_emulator::Emulator;
use serde_json::{Value, json};

use crate::client::Client;

const SLACK: &str = "0a1b2c3d-0000-4000-8000-000000000001";
const JSON: &str = "access_token_object=%7B%22object_id%22:%22t%22,%22collection%22:%22$tenants%22%7D";

fn path(action: &str, query: &str) -> String {
    format!("/v1/providers/slack/{SLACK}/{action}?{query}")
}

fn connect(client: &Client, token: &str) {
    let data = json!({ "data": { "token": { "access_token": token } } });
    client.put(&format!("/v1/objects/$tenants/t/channel_data/{SLACK}"), data).ok();
}

#[test]
fn a_token_can_be_checked_and_revoked() {
    let client = Client::new();
    let denied = client.get(&path("auth_check", JSON)).fails(403, "authorization");
    assert_eq!(denied["message"], "Access token not set.");
    connect(&client, "xoxb-1");
    for spelling in [
        JSON,
        "access_token_object[object_id]=t&access_token_object[collection]=$tenants&channel_id=x",
        "access_token_object.object_id=t&access_token_object.collection=$tenants",
    ] {
        assert_eq!(client.get(&path("auth_check", spelling)).ok(), json!({ "connection": { "ok": true } }));
    }
    client.get(&path("auth_check", "")).invalid("access_token_object");
    client.get(&path("auth_check", "access_token_object=text")).invalid("access_token_object");

    assert_eq!(client.get(&path("revoke_access", JSON)).status, 404, "it is a PUT");
    assert_eq!(
        client.send(Client::request("PUT", &path("revoke_access", JSON), None)).ok(),
        json!({ "ok": "ok" })
    );
    client.get(&path("auth_check", JSON)).fails(403, "authorization");
    client.send(Client::request("PUT", &path("revoke_access", JSON), None)).fails(403, "authorization");

    connect(&client, "xoxb-invalid");
    assert_eq!(client.get(&path("auth_check", JSON)).ok()["connection"]["ok"], false);
}

#[test]
fn channels_come_in_pages() {
    let names: Vec<String> = (0..5).map(|n| format!("c{n}")).collect();
    let client = Client::of(Emulator::builder().slack_channels(names));
    connect(&client, "xoxb-1");
    for spelling in ["query_options[{}]", "query_options.{}"] {
        let option = |name: &str| spelling.replace("{}", name);
        let mut seen: Vec<Value> = Vec::new();
        let mut cursor = String::new();
        loop {
            let query = format!("{JSON}&{}=2&{}={cursor}", option("limit"), option("cursor"));
            let page = client.get(&path("channels", &query)).ok();
            seen.extend(
                page["slack_channels"].as_array().unwrap().iter().map(|channel| channel["name"].clone()),
            );
            match page["next_cursor"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => break,
            }
        }
        assert_eq!(seen, ["c0", "c1", "c2", "c3", "c4"]);
    }
    let team = client.get(&path("channels", &format!("{JSON}&query_options.team_id=T1"))).ok();
    assert_eq!(team["slack_channels"][0]["context_team_id"], "T1");
    let private =
        client.get(&path("channels", &format!("{JSON}&query_options[types]=private_channel,im"))).ok();
    assert_eq!(private["slack_channels"], json!([]));
    client.get(&path("channels", &format!("{JSON}&query_options.limit=x"))).invalid("query_options.limit");
    client.get(&path("channels", &format!("{JSON}&query_options.cursor=!"))).invalid("query_options.cursor");
}

#[test]
fn teams_needs_a_tenant_id() {
    let client = Client::new();
    let object = "ms_teams_tenant_object=%7B%22object_id%22:%22t%22,%22collection%22:%22$tenants%22%7D";
    let path = |action: &str, query: &str| format!("/v1/providers/ms-teams/{SLACK}/{action}?{object}{query}");
    assert_eq!(client.get(&path("auth_check", "")).ok()["connection"]["ok"], false);
    client.put("/v1/tenants/t", json!({})).ok();
    let denied = client.get(&path("auth_check", "")).fails(403, "authorization");
    assert_eq!(denied["message"], "Microsoft Teams tenant ID not set.");
    let data = json!({ "data": { "ms_teams_tenant_id": "b4f9a1e0-0000-4000-8000-000000000000" } });
    client.put(&format!("/v1/objects/$tenants/t/channel_data/{SLACK}"), data).ok();
    assert_eq!(client.get(&path("auth_check", "")).ok()["connection"]["ok"], true);

    let first = client.get(&path("teams", "&query_options[$top]=2")).ok();
    assert_eq!(first["ms_teams_teams"].as_array().unwrap().len(), 2);
    let token = first["skip_token"].as_str().unwrap();
    let second =
        client.get(&path("teams", &format!("&query_options[$top]=2&query_options.$skiptoken={token}"))).ok();
    assert_eq!(
        (second["ms_teams_teams"].as_array().unwrap().len(), &second["skip_token"]),
        (1, &Value::Null)
    );

    let team = first["ms_teams_teams"][0]["id"].as_str().unwrap();
    let channels = client.get(&path("channels", &format!("&team_id={team}"))).ok();
    assert_eq!(channels["ms_teams_channels"][0]["displayName"], "General");
    client.get(&path("channels", "")).invalid("team_id");
    client.send(Client::request("PUT", &path("revoke_access", ""), None)).ok();
    client.get(&path("auth_check", "")).fails(403, "authorization");
}
