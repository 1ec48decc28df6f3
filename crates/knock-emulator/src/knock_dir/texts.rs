//! The texts of a directory, which are Liquid: what is wrong with them is known before a message is rendered.

use std::path::Path;

use knock_directory::{
    ChannelStep, ChannelType, Directory, HttpFetch, Pairs, Place, Problem, Step, StepKind, TriggerWorkflow,
};
use serde_json::Value;

use crate::render::mistakes::mistakes;

/// The file of what the directory lacks.
const ENVIRONMENT: &str = "emulator.json";
/// Members that are rendered as a whole, as the JSON that they are.
const WHOLE: [&str; 6] =
    ["json_body", "json_overrides", "payload_overrides", "body", "headers", "query_params"];

/// Texts that are not Liquid, and partials and layouts that do not exist. Message types are not rendered.
pub(super) fn problems(directory: &Directory) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (key, workflow) in &directory.workflows {
        let mut texts = Texts::new(directory, "workflows", key, &mut problems);
        workflow.all_steps().into_iter().for_each(|step| texts.step(step));
    }
    for (key, partial) in &directory.partials {
        Texts::new(directory, "partials", key, &mut problems).text("content", &partial.content);
    }
    for (key, layout) in &directory.layouts {
        let mut texts = Texts::new(directory, "layouts", key, &mut problems);
        texts.text("html_layout", &layout.html_layout);
        texts.text("text_layout", &layout.text_layout);
        for (at, link) in layout.footer_links.iter().enumerate() {
            texts.text(&format!("footer_links[{at}].text"), &link.text);
            texts.text(&format!("footer_links[{at}].url"), &link.url);
        }
    }
    for (key, guide) in &directory.guides {
        let mut texts = Texts::new(directory, "guides", key, &mut problems);
        for (at, step) in guide.steps.iter().enumerate() {
            for (name, value) in &step.values {
                texts.value(&format!("steps[{at}].values.{name}"), value);
            }
        }
    }
    for (key, channel) in &directory.environment.channels {
        let mut texts = Texts::new(directory, ENVIRONMENT, "", &mut problems);
        for (name, value) in &channel.settings {
            texts.member(&format!("channels.{key}.settings"), name, value);
        }
    }
    for translation in directory.translations.values() {
        for (key, text) in &translation.content {
            translated(directory, &translation.file, key, text, &mut problems);
        }
    }
    problems
}

/// The texts of a translation, which are nested.
fn translated(directory: &Directory, file: &Path, path: &str, value: &Value, problems: &mut Vec<Problem>) {
    match value {
        Value::String(text) => {
            let found = mistakes(text, |key| directory.partials.contains_key(key));
            let problem = |message: String| Problem::new(file, Place::Value(path.to_owned()), message);
            problems.extend(found.into_iter().map(|mistake| problem(mistake.message)));
        }
        Value::Object(members) => {
            for (name, value) in members {
                translated(directory, file, &format!("{path}.{name}"), value, problems);
            }
        }
        _ => {}
    }
}

/// The texts of a resource.
struct Texts<'d> {
    directory: &'d Directory,
    folder: &'static str,
    key: &'d str,
    problems: &'d mut Vec<Problem>,
}

impl<'d> Texts<'d> {
    fn new(
        directory: &'d Directory,
        folder: &'static str,
        key: &'d str,
        problems: &'d mut Vec<Problem>,
    ) -> Self {
        Self { directory, folder, key, problems }
    }

    fn note(&mut self, path: &str, line: Option<usize>, message: &str) {
        self.problems.push(self.directory.problem_in(self.folder, self.key, path, line, message));
    }

    fn text(&mut self, path: &str, text: &str) {
        for mistake in mistakes(text, |key| self.directory.partials.contains_key(key)) {
            self.note(path, mistake.line, &mistake.message);
        }
    }

    /// The texts in a value.
    fn value(&mut self, path: &str, value: &Value) {
        match value {
            Value::String(text) => self.text(path, text),
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.value(&format!("{path}[{at}]"), item);
                }
            }
            Value::Object(members) => {
                members.iter().for_each(|(name, value)| self.member(path, name, value));
            }
            _ => {}
        }
    }

    fn member(&mut self, path: &str, name: &str, value: &Value) {
        let path = format!("{path}.{name}");
        if value.is_object() && WHOLE.contains(&name) {
            self.text(&path, &value.to_string());
        } else {
            self.value(&path, value);
        }
    }

    fn step(&mut self, step: &Step) {
        let settings = format!("{}.settings", step.place);
        match &step.kind {
            StepKind::Channel(channel) => self.channel(&step.place, channel),
            StepKind::HttpFetch(fetch) => self.fetch(&settings, fetch),
            StepKind::TriggerWorkflow(trigger) => self.trigger(&settings, trigger),
            StepKind::UpdateData(update) => self.text(&format!("{settings}.data"), &update.data),
            StepKind::UpdateUser(update)
            | StepKind::UpdateObject(update)
            | StepKind::UpdateTenant(update) => {
                self.settings(&settings, &[("recipient_gid", update.recipient_gid.as_ref())]);
                self.text(&format!("{settings}.update_properties"), &update.update_properties);
            }
            StepKind::Batch(batch) => self.settings(&settings, &[("batch_key", batch.batch_key.as_ref())]),
            StepKind::Throttle(throttle) => {
                self.settings(&settings, &[("throttle_key", throttle.throttle_key.as_ref())]);
            }
            StepKind::RandomCohort(cohort) => {
                self.settings(&step.place, &[("cohort_key", cohort.cohort_key.as_ref())]);
            }
            _ => {}
        }
    }

    fn channel(&mut self, place: &str, step: &ChannelStep) {
        self.value(&format!("{place}.template"), &step.template);
        self.value(&format!("{place}.channel_overrides"), &step.overrides);
        if step.channel_type == ChannelType::Email {
            self.email(&format!("{place}.template"), &step.template);
        }
    }

    /// The layout and the partials that an email names, and blocks that cannot be rendered. The layout `default` always exists.
    fn email(&mut self, path: &str, template: &Value) {
        let layout = template["settings"]["layout_key"].as_str().filter(|key| !key.is_empty());
        if let Some(key) = layout.filter(|key| *key != "default")
            && !self.directory.layouts.contains_key(key)
        {
            let message = format!("there is no email layout `{key}`");
            self.note(&format!("{path}.settings.layout_key"), None, &message);
        }
        for (at, block) in template["visual_blocks"].as_array().into_iter().flatten().enumerate() {
            if block["type"] == "row" {
                let message = "the emulator cannot render a `row`, whose members Knock does not document";
                self.note(&format!("{path}.visual_blocks[{at}].type"), None, message);
            }
            if block["type"] == "partial"
                && let Some(key) = block["key"].as_str()
                && !self.directory.partials.contains_key(key)
            {
                let message = format!("there is no partial `{key}`");
                self.note(&format!("{path}.visual_blocks[{at}].key"), None, &message);
            }
        }
    }

    fn settings(&mut self, path: &str, settings: &[(&str, Option<&String>)]) {
        for (name, text) in settings {
            if let Some(text) = text {
                self.text(&format!("{path}.{name}"), text);
            }
        }
    }

    fn fetch(&mut self, path: &str, fetch: &HttpFetch) {
        self.settings(path, &[("url", Some(&fetch.url)), ("body", fetch.body.as_ref())]);
        for (name, pairs) in [("headers", &fetch.headers), ("query_params", &fetch.query_params)] {
            let path = format!("{path}.{name}");
            match pairs {
                Pairs::Template(text) => self.text(&path, text),
                Pairs::List(pairs) => {
                    for (at, (key, value)) in pairs.iter().enumerate() {
                        self.text(&format!("{path}[{at}].key"), key);
                        self.text(&format!("{path}[{at}].value"), value);
                    }
                }
            }
        }
    }

    fn trigger(&mut self, path: &str, step: &TriggerWorkflow) {
        let settings = [
            ("workflow_key", Some(&step.workflow_key)),
            ("recipients", step.recipients.as_ref()),
            ("actor", step.actor.as_ref()),
            ("tenant", step.tenant.as_ref()),
            ("data", step.data.as_ref()),
            ("cancellation_key", step.cancellation_key.as_ref()),
        ];
        self.settings(path, &settings);
    }
}
