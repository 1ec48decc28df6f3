//! Which methods of the official SDKs reach which operation, from the recordings of what they send.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{Result, root};

/// The methods of one SDK, by endpoint.
pub(crate) type Methods = BTreeMap<String, String>;

/// Returns the recording of a major version of `@knocklabs/node`.
pub(crate) fn of_node(major: u32) -> Result<PathBuf> {
    let folder = root().join("tests/wire/recordings");
    let start = format!("node-{major}.");
    let files = fs::read_dir(&folder)?.flatten().map(|entry| entry.path());
    let mut found =
        files.filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&start)));
    match (found.next(), found.next()) {
        (Some(path), None) => Ok(path),
        _ => Err(format!("{} needs one file `{start}….json`", folder.display()).into()),
    }
}

/// Reads a recording: each method has a case `<method>/required` that reaches its operation.
pub(crate) fn methods(recording: &Path) -> Result<Methods> {
    let text = fs::read_to_string(recording).map_err(|error| format!("{}: {error}", recording.display()))?;
    let recording: Value = serde_json::from_str(&text)?;
    let cases = recording["cases"].as_array().into_iter().flatten();
    Ok(cases
        .filter_map(|case| {
            let method = case["name"].as_str()?.strip_suffix("/required")?;
            Some((case["operation"].as_str()?.to_owned(), method.to_owned()))
        })
        .collect())
}
