//! The parts of Knock's `OpenAPI` document that the checks need.

use std::io::Write;
use std::path::PathBuf;
use std::{env, fs};

use knock_core::OperationInfo;
use serde_json::{Map, Value};

/// The document.
pub(crate) struct Document {
    root: Value,
}

/// The description of one operation in the document.
pub(crate) struct Described<'d> {
    pub(crate) document: &'d Document,
    method: String,
    route: &'d str,
    value: &'d Value,
}

/// A parameter of the path or the query.
pub(crate) struct Parameter<'d> {
    pub(crate) name: &'d str,
    pub(crate) required: bool,
    pub(crate) schema: &'d Value,
}

impl Document {
    /// Reads the document at the path in `KNOCK_OPENAPI`, or else the one next to the project. If there is none, prints
    /// that the checks are skipped.
    pub(crate) fn load() -> Option<Self> {
        let named = env::var_os("KNOCK_OPENAPI").filter(|path| !path.is_empty()).map(PathBuf::from);
        let default =
            PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/knock-openapi.json"));
        if named.is_none() && !default.exists() {
            // Unlike `eprintln!`, this is not captured: a skipped test must not pass silently.
            let _ = writeln!(
                std::io::stderr(),
                "\nSKIPPED: the SDK was NOT compared with Knock's `OpenAPI` document, because it was not found.\n\
                 Download it from https://api.knock.app/v1/openapi and set KNOCK_OPENAPI to its path.\n"
            );
            return None;
        }
        let path = named.unwrap_or(default);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let root = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Some(Self { root })
    }

    pub(crate) fn operations(&self) -> Vec<Described<'_>> {
        let paths = self.root["paths"].as_object().unwrap();
        let operations = paths.iter().flat_map(|(route, methods)| {
            methods.as_object().unwrap().iter().map(move |(method, value)| (route, method, value))
        });
        operations
            .map(|(route, method, value)| Described {
                document: self,
                method: method.to_uppercase(),
                route,
                value,
            })
            .collect()
    }

    pub(crate) fn find(&self, info: &OperationInfo) -> Option<Described<'_>> {
        self.operations().into_iter().find(|described| described.is(info))
    }

    /// Follows a reference to a schema.
    pub(crate) fn resolve<'d>(&'d self, schema: &'d Value) -> &'d Value {
        let Some(reference) = schema["$ref"].as_str() else { return schema };
        let pointer = reference.trim_start_matches('#');
        self.root.pointer(pointer).unwrap_or_else(|| panic!("the document has no {reference}"))
    }

    pub(crate) fn schemas(&self) -> &Map<String, Value> {
        self.root["components"]["schemas"].as_object().unwrap()
    }
}

impl<'d> Described<'d> {
    pub(crate) fn is(&self, info: &OperationInfo) -> bool {
        self.method == info.method.as_str() && self.route == info.route
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("{} {}", self.method, self.route)
    }

    pub(crate) fn tier(&self) -> u64 {
        self.value["x-ratelimit-tier"].as_u64().unwrap_or_default()
    }

    pub(crate) fn is_idempotent(&self) -> bool {
        self.value["x-idempotent"] == true
    }

    pub(crate) fn is_under_retention(&self) -> bool {
        self.value["x-retention-policy"] == true
    }

    /// The parameters in `place`: `path` or `query`.
    pub(crate) fn parameters(&self, place: &str) -> Vec<Parameter<'d>> {
        let parameters = self.value["parameters"].as_array().into_iter().flatten();
        let here = parameters.filter(|parameter| parameter["in"] == place);
        here.map(|parameter| Parameter {
            name: parameter["name"].as_str().unwrap(),
            required: parameter["required"] == true,
            schema: &parameter["schema"],
        })
        .collect()
    }

    /// The schema of the request's body, and whether a body is required.
    pub(crate) fn body(&self) -> Option<(&'d Value, bool)> {
        let body = self.value.get("requestBody")?;
        Some((&body["content"]["application/json"]["schema"], body["required"] == true))
    }

    /// The schema of the body of a successful response.
    pub(crate) fn response(&self) -> Option<&'d Value> {
        self.responses().find(|(status, _)| status.starts_with('2')).map(|(_, schema)| schema)
    }

    /// The schemas of the responses with a body, by status.
    pub(crate) fn responses(&self) -> impl Iterator<Item = (&'d str, &'d Value)> + use<'d> {
        let responses = self.value["responses"].as_object().into_iter().flatten();
        responses.filter_map(|(status, response)| {
            Some((status.as_str(), response.get("content")?.get("application/json")?.get("schema")?))
        })
    }
}
