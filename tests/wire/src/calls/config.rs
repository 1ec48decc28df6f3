//! The configuration of a recorded client.

use knock_core::{Config, Error};
use serde_json::Value;

use crate::recording::Case;

const ORIGIN: &str = "http://127.0.0.1:4010";
const API_KEY: &str = "sk_test_12345";

/// The configuration with the options and the environment of the case's client.
pub(super) fn of(case: &Case) -> Result<Config, Error> {
    let omitted = case.client.get("omit").and_then(Value::as_array);
    let omitted = omitted.is_some_and(|names| names.iter().any(|name| name == "apiKey" || name == "key"));
    // A variable that the client overrides with `null` is not read.
    let unread = |name: &str| name == "KNOCK_BRANCH" && case.client.get("branch") == Some(&Value::Null);
    let mut builder = Config::from_variables(|name| {
        case.env.get(name).filter(|_| !unread(name)).map(|value| value.replace("<origin>", ORIGIN))
    });
    if !case.env.contains_key("KNOCK_BASE_URL") {
        builder = builder.base_url(ORIGIN);
    }
    if !case.env.contains_key("KNOCK_API_KEY") && !omitted {
        builder = builder.api_key(API_KEY);
    }
    for (name, value) in &case.client {
        builder = match (name.as_str(), value) {
            ("omit", _) | ("branch", Value::Null) => builder,
            ("apiKey" | "key", Value::String(key)) => builder.api_key(key),
            ("branch", Value::String(branch)) => builder.branch(branch),
            ("baseURL" | "host", Value::String(url)) => builder.base_url(url.replace("<origin>", ORIGIN)),
            ("defaultHeaders", Value::Object(headers)) => {
                headers.iter().fold(builder, |builder, (name, value)| {
                    let value = value.as_str().expect("the removal of a header cannot be expressed");
                    match name.as_str() {
                        "X-Knock-User-Token" => builder.user_token(value),
                        name => builder.header(name, value),
                    }
                })
            }
            other => panic!("{}: the client has the unknown option {other:?}", case.name),
        };
    }
    builder.build()
}
