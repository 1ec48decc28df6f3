use knock_emulator::{Channel, ChannelKind, Emulator, Workflow};
use serde_json::{Value, json};

use crate::client::Client;

const EMAIL: &str = "c6bd7a1e-1f25-4ad8-a7e1-4b3b2f8f5b01";

#[test]
fn sets_are_empty_until_written_then_replaced_or_merged() {
    let client = Client::new();
    for owner in ["/v1/users/u", "/v1/objects/projects/p"] {
        let path = format!("{owner}/preferences/default");
        let empty = json!({
            "id": "default", "categories": null, "workflows": null, "channel_types": null, "channels": null,
            "commercial_subscribed": null,
        });
        assert_eq!(client.get(&path).ok(), empty);
        assert_eq!(client.get(&format!("{owner}/preferences")).ok(), json!([]));

        client
            .put(&path, json!({ "channel_types": { "email": true }, "categories": { "news": false } }))
            .ok();
        let replaced = client.put(&path, json!({ "channel_types": { "sms": false } })).ok();
        assert_eq!(
            (&replaced["channel_types"], &replaced["categories"]),
            (&json!({ "sms": false }), &Value::Null)
        );
        let merged = client
            .put(&path, json!({ "__persistence_strategy__": "merge", "channel_types": { "email": true } }))
            .ok();
        assert_eq!(merged["channel_types"], json!({ "sms": false, "email": true }));
        assert!(merged.get("__persistence_strategy__").is_none());

        client.put(&format!("{owner}/preferences/tenant"), json!({ "commercial_subscribed": false })).ok();
        assert_eq!(client.get(&format!("{owner}/preferences")).ok().as_array().unwrap().len(), 2);
        client.delete(&path).no_content();
        assert_eq!(client.get(&path).ok(), empty);
        client.get(owner).ok();
    }
}

#[test]
fn invalid_sets_are_rejected() {
    let client = Client::new();
    for (body, field) in [
        (json!({ "channel_types": [] }), "channel_types"),
        (json!({ "channel_types": { "email": "yes" } }), "channel_types"),
        (json!({ "workflows": { "w": { "channel_types": 1 } } }), "workflows"),
        (json!({ "workflows": { "w": { "conditions": [{}] } } }), "workflows"),
        (
            json!({ "workflows": { "w": { "conditions": [
                { "variable": "data.a", "operator": "is_like", "argument": "b" }
            ] } } }),
            "workflows",
        ),
        (json!({ "workflows": { "__strategy__": "append" } }), "workflows"),
        (json!({ "commercial_subscribed": "no" }), "commercial_subscribed"),
        (json!({ "__persistence_strategy__": "append" }), "__persistence_strategy__"),
    ] {
        client.put("/v1/users/u/preferences/default", body).invalid(field);
    }
}

#[test]
fn the_old_endpoints_set_a_part() {
    let client = Client::new();
    for owner in ["/v1/users/u", "/v1/objects/c/o"] {
        let base = format!("{owner}/preferences/default");
        client
            .put(
                &format!("{base}/workflows"),
                json!({ "w": true, "x": { "channel_types": { "email": false } } }),
            )
            .ok();
        client.put(&format!("{base}/workflows/w"), json!({ "subscribed": false })).ok();
        client.put(&format!("{base}/categories"), json!({ "news": false })).ok();
        client.put(&format!("{base}/categories/offers"), json!({ "channel_types": { "sms": true } })).ok();
        client.put(&format!("{base}/channel_types"), json!({ "email": true })).ok();
        let set = client.put(&format!("{base}/channel_types/push"), json!({ "subscribed": false })).ok();
        assert_eq!(set["workflows"], json!({ "w": false, "x": { "channel_types": { "email": false } } }));
        assert_eq!(
            set["categories"],
            json!({ "news": false, "offers": { "channel_types": { "sms": true } } })
        );
        assert_eq!(set["channel_types"], json!({ "email": true, "push": false }));
        client
            .put(&format!("{base}/channel_types/push"), json!({ "subscribed": "no" }))
            .invalid("channel_types");
    }
}

#[test]
fn tenants_and_the_environment_have_defaults() {
    let client =
        Client::of(Emulator::builder().default_preferences(json!({ "channel_types": { "sms": false } })));
    client
        .put(
            "/v1/tenants/t",
            json!({ "settings": { "preference_set": {
                "channel_types": { "email": false, "push": true },
                "workflows": { "must": { "__strategy__": "replace", "channel_types": { "email": true } } },
            } } }),
        )
        .ok();
    client
        .put(
            "/v1/users/u/preferences/default",
            json!({ "channel_types": { "push": false }, "workflows": { "must": false } }),
        )
        .ok();
    let plain = client.get("/v1/users/u/preferences/default").ok();
    assert_eq!(plain["channel_types"], json!({ "sms": false, "push": false }));
    let tenant = client.get("/v1/users/u/preferences/default?tenant=t").ok();
    assert_eq!(tenant["channel_types"], json!({ "sms": false, "email": false, "push": false }));
    assert_eq!(tenant["workflows"]["must"]["channel_types"]["email"], true);
    let own = client.get("/v1/users/u/preferences/t").ok();
    assert_eq!(own["channel_types"], json!({ "sms": false, "email": false, "push": true }));
}

#[test]
fn defaults_of_the_environment_can_hold_against_those_of_a_tenant() {
    let defaults =
        json!({ "workflows": { "must": { "__strategy__": "replace", "channel_types": { "email": true } } } });
    let client = Client::of(Emulator::builder().default_preferences(defaults));
    let set = json!({ "workflows": { "must": false, "other": false } });
    client.put("/v1/tenants/t", json!({ "settings": { "preference_set": set } })).ok();
    let resolved = client.get("/v1/users/u/preferences/default?tenant=t").ok();
    assert_eq!(resolved["workflows"]["must"]["channel_types"]["email"], true);
    assert_eq!(resolved["workflows"]["other"], false);
}

/// The kinds of channels that a trigger delivers to.
fn kinds(preferences: &Value, body: &Value) -> Vec<&'static str> {
    let workflow = Workflow::new("w")
        .category("news")
        .commercial()
        .channel(Channel::new("5a88728a-3ecb-400d-ba6f-9c0956ab252f", ChannelKind::InAppFeed))
        .channel(Channel::new(EMAIL, ChannelKind::Email));
    let client = Client::of(Emulator::builder().workflow(workflow));
    client.put("/v1/users/u", json!({ "country": "US", "tags": ["a", "b"] })).ok();
    client.put("/v1/users/u/preferences/default", preferences.clone()).ok();
    client.trigger("w", body.clone()).ok();
    client.deliveries().iter().map(|delivery| delivery.channel_kind.as_str()).collect()
}

#[test]
fn preferences_decide_what_is_delivered() {
    let both = vec!["in_app_feed", "email"];
    let condition = |variable: &str, operator: &str, argument: Value| {
        json!({ "channel_types": { "email": { "conditions": [
            { "variable": variable, "operator": operator, "argument": argument }
        ] } } })
    };
    for (set, expected) in [
        (json!({}), both.clone()),
        (json!({ "channel_types": { "email": false } }), vec!["in_app_feed"]),
        (json!({ "channel_types": { "email": false }, "channels": { EMAIL: true } }), both.clone()),
        (json!({ "channels": { EMAIL: false } }), vec!["in_app_feed"]),
        (json!({ "workflows": { "w": false } }), vec![]),
        (json!({ "workflows": { "other": false } }), both.clone()),
        (json!({ "workflows": { "w": { "channel_types": { "in_app_feed": false } } } }), vec!["email"]),
        (json!({ "categories": { "news": false } }), vec![]),
        (json!({ "commercial_subscribed": false }), vec![]),
        (condition("recipient.country", "equal_to", json!("US")), both.clone()),
        (condition("recipient.country", "not_equal_to", json!("US")), vec!["in_app_feed"]),
        (condition("data.amount", "greater_than", json!("9")), both.clone()),
        (condition("data.amount", "less_than_or_equal_to", json!("9")), vec!["in_app_feed"]),
        (condition("recipient.tags", "contains", json!("b")), both.clone()),
        (condition("data.nothing", "empty", Value::Null), both.clone()),
        (condition("data.nothing", "exists", Value::Null), vec!["in_app_feed"]),
        (condition("workflow.key", "contains", json!("w")), both),
    ] {
        assert_eq!(kinds(&set, &json!({ "recipients": ["u"], "data": { "amount": 10 } })), expected, "{set}");
    }
}

#[test]
fn the_layers_of_a_tenant_apply() {
    let client = Client::new();
    client.put("/v1/users/u/preferences/default", json!({ "workflows": { "w": false } })).ok();
    client.trigger("w", json!({ "recipients": ["u"], "tenant": "bare" })).ok();
    assert_eq!(client.reached().len(), 0, "the tenant has no layers, so the default set applies");
    client.put("/v1/users/u/preferences/acme", json!({ "channel_types": { "email": true } })).ok();
    client.trigger("w", json!({ "recipients": ["u"], "tenant": "acme" })).ok();
    assert_eq!(client.reached().len(), 1);
}

/// A tenant can decide a whole group for its users.
#[test]
fn a_group_with_a_strategy_takes_precedence() {
    let client = Client::new();
    let set = |group: Value| {
        client
            .put("/v1/tenants/t", json!({ "settings": { "preference_set": { "channel_types": group } } }))
            .ok()
    };
    client
        .put("/v1/users/u/preferences/t", json!({ "channel_types": { "email": true, "push": false } }))
        .ok();
    set(json!({ "__strategy__": "replace", "email": false, "sms": true }));
    let shown = || client.get("/v1/users/u/preferences/t").ok()["channel_types"].clone();
    assert_eq!(shown(), json!({ "__strategy__": "replace", "email": false, "sms": true }));
    set(json!({ "__strategy__": "merge" }));
    assert_eq!(shown(), json!({ "__strategy__": "merge", "email": true, "push": false, "sms": true }));
}

/// The example of Knock's documentation.
#[test]
fn a_muted_dinosaur_notifies_nobody() {
    let client = Client::new();
    client.put("/v1/users/u", json!({ "muted_dinos": ["rex"] })).ok();
    let condition =
        json!({ "variable": "recipient.muted_dinos", "operator": "not_contains", "argument": "data.dino" });
    client
        .put(
            "/v1/users/u/preferences/default",
            json!({ "workflows": { "dinosaurs-loose": { "conditions": [condition] } } }),
        )
        .ok();
    for (dino, deliveries) in [("rex", 0), ("sue", 1)] {
        client.trigger("dinosaurs-loose", json!({ "recipients": ["u"], "data": { "dino": dino } })).ok();
        assert_eq!(client.reached().len(), deliveries, "{dino}");
    }
}

#[test]
fn audiences_are_known_to_conditions() {
    let client = Client::new();
    let members =
        json!({ "members": [{ "user": { "id": "u" } }, { "user": { "id": "t" }, "tenant": "acme" }] });
    client.post("/v1/audiences/vips/members?create_audience=true", members).no_content();
    let condition = json!({ "variable": "recipient", "operator": "is_audience_member", "argument": "vips" });
    for user in ["u", "t"] {
        let set = json!({ "workflows": { "w": { "conditions": [condition] } } });
        client.put(&format!("/v1/users/{user}/preferences/default"), set).ok();
    }
    client.trigger("w", json!({ "recipients": ["u", "t"] })).ok();
    assert_eq!(client.reached(), ["u"]);
    client.trigger("w", json!({ "recipients": ["u", "t"], "tenant": "acme" })).ok();
    assert_eq!(client.reached(), ["u", "t"]);
}
