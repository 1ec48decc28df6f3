//! A project with a Knock directory, and an emulator that runs it.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use knock_emulator::{Builder, Emulator};
use serde_json::{Value, json};

use crate::client::{Client, Response};

static NEXT: AtomicUsize = AtomicUsize::new(0);

/// A project on disk, which is removed in the end.
pub(crate) struct Project(pub(crate) PathBuf);

impl Project {
    /// Has one channel of each type.
    pub(crate) fn new() -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("knock-emulator-steps-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("knock/workflows")).unwrap();
        let project = Self(folder);
        project.write("knock.json", json!({ "knockDir": "./knock" }).to_string());
        project.environment(json!({}));
        project
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes `emulator.json`, with more than the channels.
    pub(crate) fn environment(&self, more: Value) {
        let mut environment = json!({
            "channels": {
                "email": { "type": "email" },
                "feed": { "type": "in_app_feed" },
                "sms": { "type": "sms" },
                "push": { "type": "push", "id": PUSH },
                "slack": { "type": "chat", "id": CHAT },
                "hook": { "type": "http", "settings": {
                    "method": "post", "url": "http://localhost:9/hook", "body": "{\"id\": \"{{ recipient.id }}\"}",
                } },
            },
        });
        for (name, value) in more.as_object().unwrap() {
            match (environment.get_mut(name).and_then(Value::as_object_mut), value.as_object()) {
                (Some(known), Some(more)) => known.extend(more.clone()),
                _ => environment[name] = value.clone(),
            }
        }
        self.write("emulator.json", environment.to_string());
    }

    pub(crate) fn workflow(&self, key: &str, workflow: Value) {
        self.write(&format!("knock/workflows/{key}/workflow.json"), workflow.to_string());
    }

    /// Writes a workflow with some steps.
    pub(crate) fn steps(&self, key: &str, steps: Value) {
        self.workflow(key, json!({ "name": key, "steps": steps }));
    }

    pub(crate) fn builder(&self) -> Builder {
        Emulator::builder().knock_dir(&self.0).unwrap()
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) const PUSH: &str = "8209f26c-62a5-461d-95e2-a5716a26e652";
pub(crate) const CHAT: &str = "11111111-2222-4333-8444-555555555555";

/// An emulator with the workflow `test`, and a user `u` who has an address for every channel.
pub(crate) struct Knock {
    pub(crate) client: Client,
    pub(crate) project: Project,
}

impl Knock {
    pub(crate) fn of(steps: Value) -> Self {
        Self::of_workflow(json!({ "name": "Test", "steps": steps }))
    }

    pub(crate) fn of_workflow(workflow: Value) -> Self {
        let project = Project::new();
        project.workflow("test", workflow);
        Self::start(project)
    }

    pub(crate) fn start(project: Project) -> Self {
        let client = Client::of(project.builder());
        let mut problems = client.emulator.problems();
        // a template may be wrong: the step fails
        problems.retain(|problem| !problem.place.to_string().contains(".template."));
        assert_eq!(problems, []);
        let knock = Self { client, project };
        knock.user("u", json!({}));
        knock
    }

    /// Creates or changes a user who has an address for every channel.
    pub(crate) fn user(&self, id: &str, more: Value) {
        let mut user = json!({
            "name": id.to_uppercase(),
            "email": format!("{id}@example.com"),
            "phone_number": "+15550100",
            "channel_data": {
                PUSH: { "tokens": ["token"] },
                CHAT: { "connections": [{ "access_token": "xoxb", "channel_id": "C1" }] },
            },
        });
        user.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.client.put(&format!("/v1/users/{id}"), user).ok();
    }

    /// Triggers the workflow `test` for the user `u`. Returns the id of the run for this user.
    pub(crate) fn trigger(&self, data: Value) -> String {
        self.trigger_with(json!({ "data": data }))
    }

    pub(crate) fn trigger_with(&self, body: Value) -> String {
        let run = self.try_trigger(body).ok()["workflow_run_id"].as_str().unwrap().to_owned();
        let runs = self.client.get("/v1/workflow_recipient_runs?page_size=50").ok()["items"].clone();
        let run = runs.as_array().unwrap().iter().find(|one| one["workflow_run_id"] == *run).unwrap();
        run["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn try_trigger(&self, mut body: Value) -> Response {
        if body.get("recipients").is_none() {
            body["recipients"] = json!(["u"]);
        }
        self.client.trigger("test", body)
    }

    pub(crate) fn wait(&self, seconds: u64) {
        self.client.wait(seconds);
        let _ = self.client.deliveries();
    }

    /// A run, with what only the emulator knows.
    pub(crate) fn run(&self, id: &str) -> Value {
        self.client.control("GET", &format!("runs/{id}"), None).1
    }

    pub(crate) fn outcome(&self, id: &str) -> String {
        self.run(id)["emulator"]["outcome"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn status(&self, id: &str) -> String {
        self.run(id)["status"].as_str().unwrap_or_default().to_owned()
    }

    /// The log of the steps of a run.
    pub(crate) fn log(&self, id: &str) -> Vec<Value> {
        self.run(id)["emulator"]["steps"].as_array().unwrap().clone()
    }

    /// The entry of a step.
    #[track_caller]
    pub(crate) fn step(&self, id: &str, step_ref: &str) -> Value {
        let log = self.log(id);
        let entry = log.iter().rfind(|entry| entry["step_ref"] == step_ref);
        entry.unwrap_or_else(|| panic!("{step_ref} is not in {log:?}")).clone()
    }

    /// Why a step was skipped.
    #[track_caller]
    pub(crate) fn reason(&self, id: &str, step_ref: &str) -> String {
        let entry = self.step(id, step_ref);
        assert_eq!(entry["state"], "skipped", "{entry}");
        entry["detail"]["reason"].as_str().unwrap().to_owned()
    }

    /// The channels that were sent to so far, in order.
    pub(crate) fn sent(&self) -> Vec<String> {
        let deliveries = self.client.deliveries();
        deliveries.iter().map(|delivery| delivery.channel_kind.as_str().to_owned()).collect()
    }

    pub(crate) fn messages(&self) -> Vec<Value> {
        let mut messages =
            self.client.get("/v1/messages?page_size=50").ok()["items"].as_array().unwrap().clone();
        messages.reverse();
        messages
    }

    /// The only message so far.
    #[track_caller]
    pub(crate) fn message(&self) -> Value {
        let messages = self.messages();
        assert_eq!(messages.len(), 1, "{messages:?}");
        messages[0].clone()
    }
}

pub(crate) fn email(step_ref: &str) -> Value {
    channel(step_ref, "email", json!({ "subject": "Hello", "html_body": "<p>Hello</p>" }))
}

pub(crate) fn feed(step_ref: &str) -> Value {
    channel(step_ref, "feed", json!({ "markdown_body": "Hello" }))
}

pub(crate) fn sms(step_ref: &str) -> Value {
    channel(step_ref, "sms", json!({ "text_body": "Hello" }))
}

/// A message whose text is a template.
pub(crate) fn says(step_ref: &str, template: &str) -> Value {
    channel(step_ref, "sms", json!({ "text_body": template }))
}

pub(crate) fn channel(step_ref: &str, key: &str, template: Value) -> Value {
    json!({ "type": "channel", "ref": step_ref, "channel_key": key, "template": template })
}

pub(crate) fn delay(step_ref: &str, seconds: i64) -> Value {
    json!({ "type": "delay", "ref": step_ref, "settings": { "delay_for": seconds_of(seconds) } })
}

pub(crate) fn seconds_of(seconds: i64) -> Value {
    json!({ "unit": "seconds", "value": seconds })
}

/// A step of a type with settings.
pub(crate) fn step(kind: &str, step_ref: &str, settings: Value) -> Value {
    json!({ "type": kind, "ref": step_ref, "settings": settings })
}

/// The same step with conditions.
pub(crate) fn only_if(mut step: Value, variable: &str, operator: &str, argument: Value) -> Value {
    step["conditions"] = json!({ "all": [when(variable, operator, argument)] });
    step
}

pub(crate) fn when(variable: &str, operator: &str, argument: Value) -> Value {
    json!({ "variable": variable, "operator": operator, "argument": argument })
}
