//! The directory as a whole.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::channel::ChannelStep;
use crate::channel_type::ChannelTarget;
use crate::environment::Environment;
use crate::files::{Document, Origins};
use crate::find::{ENVIRONMENT, Location};
use crate::node::Parsed;
use crate::problem::{Place, Problem};
use crate::resource::{Audience, Guide, Layout, MessageType, Partial, Schema};
use crate::step::StepKind;
use crate::translation::Translation;
use crate::workflow::Workflow;

/// Everything in a Knock directory, by key. The key of a resource is the name of its directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Directory {
    /// The workflows.
    pub workflows: BTreeMap<String, Workflow>,
    /// The layouts of emails.
    pub layouts: BTreeMap<String, Layout>,
    /// The partials.
    pub partials: BTreeMap<String, Partial>,
    /// The translations, by the names of their files without the extension: `en` or `checkout.en`.
    pub translations: BTreeMap<String, Translation>,
    /// The message types.
    pub message_types: BTreeMap<String, MessageType>,
    /// The guides.
    pub guides: BTreeMap<String, Guide>,
    /// The audiences.
    pub audiences: BTreeMap<String, Audience>,
    /// The schemas: `user`, `tenant`, and `objects/<collection>`.
    pub schemas: BTreeMap<String, Schema>,
    /// What the directory lacks.
    pub environment: Environment,
    /// What is wrong. What it is about is not in the other members.
    pub problems: Vec<Problem>,
    /// The files of the resources, by the folder of their kind and their key.
    origins: BTreeMap<(String, String), Origins>,
}

impl Directory {
    /// Reads everything. What is wrong becomes a [`Problem`], and the rest is read nevertheless.
    pub fn load(location: &Location) -> Self {
        let root = &location.root;
        let mut directory = Self::default();
        let environment = read_environment(&location.environment);
        directory.environment = directory.note(environment).unwrap_or_default();
        let environment = directory.environment.clone();
        let mut read = Loader { root, problems: Vec::new(), origins: BTreeMap::new() };
        directory.partials = read.all("partials", "partial.json", Partial::read);
        directory.layouts = read.all("layouts", "layout.json", Layout::read);
        directory.layouts.extend(read.all("email-layouts", "layout.json", Layout::read));
        directory.workflows =
            read.all("workflows", "workflow.json", |key, value| Workflow::read(key, value, &environment));
        directory.message_types = read.all("message-types", "message_type.json", MessageType::read);
        directory.guides = read.all("guides", "guide.json", Guide::read);
        directory.audiences = read.all("audiences", "audience.json", Audience::read);
        directory.translations = read.translations();
        directory.schemas = read.schemas();
        directory.problems.append(&mut read.problems);
        directory.origins = read.origins;
        directory.add_channels();
        directory.check_references();
        directory
    }

    /// Creates a problem with a text of a resource, for programs that read the texts. It is in the file that has the text.
    ///
    /// `folder` is that of the kind of resource, for example `workflows`, `path` is the path of the text in its JSON, for example
    /// `steps[0].template.text_body`, and `line` is a line of the text.
    pub fn problem_in(
        &self,
        folder: &str,
        key: &str,
        path: &str,
        line: Option<usize>,
        message: &str,
    ) -> Problem {
        let origins = self.origins.get(&(folder.to_owned(), key.to_owned()));
        let (file, rest) = origins.map_or((Path::new(folder), path), |origins| origins.of(path));
        match (rest, line) {
            ("", Some(line)) => Problem::new(file, Place::Position { line, column: 1 }, message),
            ("", None) => Problem::of_file(file, message),
            // a line of a text in JSON is none of the file
            (rest, Some(line)) if line > 1 => {
                Problem::new(file, Place::Value(rest.to_owned()), format!("line {line}: {message}"))
            }
            (rest, _) => Problem::new(file, Place::Value(rest.to_owned()), message),
        }
    }

    fn note<T>(&mut self, result: Result<T, Vec<Problem>>) -> Option<T> {
        result.map_err(|problems| self.problems.extend(problems)).ok()
    }

    /// Adds the channels that only workflows name.
    fn add_channels(&mut self) {
        for workflow in self.workflows.values() {
            for step in workflow.all_steps() {
                if let StepKind::Channel(ChannelStep {
                    target: ChannelTarget::Channel(key),
                    channel_type,
                    ..
                }) = &step.kind
                {
                    self.environment.add(key, *channel_type);
                }
            }
        }
        let groups = self.environment.channel_groups.values();
        let named: Vec<String> =
            groups.flat_map(|group| &group.channels).map(|rule| rule.key.clone()).collect();
        for key in named {
            if let Some(guess) = self.environment.type_of(&ChannelTarget::Channel(key.clone())) {
                self.environment.add(&key, guess);
            }
        }
    }

    /// Reports steps that refer to a group that does not exist: groups are only in `emulator.json`.
    fn check_references(&mut self) {
        for workflow in self.workflows.values() {
            for step in workflow.all_steps() {
                if let StepKind::Channel(ChannelStep { target: ChannelTarget::Group(key), .. }) = &step.kind
                    && !self.environment.channel_groups.contains_key(key)
                {
                    let file = Path::new("workflows").join(&workflow.key).join("workflow.json");
                    let message = format!(
                        "the step `{}` uses the group `{key}`, which is not in {ENVIRONMENT}",
                        step.step_ref
                    );
                    self.problems.push(Problem::of_file(&file, message));
                }
            }
        }
    }
}

fn read_environment(file: &Path) -> Result<Environment, Vec<Problem>> {
    if !file.exists() {
        return Ok(Environment::default());
    }
    let name = Path::new(ENVIRONMENT);
    let folder = file.parent().unwrap_or(Path::new(""));
    let document = Document::read(folder, name)?;
    Environment::read(&document.value).map_err(|faults| document.problems(faults))
}

struct Loader<'a> {
    root: &'a Path,
    problems: Vec<Problem>,
    origins: BTreeMap<(String, String), Origins>,
}

impl Loader<'_> {
    /// Reads the resources of a kind: the directories in `folder` with the file `main`.
    fn all<T>(
        &mut self,
        folder: &str,
        main: &str,
        read: impl Fn(&str, &Value) -> Parsed<T>,
    ) -> BTreeMap<String, T> {
        let mut resources = BTreeMap::new();
        let kind = if folder == "email-layouts" { "layouts" } else { folder };
        for (key, path) in self.entries(Path::new(folder)) {
            let file = path.join(main);
            if !self.root.join(&path).is_dir() {
                continue;
            }
            if !self.root.join(&file).is_file() {
                self.problems.push(Problem::of_file(&path, format!("has no {main}")));
                continue;
            }
            self.one(&file, (kind, &key), &read, &mut resources);
        }
        resources
    }

    fn one<T>(
        &mut self,
        file: &Path,
        (kind, key): (&str, &str),
        read: impl Fn(&str, &Value) -> Parsed<T>,
        into: &mut BTreeMap<String, T>,
    ) {
        let document = Document::read(self.root, file);
        let resource = document.and_then(|document| match read(key, &document.value) {
            Ok(resource) => Ok((resource, document.origins)),
            Err(faults) => Err(document.problems(faults)),
        });
        match resource {
            Ok((resource, origins)) => {
                self.origins.insert((kind.to_owned(), key.to_owned()), origins);
                into.insert(key.to_owned(), resource);
            }
            Err(problems) => self.problems.extend(problems),
        }
    }

    /// The entries of a folder that are not hidden, in the order of their names.
    fn entries(&mut self, folder: &Path) -> Vec<(String, PathBuf)> {
        let entries = match fs::read_dir(self.root.join(folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
            Err(error) => {
                self.problems.push(Problem::of_file(folder, format!("cannot be read: {error}")));
                return Vec::new();
            }
        };
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
        names.sort();
        names.into_iter().map(|name| (name.clone(), folder.join(name))).collect()
    }

    fn translations(&mut self) -> BTreeMap<String, Translation> {
        let mut translations = BTreeMap::new();
        for (locale, folder) in self.entries(Path::new("translations")) {
            if !self.root.join(&folder).is_dir() {
                continue;
            }
            for (name, file) in self.entries(&folder) {
                match Translation::read(self.root, &file, &locale) {
                    Some(Ok(translation)) => {
                        let key = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
                        translations.insert(key.to_owned(), translation);
                    }
                    Some(Err(problems)) => self.problems.extend(problems),
                    None => self.problems.push(Problem::of_file(
                        &file,
                        format!("is not a translation: expected {locale}.json or <namespace>.{locale}.json"),
                    )),
                }
            }
        }
        translations
    }

    fn schemas(&mut self) -> BTreeMap<String, Schema> {
        let mut schemas = BTreeMap::new();
        let folder = Path::new("schemas");
        let mut files = self.entries(folder);
        let objects = self.entries(&folder.join("objects"));
        files.extend(objects.into_iter().map(|(name, file)| (format!("objects/{name}"), file)));
        for (name, file) in files {
            if let Some(key) = name.strip_suffix(".json") {
                self.one(&file, ("schemas", key), Schema::read, &mut schemas);
            }
        }
        schemas
    }
}
