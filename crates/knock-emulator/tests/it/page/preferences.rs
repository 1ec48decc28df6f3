//! The sets of a user as they are stored, for an editor.

use knock_emulator::Emulator;
use serde_json::{Value, json};

use super::{get, send};
use crate::client::Client;

#[test]
fn the_sets_of_a_user_are_without_the_defaults() {
    let defaults = json!({ "channel_types": { "sms": false } });
    let client = Client::of(Emulator::builder().default_preferences(defaults));
    assert_eq!(get(&client, "preferences?user=a%2Fb"), json!({ "entries": [] }));
    let merged = json!({ "__persistence_strategy__": "merge", "channel_types": { "email": false } });
    for set in ["default", "acme"] {
        client.put(&format!("/v1/users/a%2Fb/preferences/{set}"), merged.clone()).ok();
    }
    let sets = get(&client, "preferences?user=a%2Fb")["entries"].clone();
    assert_eq!((&sets[0]["id"], &sets[1]["id"]), (&json!("acme"), &json!("default")));
    assert_eq!(sets[1]["channel_types"], json!({ "email": false }));
    assert_eq!(sets[1]["workflows"], Value::Null);
    assert_eq!(send(&client, "GET", "/_emulator/preferences", &[]).status(), 422);
}
