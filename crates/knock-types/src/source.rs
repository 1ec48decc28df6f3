//! What types are generated from: the workflows and the schemas of properties.

use std::fs;
use std::path::Path;

use knock_directory::{Directory, Problem, Schema};
use serde_json::{Map, Value, json};

use crate::Error;

/// Workflows and schemas of properties, from a Knock directory or a file.
///
/// Its parts are public, so that it can also be made by other means, for example from Knock's management API.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Source {
    /// The workflows, by their keys.
    pub workflows: Vec<Workflow>,
    /// The custom properties of users, tenants and object collections.
    pub properties: Vec<Properties>,
}

/// A workflow.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Workflow {
    /// The key, by which it is triggered.
    pub key: String,
    /// The name for people.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// The categories, which preferences can name.
    pub categories: Vec<String>,
    /// The JSON Schema of the data of its triggers.
    pub schema: Option<Value>,
}

/// The custom properties that users, tenants or objects have.
#[derive(Debug, Clone, PartialEq)]
pub struct Properties {
    /// Whose they are.
    pub of: Owner,
    /// The properties as JSON Schema, of the type `object`.
    pub schema: Value,
}

/// Who has properties.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Owner {
    /// Users.
    User,
    /// Tenants.
    Tenant,
    /// The objects of a collection.
    Collection(String),
}

/// What is read of a directory.
const READ: &[&str] = &["workflows", "schemas"];

/// The properties that requests and responses have as fields of their own.
const OF_USERS: &[&str] =
    &["id", "name", "email", "phone_number", "avatar", "timezone", "locale", "created_at", "updated_at"];
const OF_TENANTS: &[&str] = &["id", "name", "settings", "created_at", "updated_at"];
const OF_OBJECTS: &[&str] = &["id", "collection", "created_at", "updated_at"];

impl Source {
    /// Reads the Knock directory of a project, which `knock pull` and `knock schema pull` made.
    ///
    /// It is found as Knock's CLI does: `directory` is the Knock directory itself, or in a project with a `knock.json`.
    ///
    /// # Errors
    ///
    /// If there is none, or if a workflow or schema in it is invalid. The error names the files.
    pub fn from_directory(directory: impl AsRef<Path>) -> Result<Self, Error> {
        let location = knock_directory::find(directory).map_err(|error| Error::new(error.to_string()))?;
        let directory = Directory::load(&location);
        let is_ours = |problem: &&Problem| READ.iter().any(|folder| problem.file.starts_with(folder));
        let problems: Vec<_> = directory.problems.iter().filter(is_ours).map(Problem::to_string).collect();
        if !problems.is_empty() {
            return Err(Error::new(problems.join("\n")));
        }
        let workflows = directory.workflows.into_iter().map(|(key, workflow)| Workflow {
            key,
            name: Some(workflow.name).filter(|name| !name.is_empty()),
            description: workflow.description.filter(|description| !description.is_empty()),
            categories: workflow.categories,
            schema: demanding(&workflow.trigger_data_json_schema),
        });
        let properties = directory.schemas.iter().map(|(name, schema)| {
            let of = match name.strip_prefix("objects/") {
                Some(collection) => Owner::Collection(collection.to_owned()),
                None if name == "tenant" => Owner::Tenant,
                None => Owner::User,
            };
            Properties { schema: as_json_schema(schema, &of), of }
        });
        Ok(Self { workflows: workflows.collect(), properties: properties.collect() })
    }

    /// Reads one JSON file: a `workflow.json`, a list of workflows, or what Knock's management API returns for them.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or is not one of these.
    pub fn from_file(file: impl AsRef<Path>) -> Result<Self, Error> {
        let file = file.as_ref();
        let json = json_of(file)?;
        let list =
            json.as_array().or_else(|| json["entries"].as_array()).or_else(|| json["workflows"].as_array());
        let workflows = if let Some(list) = list {
            list.iter().map(|workflow| Workflow::read(workflow, None, file)).collect::<Result<_, _>>()?
        } else {
            // That of a Knock directory has its key only in the name of its folder.
            let is_pulled = file.file_name().is_some_and(|name| name == "workflow.json");
            let folder = file.parent().and_then(Path::file_name).filter(|_| is_pulled);
            let key = folder.map(|name| name.to_string_lossy().into_owned());
            vec![Workflow::read(&json, key.as_deref(), file)?]
        };
        Ok(Self { workflows, properties: Vec::new() })
    }
}

impl Workflow {
    fn read(json: &Value, key: Option<&str>, file: &Path) -> Result<Self, Error> {
        let text = |name: &str| json[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let key = key.map(str::to_owned).or_else(|| text("key"));
        let key = key.or_else(|| json["__readonly"]["key"].as_str().map(str::to_owned));
        let schema = &json["trigger_data_json_schema"];
        if !schema.is_null() && !schema.is_object() {
            return Err(wrong(file, "has a `trigger_data_json_schema` that is not an object"));
        }
        Ok(Self {
            key: key.ok_or_else(|| wrong(file, "has a workflow without a `key`"))?,
            name: text("name"),
            description: text("description"),
            categories: json["categories"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            schema: demanding(schema),
        })
    }
}

/// Returns a schema, unless it demands nothing.
fn demanding(schema: &Value) -> Option<Value> {
    Some(schema).filter(|schema| schema.as_object().is_some_and(|schema| !schema.is_empty())).cloned()
}

/// Returns the properties in a file of `knock schema pull` as a JSON Schema.
fn as_json_schema(schema: &Schema, of: &Owner) -> Value {
    let built_in = match of {
        Owner::User => OF_USERS,
        Owner::Tenant => OF_TENANTS,
        Owner::Collection(_) => OF_OBJECTS,
    };
    let mut properties = Map::new();
    for property in schema.properties.iter().filter(|property| !built_in.contains(&property.key.as_str())) {
        let mut schema = schema_of_type(&property.property_type, property.item_type.as_deref());
        let words = [&property.label, &property.description].into_iter().flatten();
        let words: Vec<_> = words.filter(|text| **text != property.key).map(String::as_str).collect();
        if !words.is_empty() {
            schema["description"] = Value::from(words.join("\n\n"));
        }
        properties.insert(property.key.clone(), schema);
    }
    json!({ "type": "object", "properties": properties })
}

/// Knock does not list the types of properties. Those that are none of these become any value.
fn schema_of_type(name: &str, item: Option<&str>) -> Value {
    match name {
        "string" | "text" | "email" | "url" | "phone" => json!({ "type": "string" }),
        "number" | "float" => json!({ "type": "number" }),
        "integer" => json!({ "type": "integer" }),
        "boolean" => json!({ "type": "boolean" }),
        "datetime" | "date-time" | "timestamp" => json!({ "type": "string", "format": "date-time" }),
        "object" | "map" => json!({ "type": "object" }),
        "array" | "list" => {
            json!({ "type": "array", "items": schema_of_type(item.unwrap_or_default(), None) })
        }
        _ => json!({}),
    }
}

fn json_of(file: &Path) -> Result<Value, Error> {
    let text = fs::read_to_string(file).map_err(|error| wrong(file, &error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| wrong(file, &format!("is not JSON: {error}")))
}

fn wrong(file: &Path, problem: &str) -> Error {
    Error::new(format!("{}: {problem}", file.display()))
}
