//! Compares the requests of the samples with the document.

use knock_core::PreparedCall;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::document::{Described, Parameter};
use crate::report::Report;
use crate::schema::Schemas;
use contract_tests::sample::Sample;

/// Checks every request of a sample, and that together they use everything that the document has.
pub(crate) fn check(sample: &Sample, described: &Described<'_>, schemas: &Schemas<'_>, report: &mut Report) {
    let mut differ = |difference: String| report.differ(sample.info.name, difference);
    let mut calls = Vec::new();
    for request in sample.requests() {
        match request {
            Ok(call) => calls.push(call),
            Err(error) => differ(format!("a sample is refused: {error}")),
        }
    }
    for call in &calls {
        let method_and_route = (call.method().as_str(), call.route());
        if method_and_route != (sample.info.method.as_str(), sample.info.route) {
            differ(format!("a sample belongs to another operation, `{}`", call.operation()));
        }
        check_path(call, described, schemas, &mut differ);
        check_query(call, described, schemas, &mut differ);
        check_body(call, described, schemas, &mut differ);
    }
    check_nothing_is_left_out(&calls, described, schemas, &mut differ);
}

fn check_path(
    call: &PreparedCall,
    described: &Described<'_>,
    schemas: &Schemas<'_>,
    differ: &mut impl FnMut(String),
) {
    let path = call.target().split('?').next().unwrap_or_default();
    let (sent, route): (Vec<_>, Vec<_>) = (path.split('/').collect(), call.route().split('/').collect());
    if sent.len() != route.len() {
        return differ(format!("the path `{path}` does not match the route"));
    }
    let parameters = described.parameters("path");
    for (sent, segment) in sent.into_iter().zip(route) {
        let Some(name) = segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}')) else {
            if sent != segment {
                differ(format!("the path has `{sent}` instead of `{segment}`"));
            }
            continue;
        };
        // Deprecated operations do not describe their parameters.
        let Some(parameter) = parameters.iter().find(|parameter| parameter.name == name) else { continue };
        let value = Value::String(decode(sent));
        for problem in schemas.problems(parameter.schema, &value) {
            differ(format!("the path's `{name}` {problem}"));
        }
    }
}

fn check_query(
    call: &PreparedCall,
    described: &Described<'_>,
    schemas: &Schemas<'_>,
    differ: &mut impl FnMut(String),
) {
    let parameters = described.parameters("query");
    let sent = query(call);
    for (name, value) in &sent {
        let Some(parameter) = parameters.iter().find(|parameter| is_of(name, parameter)) else {
            differ(format!("the query's `{name}` is not in the document"));
            continue;
        };
        let Some(value) = typed(value, parameter, described) else { continue };
        for problem in schemas.problems(item_schema(parameter.schema), &value) {
            differ(format!("the query's `{name}` {problem}"));
        }
    }
    for parameter in parameters.iter().filter(|parameter| parameter.required) {
        if !sent.iter().any(|(name, _)| is_of(name, parameter)) {
            differ(format!("the query lacks the required `{}`", parameter.name));
        }
    }
}

fn check_body(
    call: &PreparedCall,
    described: &Described<'_>,
    schemas: &Schemas<'_>,
    differ: &mut impl FnMut(String),
) {
    match (body(call), described.body()) {
        (Some(body), Some((schema, _))) => {
            for problem in schemas.problems(schema, &body) {
                differ(format!("the body's {problem}"));
            }
        }
        (Some(_), None) => differ("a body is sent; the document has none".to_owned()),
        (None, Some((_, true))) => differ("no body is sent; the document requires one".to_owned()),
        (None, _) => {}
    }
}

fn check_nothing_is_left_out(
    calls: &[&PreparedCall],
    described: &Described<'_>,
    schemas: &Schemas<'_>,
    differ: &mut impl FnMut(String),
) {
    for parameter in described.parameters("query") {
        let is_sent = |call: &&PreparedCall| query(call).iter().any(|(name, _)| is_of(name, &parameter));
        if !calls.iter().any(is_sent) {
            differ(format!("the query's `{}` is in no sample", parameter.name));
        }
    }
    if let Some((schema, _)) = described.body() {
        let bodies: Vec<Value> = calls.iter().filter_map(|call| body(call)).collect();
        for property in schemas.unused_properties(schema, &bodies) {
            differ(format!("the body's `{property}` is in no sample"));
        }
    }
}

fn body(call: &PreparedCall) -> Option<Value> {
    call.body().map(|body| serde_json::from_slice(body).unwrap())
}

/// The names and values of the query, decoded.
fn query(call: &PreparedCall) -> Vec<(String, String)> {
    let query = call.target().split_once('?').map_or("", |(_, query)| query);
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decode(name), decode(value))).collect()
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Whether a name in a query belongs to this parameter: the document writes `a.b` for `a[b]`, and `a` for `a[]` and `a[0][b]`.
fn is_of(sent: &str, parameter: &Parameter<'_>) -> bool {
    let dotted = sent.replace("[]", "").replace('[', ".").replace(']', "");
    let documented = parameter.name.trim_end_matches("[]");
    dotted == documented || dotted.strip_prefix(documented).is_some_and(|rest| rest.starts_with('.'))
}

/// A value of a query as the JSON of its parameter, or `None` if that cannot be determined from one value.
fn typed(value: &str, parameter: &Parameter<'_>, described: &Described<'_>) -> Option<Value> {
    let schema = described.document.resolve(item_schema(parameter.schema));
    match schema["type"].as_str()? {
        "string" => Some(Value::String(value.to_owned())),
        "integer" | "number" | "boolean" => Some(serde_json::from_str(value).unwrap_or(Value::Null)),
        _ => None,
    }
}

fn item_schema(schema: &Value) -> &Value {
    schema.get("items").unwrap_or(schema)
}
