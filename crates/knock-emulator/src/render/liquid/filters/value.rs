//! Filters of any value: defaults, JSON, hashes, versions, Markdown and translations.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use semver::Version;
use sha2::{Digest as _, Sha256};

use crate::render::error::Problem;
use crate::render::liquid::filters::input::{Filter, Input, Outcome, takes, takes_up_to};
use crate::render::liquid::value::{Value, equal, write_json};
use crate::render::markdown;

pub(super) fn find(name: &str) -> Option<Filter> {
    Some(match name {
        "default" => takes_up_to(0, 1, |input| {
            let allowed = matches!(input.value, Value::Bool(false)) && input.named("allow_false").is_truthy();
            let replaced = input.value.is_missing() && !allowed;
            Ok(match (replaced, input.arguments.is_empty()) {
                (false, _) => input.value.clone(),
                (true, true) => Value::text(""),
                (true, false) => input.argument(0),
            })
        }),
        "json" => takes_up_to(0, 1, |input| {
            let mut json = String::new();
            write_json(&input.value, &mut json, input.limits())?;
            input.make(json)
        }),
        "from_json" => takes(0, |input| {
            let text = input.text()?;
            let json: serde_json::Value = serde_json::from_str(&text)
                .map_err(|error| Problem::new(format!("the text is not JSON: {error}")))?;
            Ok(Value::from(&json))
        }),
        "equals" => {
            takes(1, |input| Ok(Value::Bool(equal(&input.value, &input.argument(0), input.limits())?)))
        }
        "md5" => takes(0, |input| input.make(hex(&Md5::digest(input.text()?.as_bytes())))),
        "sha256" => takes(0, |input| input.make(hex(&Sha256::digest(input.text()?.as_bytes())))),
        "hmac_sha256" => takes(1, |input| {
            let key = input.argument_text(0)?;
            let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes());
            let mut mac = mac.map_err(|_| Problem::new("the key is not valid"))?;
            mac.update(input.text()?.as_bytes());
            input.make(hex(&mac.finalize().into_bytes()))
        }),
        "compare_versions" => takes(1, |input| {
            let (a, b) = (version(&input.text()?)?, version(&input.argument_text(0)?)?);
            Ok(Value::Integer(a.cmp_precedence(&b) as i64))
        }),
        "from_markdown" => takes(0, |input| input.make(markdown::to_html(&input.text()?))),
        "t" => takes(0, translate),
        _ => return None,
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// A version, whose minor and patch numbers may be missing.
fn version(text: &str) -> Result<Version, Problem> {
    let text = text.trim();
    let text = text.strip_prefix('v').unwrap_or(text);
    let end = text.find(['-', '+']).unwrap_or(text.len());
    let (numbers, rest) = text.split_at(end);
    let missing = 2_usize.saturating_sub(numbers.matches('.').count());
    let full = format!("{numbers}{}{rest}", ".0".repeat(missing));
    Version::parse(&full).map_err(|_| Problem::new(format!("`{text}` is not a version, for example `1.2.3`")))
}

/// `"namespace:key" | t: name: value, count: 2`
fn translate(input: &Input<'_>) -> Outcome {
    let key = input.text()?;
    let text = input.host.translate(&key, input.named)?;
    // Knock does not document what a missing key gives; it is shown, so that it is seen.
    input.make(text.map_or(key, Into::into))
}
