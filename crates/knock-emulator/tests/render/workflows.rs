//! The workflows of whole directories, rendered with data made for them: the directory of knock-directory's tests, whose
//! snapshots are written by `UPDATE_SNAPSHOTS=1 cargo test`, and Knock's own templates if they are on this machine.

use std::fs;
use std::path::{Path, PathBuf};

use knock_emulator::ChannelKind;
use knock_emulator::render::{Content, Context, Renderer, Step};
use serde_json::{Value, json};

use crate::{World, now};

fn park() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../knock-directory/tests/fixtures/park")
}

/// The workflows of knocklabs/templates, from `KNOCK_TEMPLATES` or from next to the workspace.
fn knocks() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/knock-templates");
    let path = std::env::var_os("KNOCK_TEMPLATES").map_or(beside, PathBuf::from);
    if path.exists() {
        return Some(path);
    }
    eprintln!("\n!!! SKIPPED: there are no templates at {}; set KNOCK_TEMPLATES\n", path.display());
    None
}

/// Reads JSON, with the files that it refers to.
fn read(file: &Path) -> Value {
    let json = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    resolved(json, file.parent().unwrap())
}

fn resolved(value: Value, folder: &Path) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(|item| resolved(item, folder)).collect(),
        Value::Object(members) => {
            let member = |(name, value): (String, Value)| match (name.strip_suffix('@'), &value) {
                (Some(name), Value::String(path)) if path.ends_with("visual_blocks.json") => {
                    (name.to_owned(), read(&folder.join(path)))
                }
                (Some(name), Value::String(path)) => {
                    (name.to_owned(), fs::read_to_string(folder.join(path)).unwrap().into())
                }
                _ => (name, resolved(value, folder)),
            };
            Value::Object(members.into_iter().map(member).collect())
        }
        other => other,
    }
}

/// The channel steps, in branches too.
fn channel_steps<'v>(steps: &'v Value, into: &mut Vec<&'v Value>) {
    for step in steps.as_array().unwrap() {
        if step["type"] == "channel" {
            into.push(step);
        }
        for branch in step["branches"].as_array().into_iter().flatten() {
            channel_steps(&branch["steps"], into);
        }
    }
}

fn kind(step: &Value) -> ChannelKind {
    match step["channel_type"].as_str().unwrap() {
        "email" => ChannelKind::Email,
        "in_app_feed" => ChannelKind::InAppFeed,
        "sms" => ChannelKind::Sms,
        "push" => ChannelKind::Push,
        other => panic!("{other}"),
    }
}

fn scope() -> Value {
    let actor = |name: &str| json!({ "id": name.to_lowercase(), "name": format!("{name} Miller") });
    let data = json!({
        "page_id": "page_1",
        "page_name": "Fossils",
        "comment_body": "Well spotted",
        "mention_body": "@ada, see this",
        "event": "Fence down",
        "digest": { "period": "daily" },
        "account_name": "Jurassic Park",
        "invite_token": "token_1",
        "invite_token_url": "https://example.com/invites/token_1",
        "invite_message": "Please come",
        "onboarding_step": "Profile",
        "onboarding_url": "https://example.com/onboarding",
        "plan_name": "Pro",
        "trial_end_date": "April 1",
        "upgrade_url": "https://example.com/upgrade",
        "referral_token": "token_2",
        "reset_password_url": "https://example.com/reset?a=1&b=2",
        "verification_url": "https://example.com/verify?a=1&b=2",
        "fence": 3,
        "paddock": "B",
        "animal": "Rexy",
        "animal_id": "a1",
        "note": "Ate a goat, the whole of it and in one piece",
        "date": "2026-12-24",
        "ticket_url": "https://example.com/tickets/7?a=1&b=2",
        "visitors": 4,
        "price": 129.5,
    });
    let activity = |title: &str, at: &str| json!({ "event": "Fence down", "inserted_at": at, "data": { "alert": { "title": title }, "event": "Fence down" }, "fence": title, "note": title, "actor": actor("Noah") });
    let mut scope = json!({
        "recipient": { "id": "ada", "name": "Ada Lovelace", "email": "ada@example.com", "phone_number": "+15550100" },
        "actor": actor("Mia"),
        "actors": [actor("Mia"), actor("Noah"), actor("Liv")],
        "total_actors": 3,
        "total_activities": 4,
        "activities": [activity("Fence 3 is down", "2024-03-15T14:05:09Z"), activity("Fence 7 is down", "2024-03-15T15:10:00Z")],
        "timestamp": "2024-03-15T14:05:09Z",
        "vars": { "app_url": "https://app.example.com" },
        "current_message": { "id": "message_1" },
    });
    for (name, value) in data.as_object().unwrap() {
        scope[name] = value.clone();
    }
    scope["data"] = data;
    scope
}

fn snapshot(name: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/render").join(name);
    // Ends of lines without spaces, as the hooks of repositories want them.
    let text = text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n";
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, &text).unwrap();
    }
    assert_eq!(fs::read_to_string(&file).unwrap_or_default(), text, "{}", file.display());
}

/// Renders every channel step of a directory. Returns how many there are.
fn render(directory: &Path, see: impl Fn(&str, &Content)) -> usize {
    let mut builder = Renderer::builder();
    for partial in fs::read_dir(directory.join("partials")).unwrap() {
        let partial = partial.unwrap();
        builder = builder
            .partial(partial.file_name().into_string().unwrap(), &read(&partial.path().join("partial.json")));
    }
    let renderer = builder.build();
    let mut count = 0;
    for folder in fs::read_dir(directory.join("workflows")).unwrap() {
        let folder = folder.unwrap();
        let workflow = read(&folder.path().join("workflow.json"));
        let mut steps = Vec::new();
        channel_steps(&workflow["steps"], &mut steps);
        for step in steps {
            let reference = step["ref"].as_str().unwrap();
            let scope = scope();
            let step = Step::new(reference, kind(step), &step["template"]);
            let content = renderer.render(&step, &Context::new(&scope, now(), &World)).unwrap();
            see(&format!("{}/{reference}", folder.file_name().into_string().unwrap()), &content);
            count += 1;
        }
    }
    count
}

fn assert_rendered(name: &str, text: &str) {
    assert!(!text.trim().is_empty() && !text.contains("{{") && !text.contains("{%"), "{name}: {text}");
}

#[test]
fn a_directory_is_rendered() {
    let count = render(&park(), |name, content| match content {
        Content::Email(email) => {
            snapshot(&format!("{name}.html"), &email.html);
            snapshot(&format!("{name}.txt"), &format!("{}\n\n{}", email.subject, email.text));
        }
        content => snapshot(&format!("{name}.json"), &format!("{:#}", content.data())),
    });
    assert_eq!(count, 11);
}

#[test]
fn knocks_workflows_are_rendered() {
    let Some(directory) = knocks() else { return };
    let count = render(&directory, |name, content| assert_rendered(name, &content.data().to_string()));
    assert_eq!(count, 29);
}

/// Each partial renders with the defaults of its inputs, as a block in an email.
#[test]
fn knocks_partials_are_rendered() {
    let Some(directory) = knocks() else { return };
    for folder in fs::read_dir(directory.join("partials")).unwrap() {
        let key = folder.unwrap().file_name().into_string().unwrap();
        let partial = read(&directory.join("partials").join(&key).join("partial.json"));
        let renderer = Renderer::builder().partial(&key, &partial).build();
        let template = json!({
            "subject": "",
            "visual_blocks": [{ "type": "partial", "key": key, "attrs": {} }],
            "settings": { "layout_key": "default" },
        });
        let scope = scope();
        let step = Step::new("email_1", ChannelKind::Email, &template);
        let content = renderer.render(&step, &Context::new(&scope, now(), &World)).unwrap();
        let Content::Email(email) = content else { unreachable!() };
        assert_rendered(&key, &email.html);
    }
}
