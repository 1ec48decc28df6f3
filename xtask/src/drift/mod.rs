//! `cargo xtask drift`: what a newer document of Knock, or a newer official SDK, asks of this repository.
//!
//! The facts of the document that this SDK follows are committed in `tests/contract/facts.tsv`, one a line. The report
//! compares a document with them, and the routes with those of the sources, so it needs no network and no build of the
//! core. What it lists is in the order in which to work.

mod facts;
mod node;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use self::facts::Facts;
use crate::{Result, recordings, root, scan};

const USAGE: &str = "`drift` needs `--openapi FILE`, `--node VERSION` or both; with `--json` it writes JSON, and with \
                     `--write` it makes the document the one to compare with";

/// What is to be done about a difference. The order is that of the work: an operation has to be declared before its
/// fields can be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    NewRoute,
    GoneRoute,
    Fact,
    Parameter,
    Field,
    EnumValue,
    Method,
    Record,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::NewRoute => "new route",
            Self::GoneRoute => "route is gone",
            Self::Fact => "fact",
            Self::Parameter => "parameter",
            Self::Field => "field",
            Self::EnumValue => "enum value",
            Self::Method => "method of the official SDK",
            Self::Record => "record",
        }
    }

    /// What to do, for the heading of the items of this kind.
    const fn heading(self) -> &'static str {
        match self {
            Self::NewRoute => "Declare the new routes (CONTRIBUTING.md, \"Add an endpoint\")",
            Self::GoneRoute => "Deprecate what is no longer in the document",
            Self::Fact => "Correct the facts in the declarations",
            Self::Parameter => "Correct the parameters and bodies",
            Self::Field => "Correct the types",
            Self::EnumValue => "Correct the values of the enums",
            Self::Method => "Follow the methods of the official SDK",
            Self::Record => "Record again",
        }
    }
}

/// One difference.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Item {
    kind: Kind,
    /// An operation, a schema or a method.
    subject: String,
    what: String,
    /// Where to work, and what it concerns.
    places: Vec<String>,
}

/// The functions of the SDK by endpoint: `users::get` is in `crates/knock-core/src/api/users`.
type Functions = BTreeMap<String, String>;

struct Options {
    openapi: Option<PathBuf>,
    node: Option<String>,
    json: bool,
    write: bool,
}

/// Prints the report.
pub(crate) fn run(options: &[&str]) -> Result<()> {
    let options = Options::parse(options)?;
    let committed = root().join("tests/contract/facts.tsv");
    let mut items = Vec::new();
    if let Some(path) = &options.openapi {
        let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let document: Value =
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let functions = functions()?;
        let document = with_known_names(document, &functions);
        let new = facts::read(&document);
        if new.is_empty() {
            return Err(format!("{}: this is no OpenAPI document, or it is empty", path.display()).into());
        }
        if options.write {
            fs::write(committed, facts::write(&new))?;
            println!("wrote tests/contract/facts.tsv");
            return Ok(());
        }
        let old = facts::parse(&fs::read_to_string(committed)?);
        items.extend(compare(&old, &new, &facts::users(&document), &functions));
    }
    if let Some(version) = &options.node {
        items.extend(compare_methods(version)?);
    }
    items.sort();
    print!("{}", if options.json { json(&items)? } else { text(&items) });
    Ok(())
}

impl Options {
    fn parse(options: &[&str]) -> Result<Self> {
        let mut parsed = Self { openapi: None, node: None, json: false, write: false };
        let mut rest = options;
        loop {
            rest = match rest {
                [] => break,
                ["--openapi", path, rest @ ..] => {
                    parsed.openapi = Some(PathBuf::from(path));
                    rest
                }
                ["--node", version, rest @ ..] => {
                    parsed.node = Some((*version).to_owned());
                    rest
                }
                ["--json", rest @ ..] => {
                    parsed.json = true;
                    rest
                }
                ["--write", rest @ ..] => {
                    parsed.write = true;
                    rest
                }
                _ => return Err(USAGE.into()),
            };
        }
        let reads_something = parsed.openapi.is_some() || (parsed.node.is_some() && !parsed.write);
        if reads_something { Ok(parsed) } else { Err(USAGE.into()) }
    }
}

fn functions() -> Result<Functions> {
    let resources = scan::resources(&root().join("crates/knock-core/src/api"))?;
    let operations = resources.into_iter().flat_map(|resource| resource.operations);
    Ok(operations.map(|operation| (operation.endpoint(), operation.function)).collect())
}

/// Gives the parameters of routes the names that the SDK has, since a new name does not make it another route.
fn with_known_names(mut document: Value, functions: &Functions) -> Value {
    let known: BTreeMap<String, &str> = functions
        .keys()
        .filter_map(|endpoint| Some(endpoint.split_once(' ')?.1))
        .map(|route| (node::without_names(route), route))
        .collect();
    if let Some(paths) = document["paths"].as_object_mut() {
        for (route, path) in std::mem::take(paths) {
            let known = known.get(&node::without_names(&route)).filter(|known| !paths.contains_key(**known));
            paths.insert(known.map_or(route, |known| (*known).to_owned()), path);
        }
    }
    document
}

/// Whether a subject is an operation, and not a schema or the document.
fn is_route(subject: &str) -> bool {
    subject.contains(" /")
}

/// Compares two documents, and the routes of the new one with those of the SDK.
fn compare(
    old: &Facts,
    new: &Facts,
    users: &BTreeMap<String, BTreeSet<String>>,
    functions: &Functions,
) -> Vec<Item> {
    let mut items = Vec::new();
    for subject in new.keys().filter(|subject| is_route(subject) && !functions.contains_key(*subject)) {
        items.push(Item {
            kind: Kind::NewRoute,
            subject: subject.clone(),
            what: outline(&new[subject]),
            places: Vec::new(),
        });
    }
    for (subject, place) in functions.iter().filter(|(subject, _)| !new.contains_key(*subject)) {
        let what = "is not in the document".to_owned();
        items.push(Item {
            kind: Kind::GoneRoute,
            subject: subject.clone(),
            what,
            places: vec![place.clone()],
        });
    }
    let none = BTreeMap::new();
    let subjects: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for subject in subjects {
        let places = match subject.strip_prefix("schema ") {
            Some(name) => users.get(name).map(|users| places(users, functions)).unwrap_or_default(),
            None if !is_route(subject) => Vec::new(),
            // A route that is new or gone is one item.
            None if !functions.contains_key(subject) || !new.contains_key(subject) => continue,
            None => vec![functions[subject].clone()],
        };
        let (before, after) = (old.get(subject).unwrap_or(&none), new.get(subject).unwrap_or(&none));
        for (name, what) in changes(before, after) {
            items.push(Item {
                kind: kind(subject, name),
                subject: subject.clone(),
                what,
                places: places.clone(),
            });
        }
    }
    items
}

/// The functions that a schema concerns. Operations that are new have none.
fn places(users: &BTreeSet<String>, functions: &Functions) -> Vec<String> {
    users.iter().filter_map(|endpoint| functions.get(endpoint).cloned()).collect()
}

fn kind(subject: &str, name: &str) -> Kind {
    let place = name.split([' ', '.', '[', '|']).next().unwrap_or_default();
    match place {
        "value" => Kind::EnumValue,
        _ if subject.starts_with("schema ") => Kind::Field,
        "response" => Kind::Field,
        "body" | "path" | "query" | "header" | "cookie" => Kind::Parameter,
        _ => Kind::Fact,
    }
}

/// What differs, by the name of the fact.
fn changes<'a>(
    old: &'a BTreeMap<String, String>,
    new: &'a BTreeMap<String, String>,
) -> Vec<(&'a str, String)> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    names
        .into_iter()
        .filter_map(|name| {
            let what = match (old.get(name), new.get(name)) {
                (None, Some(_)) if name.starts_with("value ") => format!("{} is new", shown(name)),
                (None, Some(new)) => format!("{} is new: {new}", shown(name)),
                (Some(_), None) => format!("{} is gone", shown(name)),
                (Some(old), Some(new)) if old != new => format!("{} is now {new}; it was {old}", shown(name)),
                _ => return None,
            };
            Some((name.as_str(), what))
        })
        .collect()
}

fn shown(name: &str) -> String {
    format!("`{}`", name.strip_prefix("value ").unwrap_or(name))
}

/// What a new route has, on one line.
fn outline(facts: &BTreeMap<String, String>) -> String {
    let parts: Vec<String> = facts.iter().map(|(name, value)| format!("`{name}`: {value}")).collect();
    parts.join("; ")
}

/// Compares the methods of a version with those that were recorded.
fn compare_methods(version: &str) -> Result<Vec<Item>> {
    let recording: Value = serde_json::from_str(&fs::read_to_string(recordings::of_node(1)?)?)?;
    let recorded_version = recording["version"].as_str().unwrap_or_default();
    let cases = recording["cases"].as_array().into_iter().flatten();
    let recorded: node::Methods = cases
        .filter_map(|case| {
            let method = case["name"].as_str()?.strip_suffix("/required")?;
            Some((method.to_owned(), node::without_names(case["operation"].as_str()?)))
        })
        .collect();
    let mut items = method_items(&recorded, &node::methods(version)?);
    if version != recorded_version {
        items.push(Item {
            kind: Kind::Record,
            subject: format!("@knocklabs/node {version}"),
            what: format!("the recordings are of {recorded_version}: set the version, run the script, and rename the recording"),
            places: vec!["tests/wire/record/package.json".to_owned(), "tests/wire/record.sh".to_owned()],
        });
    }
    Ok(items)
}

fn method_items(recorded: &node::Methods, new: &node::Methods) -> Vec<Item> {
    let names: BTreeSet<&String> = recorded.keys().chain(new.keys()).collect();
    let items = names.into_iter().filter_map(|name| {
        let (what, place) = match (recorded.get(name), new.get(name)) {
            (None, Some(endpoint)) => {
                (format!("is new, and calls `{endpoint}`"), "tests/wire/record/cases/node1")
            }
            (Some(_), None) => ("is gone".to_owned(), "tests/wire/record/cases/node1"),
            (Some(old), Some(new)) if old != new => {
                (format!("now calls `{new}`, not `{old}`"), "tests/wire/src/calls")
            }
            _ => return None,
        };
        Some(Item { kind: Kind::Method, subject: name.clone(), what, places: vec![place.to_owned()] })
    });
    items.collect()
}

/// The report as Markdown, for an issue.
fn text(items: &[Item]) -> String {
    if items.is_empty() {
        return "Nothing to do.\n".to_owned();
    }
    let mut text = format!("{} to do.\n", items.len());
    let mut last = None;
    for item in items {
        if last.replace(item.kind) != Some(item.kind) {
            let _ = write!(text, "\n## {}\n\n", item.kind.heading());
        }
        let _ = writeln!(text, "- [ ] `{}`: {}{}", item.subject, item.what, hint(&item.places));
    }
    if items.iter().any(|item| item.kind < Kind::Method) {
        text.push_str(
            "\nThen run `cargo test -p contract-tests` with this document in `KNOCK_OPENAPI`, and \
             `cargo xtask drift --openapi FILE --write`.\n",
        );
    }
    text
}

/// The first places; a schema such as `User` concerns dozens.
fn hint(places: &[String]) -> String {
    const SHOWN: usize = 3;
    let more = places.len().saturating_sub(SHOWN);
    match places {
        [] => String::new(),
        _ if more > 0 => format!(" ({} and {more} more)", places[..SHOWN].join(", ")),
        _ => format!(" ({})", places.join(", ")),
    }
}

fn json(items: &[Item]) -> Result<String> {
    let list: Vec<Value> = items
        .iter()
        .enumerate()
        .map(|(index, item)| {
            json!({
                "order": index + 1,
                "kind": item.kind.name(),
                "subject": item.subject,
                "what": item.what,
                "places": item.places,
            })
        })
        .collect();
    Ok(serde_json::to_string_pretty(&json!({ "count": list.len(), "items": list }))? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Value {
        json!({
            "openapi": "3.0.0",
            "paths": { "/v1/users/{user_id}": {
                "get": {
                    "x-ratelimit-tier": 3,
                    "parameters": [{ "in": "path", "name": "user_id", "required": true, "schema": { "type": "string" } }],
                    "responses": { "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/User" } } } } }
                },
                "put": {
                    "x-ratelimit-tier": 3,
                    "requestBody": { "required": true, "content": { "application/json": { "schema": {
                        "type": "object", "properties": { "name": { "type": "string", "nullable": true } }
                    } } } }
                }
            } },
            "components": { "schemas": {
                "User": { "type": "object", "required": ["id"], "properties": {
                    "id": { "type": "string" },
                    "status": { "type": "string", "enum": ["active", "gone"] },
                    "devices": { "type": "array", "items": { "type": "object", "properties": { "token": { "type": "string" } } } }
                } },
                "Spare": { "type": "string" }
            } }
        })
    }

    fn sdk() -> Functions {
        let endpoints = ["GET /v1/users/{user_id}", "PUT /v1/users/{user_id}"];
        endpoints.map(|endpoint| (endpoint.to_owned(), "users".to_owned())).into()
    }

    /// The report on the document after a change.
    fn after(change: impl Fn(&mut Value)) -> Vec<String> {
        let mut changed = document();
        change(&mut changed);
        let changed = with_known_names(changed, &sdk());
        let mut items =
            compare(&facts::read(&document()), &facts::read(&changed), &facts::users(&changed), &sdk());
        items.sort();
        items.iter().map(|item| format!("{}: {}: {}", item.kind.name(), item.subject, item.what)).collect()
    }

    #[test]
    fn the_same_document_is_nothing_to_do() {
        assert_eq!(after(|_| {}), <[&str; 0]>::default());
        assert_eq!(text(&[]), "Nothing to do.\n");
    }

    #[test]
    fn each_kind_of_change_is_found() {
        let user = "/components/schemas/User";
        let operation = |method: &str| format!("/paths/~1v1~1users~1{{user_id}}/{method}");
        let set = |pointer: String, name: &'static str, value: Value| {
            move |document: &mut Value| document.pointer_mut(&pointer).unwrap()[name] = value.clone()
        };
        let cut = |pointer: String, name: &'static str| {
            move |document: &mut Value| {
                document.pointer_mut(&pointer).unwrap().as_object_mut().unwrap().remove(name);
            }
        };
        let get = "GET /v1/users/{user_id}";
        let expect = |found: Vec<String>, expected: &str| assert_eq!(found, [expected]);

        let path = "/paths/~1v1~1users~1{user_id}".to_owned();
        expect(
            after(set(path.clone(), "delete", json!({ "x-ratelimit-tier": 2 }))),
            "new route: DELETE /v1/users/{user_id}: `tier`: 2",
        );
        expect(after(cut(path, "get")), &format!("route is gone: {get}: is not in the document"));
        expect(
            after(set(operation("get"), "x-ratelimit-tier", json!(2))),
            &format!("fact: {get}: `tier` is now 2; it was 3"),
        );
        expect(
            after(set(operation("get"), "x-retention-policy", json!(true))),
            &format!("fact: {get}: `retention` is new: true"),
        );
        expect(
            after(set(operation("get"), "deprecated", json!(true))),
            &format!("fact: {get}: `deprecated` is new: true"),
        );
        expect(
            after(set(operation("get/parameters/0/schema"), "maxLength", json!(9))),
            &format!(
                "parameter: {get}: `path user_id` is now string, maxLength 9, required; it was string, required"
            ),
        );
        expect(
            after(set(
                operation("put/requestBody/content/application~1json/schema/properties"),
                "email",
                json!({ "type": "string" }),
            )),
            "parameter: PUT /v1/users/{user_id}: `body.email` is new: string",
        );
        expect(
            after(set(
                format!("{user}/properties/devices/items/properties"),
                "os",
                json!({ "type": "string" }),
            )),
            "field: schema User: `devices[].os` is new: string",
        );
        expect(
            after(cut(format!("{user}/properties/devices/items/properties"), "token")),
            "field: schema User: `devices[].token` is gone",
        );
        expect(
            after(set(format!("{user}/properties/id"), "nullable", json!(true))),
            "field: schema User: `id` is now string or null, required; it was string, required",
        );
        expect(
            after(set(format!("{user}/properties/status"), "enum", json!(["active", "gone", "asleep"]))),
            "enum value: schema User: `status=asleep` is new",
        );
        expect(
            after(set(format!("{user}/properties/status"), "enum", json!(["active"]))),
            "enum value: schema User: `status=gone` is gone",
        );
    }

    const GET: &str = "/paths/~1v1~1users~1{user_id}/get";
    const USER: &str = "/components/schemas/User";

    /// Sets a member of the document, which must be one line of the report, and begin as expected.
    fn expect_one(pointer: &str, name: &str, value: &Value, expected: &str) {
        let found = after(|document| document.pointer_mut(pointer).unwrap()[name] = value.clone());
        // The shape of a list shows that of its items.
        let lines: Vec<_> = found.iter().filter(|line| !line.contains("`devices` is now [")).collect();
        assert!(lines.len() == 1 && lines[0].starts_with(expected), "{pointer} {name}: {found:#?}");
    }

    #[test]
    fn changes_around_the_schemas_are_found() {
        let expect =
            |pointer: &str, name, value: Value, expected| expect_one(pointer, name, &value, expected);
        let responses = format!("{GET}/responses");
        let parameter = format!("{GET}/parameters/0");
        let none = json!({ "description": "-" });
        let header = json!({ "x-a": { "schema": { "type": "string" } } });
        let ok = format!("{responses}/200");
        let content = format!("{ok}/content");
        let schema = format!("{content}/application~1json/schema");

        expect("", "servers", json!([{ "url": "https://a.test" }]), "fact: document: `servers` is new");
        expect("", "security", json!([]), "fact: document: `security` is new: []");
        expect("/paths/~1v1~1users~1{user_id}", "head", json!({}), "new route: HEAD /v1/users/{user_id}");
        let get = |text: &str| format!("GET /v1/users/{{user_id}}: {text}");
        let expect = |pointer, name, value, kind: &str, text| {
            expect_one(pointer, name, &value, &format!("{kind}: {}", get(text)));
        };
        expect(GET, "x-new", json!("a"), "fact", "`x-new` is new: a");
        expect(GET, "security", json!([]), "fact", "`security` is new: []");
        expect(&responses, "404", none.clone(), "field", "`response 404` is new: empty");
        expect(&responses, "200", none, "field", "`response 200` is now empty; it was User");
        expect(&ok, "headers", header, "field", "`response 200 header x-a` is new: string");
        expect(&content, "text/plain", json!({}), "field", "`response 200 (text/plain)` is new: any");
        expect(&schema, "nullable", json!(true), "field", "`response 200` is now User or null");
        let text = "`path user_id` is now string, deprecated, required";
        expect(&parameter, "deprecated", json!(true), "parameter", text);
        let text = "`path user_id` is now string, explode false, required";
        expect(&parameter, "explode", json!(false), "parameter", text);
    }

    #[test]
    fn changes_of_schemas_are_found() {
        let body = "/paths/~1v1~1users~1{user_id}/put/requestBody/content/application~1json/schema";
        let expect = |name, value: Value, text: &str| {
            expect_one(body, name, &value, &format!("parameter: PUT /v1/users/{{user_id}}: {text}"));
        };
        let closed = "`body` is now object, additionalProperties false, required";
        expect("additionalProperties", json!(false), closed);
        expect("required", json!(["name"]), "`body.name` is now string or null, required");
        expect("required", json!(["other"]), "`body.other` is new: any, required");

        let expect = |pointer: &str, name, value: Value, text: &str| {
            expect_one(&format!("{USER}{pointer}"), name, &value, &format!("field: schema User: {text}"));
        };
        expect("", "deprecated", json!(true), "`shape` is now object, deprecated");
        let items = "/properties/devices/items";
        expect(items, "maxProperties", json!(2), "`devices[]` is now object, maxProperties 2");
        let expect = |name, value, shape: &str| {
            expect("/properties/status", name, value, &format!("`status` is now {shape}; it was string"));
        };
        expect("default", json!(false), "string, default false");
        expect("const", json!("active"), "string, const active");
        expect("readOnly", json!(true), "string, readOnly");
        expect("pattern", json!("a\tb"), "string, pattern \"a\\tb\"");
        expect("type", json!(["string", "integer", "null"]), "string | integer or null");
        let spare = json!({ "$ref": "#/components/schemas/Spare" });
        expect("allOf", json!([spare]), "string: Spare");
        expect("anyOf", json!([spare, { "nullable": true }]), "string: any of Spare | null");
        expect("oneOf", json!([spare, { "type": "integer" }]), "string: Spare | integer");
    }

    #[test]
    fn words_for_people_are_nothing_to_do() {
        let changed = after(|document| {
            for pointer in [GET, USER] {
                let value = document.pointer_mut(pointer).unwrap();
                value["description"] = json!("Other words.");
                value["tags"] = json!(["People"]);
            }
        });
        assert_eq!(changed, <[&str; 0]>::default());
    }

    #[test]
    fn a_renamed_parameter_is_not_another_route() {
        let rename = |document: &mut Value| {
            let paths = document["paths"].as_object_mut().unwrap();
            let mut path = paths.remove("/v1/users/{user_id}").unwrap();
            path["get"]["parameters"][0]["name"] = json!("id");
            paths.insert("/v1/users/{id}".to_owned(), path);
        };
        let expected = [
            "parameter: GET /v1/users/{user_id}: `path id` is new: string, required",
            "parameter: GET /v1/users/{user_id}: `path user_id` is gone",
        ];
        assert_eq!(after(rename), expected);
    }

    #[test]
    fn references_to_parameters_and_bodies_are_followed() {
        let refer = |document: &mut Value| {
            let get = &mut document["paths"]["/v1/users/{user_id}"]["get"];
            let parameter =
                std::mem::replace(&mut get["parameters"][0], json!({ "$ref": "#/components/parameters/Id" }));
            let response = std::mem::replace(
                &mut get["responses"]["200"],
                json!({ "$ref": "#/components/responses/Ok" }),
            );
            document["components"]["parameters"]["Id"] = parameter;
            document["components"]["responses"]["Ok"] = response;
        };
        assert_eq!(after(refer), <[&str; 0]>::default());
        let share = |document: &mut Value| {
            let path = &mut document["paths"]["/v1/users/{user_id}"];
            path["parameters"] = path["get"]["parameters"].take();
        };
        let put = "parameter: PUT /v1/users/{user_id}: `path user_id` is new: string, required";
        assert_eq!(after(share), [put]);
    }

    #[test]
    fn a_schema_names_the_functions_that_it_concerns() {
        let users = facts::users(&document());
        assert_eq!(users["User"], BTreeSet::from(["GET /v1/users/{user_id}".to_owned()]));
        assert!(!users.contains_key("Spare"));
        let places: Vec<String> = (1..=5).map(|number| number.to_string()).collect();
        assert_eq!(hint(&places), " (1, 2, 3 and 2 more)");
    }

    #[test]
    fn facts_survive_their_file() {
        let facts = facts::read(&document());
        assert_eq!(facts::parse(&facts::write(&facts).replace('\n', "\r\n")), facts);
    }

    #[test]
    fn methods_are_compared_by_name() {
        let methods = |list: &[(&str, &str)]| {
            list.iter().map(|(name, endpoint)| ((*name).to_owned(), (*endpoint).to_owned())).collect()
        };
        let recorded = methods(&[("a.same", "GET /a"), ("a.gone", "GET /b"), ("a.moved", "GET /c")]);
        let new = methods(&[("a.same", "GET /a"), ("a.new", "GET /d"), ("a.moved", "PUT /c")]);
        let found: Vec<String> = method_items(&recorded, &new)
            .iter()
            .map(|item| format!("{} {}", item.subject, item.what))
            .collect();
        let expected = [
            "a.gone is gone",
            "a.moved now calls `PUT /c`, not `GET /c`",
            "a.new is new, and calls `GET /d`",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn options_are_checked() {
        for options in [&[][..], &["--json"], &["--openapi"], &["--write", "--node", "1.0.0"], &["--other"]] {
            assert!(Options::parse(options).is_err(), "{options:?}");
        }
    }

    #[test]
    fn the_committed_facts_are_of_this_sdk() {
        let committed = facts::parse(&fs::read_to_string(root().join("tests/contract/facts.tsv")).unwrap());
        let routes: BTreeSet<&String> = committed.keys().filter(|subject| is_route(subject)).collect();
        assert_eq!(routes, functions().unwrap().keys().collect());
    }
}
