//! The Knock directory of a project: its workflows and channels become those of the environment.

mod texts;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;
use knock_directory::{
    ChannelType, Directory, Environment, Location, Place, Problem, Stamp, Workflow as Program,
};
use serde_json::{Map, Value, json};

use crate::data_schema::DataSchema;
use crate::ids::Ids;
use crate::render::Renderer;
use crate::settings::{Channel, ChannelKind, Settings, Workflow};
use crate::world::preferences::{COMMERCIAL, GROUPS, Preferences};

/// A Knock directory, and what was last read from it.
pub(crate) struct KnockDir {
    location: Location,
    stamp: Stamp,
    /// The settings of the builder.
    base: Arc<Settings>,
    /// Each workflow with the number of its version, which grows when it changes.
    versions: BTreeMap<String, (Arc<Program>, u32)>,
}

impl KnockDir {
    pub(crate) fn new(location: Location, base: Arc<Settings>) -> Self {
        Self { location, stamp: Stamp::default(), base, versions: BTreeMap::new() }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.location.root
    }

    /// Reads the directory if a file has changed since the last time.
    pub(crate) fn refresh(&mut self) -> Option<(Settings, Renderer)> {
        let stamp = self.location.stamp();
        if stamp == self.stamp {
            return None;
        }
        self.stamp = stamp;
        Some(self.read())
    }

    fn read(&mut self) -> (Settings, Renderer) {
        let mut directory = Directory::load(&self.location);
        let mut settings = (*self.base).clone();
        let refused = refused(&mut directory.environment);
        directory.problems.extend(refused);
        directory.problems.extend(texts::problems(&directory));
        let environment = &mut directory.environment;
        for (key, channel) in &mut environment.channels {
            if let Some(made) = channel_of(key, channel) {
                // templates depend on it
                channel.settings.insert("provider".to_owned(), json!(made.provider));
                settings.channels.insert(made.id.clone(), Arc::new(made));
            }
        }
        if !environment.preferences.is_empty() {
            settings.set_default_preferences(Value::Object(environment.preferences.clone()));
        }
        settings.timezone.clone_from(&environment.timezone);
        for (key, program) in std::mem::take(&mut directory.workflows) {
            let (program, version) = self.version_of(key.clone(), program);
            let mut workflow = workflow(Arc::clone(&program), version);
            match data_schema(&program) {
                Ok(schema) => workflow.data_schema = schema,
                Err(problem) => directory.problems.push(problem),
            }
            settings.workflows.insert(key, Arc::new(workflow));
        }
        let renderer = renderer(&directory);
        settings.directory = Some(Arc::new(directory));
        (settings, renderer)
    }

    /// Keeps the version of a workflow that has not changed.
    fn version_of(&mut self, key: String, program: Program) -> (Arc<Program>, u32) {
        let known = self.versions.get(&key);
        let current = match known {
            Some((same, version)) if **same == program => (Arc::clone(same), *version),
            Some((_, version)) => (Arc::new(program), version + 1),
            None => (Arc::new(program), 1),
        };
        self.versions.insert(key, current.clone());
        current
    }
}

/// Takes out of the environment what Knock would not accept.
fn refused(environment: &mut Environment) -> Vec<Problem> {
    let problem =
        |member: &str, message| Problem::new("emulator.json", Place::Value(member.to_owned()), message);
    let mut problems = Vec::new();
    for name in unknown_groups(&environment.preferences) {
        environment.preferences.remove(&name);
        let known = GROUPS.join(", ");
        problems.push(problem(
            &format!("preferences.{name}"),
            format!("does not exist; there are {known}, {COMMERCIAL}"),
        ));
    }
    if let Err(failure) = Preferences::parse(&environment.preferences) {
        environment.preferences.clear();
        problems.push(problem("preferences", format!("are no preference set: {}", failure.summary())));
    }
    if let Some(zone) = environment.timezone.take_if(|zone| TimeZone::get(zone).is_err()) {
        let message = format!("`{zone}` is not a time zone, for example `Europe/Berlin`");
        problems.push(problem("timezone", message));
    }
    problems
}

/// Members of a preference set that are none of Knock's. What a response has besides them is known, as sets are copied from there.
fn unknown_groups(preferences: &Map<String, Value>) -> Vec<String> {
    let is_known =
        |name: &str| GROUPS.contains(&name) || name == COMMERCIAL || name == "id" || name.starts_with("__");
    preferences.keys().filter(|name| !is_known(name)).cloned().collect()
}

/// The schema of the data of triggers, unless data cannot be checked against it.
fn data_schema(program: &Program) -> Result<Option<DataSchema>, Problem> {
    let source = &program.trigger_data_json_schema;
    if !source.is_object() {
        return Ok(None);
    }
    DataSchema::new(source.clone()).map(Some).map_err(|error| {
        let file = Path::new("workflows").join(&program.key).join("workflow.json");
        let place = Place::Value("trigger_data_json_schema".to_owned());
        Problem::new(file, place, error.to_string())
    })
}

/// Guides and message types are not rendered.
fn renderer(directory: &Directory) -> Renderer {
    let mut builder = Renderer::builder();
    for (key, partial) in &directory.partials {
        let partial = json!({
            "type": partial.partial_type,
            "content": partial.content,
            "input_schema": partial.input_schema,
        });
        builder = builder.partial(key, &partial);
    }
    for (key, layout) in &directory.layouts {
        let layout = json!({
            "html_layout": layout.html_layout,
            "text_layout": layout.text_layout,
            "is_mjml": layout.is_mjml,
            "footer_links": layout.footer_links,
            "branding_overrides": layout.branding_overrides,
        });
        builder = builder.layout(key, &layout);
    }
    for translation in directory.translations.values() {
        let namespace = translation.namespace.as_deref().unwrap_or_default();
        let content = Value::Object(translation.content.clone());
        builder = builder.translation(&translation.locale, namespace, content);
    }
    if let Some(locale) = directory.environment.default_locale.as_deref().or_else(|| only_locale(directory)) {
        builder = builder.default_locale(locale);
    }
    builder.build()
}

/// The language of the translations, if there is only one.
fn only_locale(directory: &Directory) -> Option<&str> {
    let locales: BTreeSet<&str> = directory.translations.values().map(|one| one.locale.as_str()).collect();
    locales.first().copied().filter(|_| locales.len() == 1)
}

fn workflow(program: Arc<Program>, version: u32) -> Workflow {
    let mut workflow = Workflow::new(program.key.clone());
    workflow.version_id = Ids::named(&format!("{} {version}", program.key));
    workflow.active = program.active;
    workflow.commercial = program.is_commercial;
    workflow.categories.clone_from(&program.categories);
    workflow.program = Some(program);
    workflow
}

/// Guides have no messages, and so no channel here.
fn channel_of(key: &str, channel: &knock_directory::Channel) -> Option<Channel> {
    let kind = match channel.channel_type {
        ChannelType::Email => ChannelKind::Email,
        ChannelType::InAppFeed => ChannelKind::InAppFeed,
        ChannelType::Sms => ChannelKind::Sms,
        ChannelType::Push => ChannelKind::Push,
        ChannelType::Chat => ChannelKind::Chat,
        ChannelType::Http => ChannelKind::Http,
        ChannelType::InAppGuide => return None,
    };
    let id = channel.id.clone().unwrap_or_else(|| Ids::named(&format!("channel {key}")));
    let mut made = Channel::new(id, kind);
    if let Some(provider) = channel.provider.clone().or_else(|| provider(key, kind)) {
        made.provider = provider;
    }
    made.name.clone_from(&channel.name);
    made.key = Some(key.to_owned());
    Some(made)
}

/// The providers whose channel data have forms of their own, by the keys that people give their channels. The same name can be
/// that of a provider of another kind, as SNS sends texts, too.
fn provider(key: &str, kind: ChannelKind) -> Option<String> {
    const PROVIDERS: [(&str, &str); 8] = [
        ("apns", "push_apns"),
        ("expo", "push_expo"),
        ("sns", "push_aws_sns"),
        ("one-signal", "push_one_signal"),
        ("onesignal", "push_one_signal"),
        ("teams", "chat_ms_teams"),
        ("discord", "chat_discord"),
        ("whatsapp", "chat_whatsapp"),
    ];
    let key = key.replace('_', "-");
    let fits = |provider: &str| provider.split_once('_').is_some_and(|(prefix, _)| prefix == kind.as_str());
    let mut known = PROVIDERS.into_iter().filter(|(_, provider)| fits(provider));
    known.find(|(word, _)| key.contains(word)).map(|(_, provider)| provider.to_owned())
}

/// What is wrong.
pub(crate) fn problems(settings: &Settings) -> Vec<Value> {
    let problems = settings.directory.iter().flat_map(|directory| &directory.problems);
    let rendered = problems.map(|problem| {
        let place = problem.place.to_string();
        json!({
            "file": problem.path(),
            "place": place.trim_start_matches(':').trim_start(),
            "message": problem.message,
        })
    });
    rendered.collect()
}

/// What was read: the workflows with their channels, and what is wrong.
pub(crate) fn render(settings: &Settings) -> Value {
    let channels = settings.channels.values().filter_map(|channel| {
        let key = channel.key.as_ref()?;
        Some(json!({ "key": key, "id": channel.id, "type": channel.kind.as_str(), "name": channel.name }))
    });
    let workflows = settings.workflows.values().filter_map(|workflow| {
        let program = workflow.program.as_ref()?;
        let steps = program
            .all_steps()
            .into_iter()
            .map(|step| json!({ "ref": step.step_ref, "type": step.kind.as_str(), "name": step.name }));
        Some(json!({
            "key": workflow.key,
            "name": program.name,
            "version_id": workflow.version_id,
            "active": workflow.active,
            "categories": workflow.categories,
            "trigger_data_json_schema": program.trigger_data_json_schema,
            "steps": steps.collect::<Vec<_>>(),
        }))
    });
    json!({
        "entries": workflows.collect::<Vec<_>>(),
        "channels": channels.collect::<Vec<_>>(),
        "problems": problems(settings),
    })
}
