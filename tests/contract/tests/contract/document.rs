//! Knock's `OpenAPI` document, as far as the checks need it.

use std::io::Write;
use std::path::PathBuf;
use std::{env, fs};

use knock_core::OperationInfo;
use serde_json::{Map, Value};

/// The document.
pub(crate) struct Document {
    root: Value,
}

/// What the document says of one operation.
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
    /// Reads the document that `KNOCK_OPENAPI` names, or else the one beside the project; says so where there is none.
    pub(crate) fn load() -> Option<Self> {
        let named = env::var_os("KNOCK_OPENAPI").filter(|path| !path.is_empty()).map(PathBuf::from);
        let beside =
            PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/knock-openapi.json"));
        if named.is_none() && !beside.exists() {
            // Past the capture of `eprintln!`: a test that does nothing must not pass in silence.
            let _ = writeln!(
                std::io::stderr(),
                "\nSKIPPED: the SDK was NOT held against Knock's `OpenAPI` document, since it is not here.\n\
                 Get it from https://api.knock.app/v1/openapi and set KNOCK_OPENAPI to its path.\n"
            );
            return None;
        }
        let path = named.unwrap_or(beside);
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

    /// The schema itself, where this is a reference to it.
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

    /// The schema of the request's body, and whether there must be one.
    pub(crate) fn body(&self) -> Option<(&'d Value, bool)> {
        let body = self.value.get("requestBody")?;
        Some((&body["content"]["application/json"]["schema"], body["required"] == true))
    }

    /// The schema of the answer's body.
    pub(crate) fn answer(&self) -> Option<&'d Value> {
        self.answers().find(|(status, _)| status.starts_with('2')).map(|(_, schema)| schema)
    }

    /// The schemas of answers with a body, by status.
    pub(crate) fn answers(&self) -> impl Iterator<Item = (&'d str, &'d Value)> + use<'d> {
        let answers = self.value["responses"].as_object().into_iter().flatten();
        answers.filter_map(|(status, answer)| {
            Some((status.as_str(), answer.get("content")?.get("application/json")?.get("schema")?))
        })
    }
}
