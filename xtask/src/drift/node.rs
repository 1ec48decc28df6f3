//! The methods of `@knocklabs/node`, from its package.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::guards::npm;
use crate::process::passes;
use crate::{Result, workspace};

/// The endpoints of the methods, by name: `users.get` calls `GET /v1/users/{}`.
pub(crate) type Methods = BTreeMap<String, String>;

/// Downloads a version from npm, unless it is there, and reads its methods.
pub(crate) fn methods(version: &str) -> Result<Methods> {
    if !version.starts_with(|first: char| first.is_ascii_digit()) || version.contains(['/', '\\', ' ', ':']) {
        return Err(format!("`{version}` is not a version, for example 1.36.0").into());
    }
    let folder = workspace::target_folder()?.join("drift").join(version);
    let resources = folder.join("package/resources");
    if !resources.exists() {
        fs::create_dir_all(&folder)?;
        let mut npm = npm();
        npm.args(["pack", "--silent"]).arg(format!("@knocklabs/node@{version}")).current_dir(&folder);
        // It prints the name of the archive, which is not part of the report.
        passes(npm.stdout(Stdio::null()))?;
        let archive = format!("knocklabs-node-{version}.tgz");
        passes(Command::new("tar").args(["-xzf", &archive]).current_dir(&folder))?;
    }
    let mut found = Methods::new();
    read_folder(&resources, &resources, &mut found)?;
    if found.is_empty() {
        return Err(
            format!("{}: no method was found; is its code written differently?", folder.display()).into()
        );
    }
    Ok(found)
}

fn read_folder(folder: &Path, root: &Path, found: &mut Methods) -> Result<()> {
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            read_folder(&path, root, found)?;
        } else if path.extension().is_some_and(|extension| extension == "mjs") {
            read(&resource(&path, root), &fs::read_to_string(&path)?, found);
        }
    }
    Ok(())
}

/// The name of a resource, from its file: `users/feeds.mjs` is `users.feeds`, and `users/users.mjs` is `users`.
fn resource(path: &Path, root: &Path) -> String {
    let relative: PathBuf = path.strip_prefix(root).unwrap_or(path).with_extension("");
    let mut parts: Vec<String> = relative.iter().map(|part| camel(&part.to_string_lossy())).collect();
    if let [.., one, other] = &parts[..]
        && one == other
    {
        parts.pop();
    }
    parts.join(".")
}

/// `bulk-operations` is `bulkOperations`.
fn camel(name: &str) -> String {
    let mut words = name.split('-');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (head, tail) = word.split_at(word.len().min(1));
        name + &head.to_uppercase() + tail
    })
}

/// Reads the methods of one resource: the last head of a method before each call of the client.
fn read(resource: &str, source: &str, found: &mut Methods) {
    let mut method = "";
    for line in source.lines() {
        if let Some(name) = head(line) {
            method = name;
        }
        if let Some((_, call)) = line.split_once("this._client.")
            && let Some(endpoint) = endpoint(call)
        {
            found.insert(format!("{resource}.{method}"), endpoint);
        }
    }
}

/// The name in `    trigger(key, params, options) {`.
fn head(line: &str) -> Option<&str> {
    let line = line.strip_prefix("    ").filter(|line| !line.starts_with(' ') && line.ends_with('{'))?;
    let (name, _) = line.trim_start_matches("async ").split_once('(')?;
    Some(name).filter(|name| name.chars().all(char::is_alphanumeric))
}

/// The endpoint of ``post(path `/v1/workflows/${key}/trigger`, …)``.
fn endpoint(call: &str) -> Option<String> {
    let (verb, rest) = call.split_once('(')?;
    let method = match verb {
        "getAPIList" => "GET".to_owned(),
        "get" | "post" | "put" | "patch" | "delete" => verb.to_uppercase(),
        _ => return None,
    };
    let start = rest.find(['\'', '"', '`'])?;
    let quote = rest[start..].chars().next()?;
    let route = rest[start + 1..].split(quote).next()?;
    Some(format!("{method} {}", without_names(&route.replace("${", "{"))))
}

/// A route without the names of its parameters, which differ between Knock's document and its packages.
pub(crate) fn without_names(route: &str) -> String {
    let mut result = String::new();
    let mut inside = false;
    for character in route.chars() {
        match character {
            '{' => {
                inside = true;
                result.push_str("{}");
            }
            '}' => inside = false,
            other if !inside => result.push(other),
            _ => {}
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_read_from_the_package() {
        let source = "
export class Feeds extends APIResource {
    /**
     * Lists items (
     */
    listItems(userID, id, params, options) {
        const { a } = params;
        return this._client.getAPIList(path `/v1/users/${userID}/feeds/${id}`, (Cursor), { query });
    }
    async update(body, options) {
        return this._client.put('/v1/schedules', { body, ...options });
    }
}";
        let mut found = Methods::new();
        read("users.feeds", source, &mut found);
        let expected = [
            ("users.feeds.listItems", "GET /v1/users/{}/feeds/{}"),
            ("users.feeds.update", "PUT /v1/schedules"),
        ];
        assert_eq!(found, expected.map(|(name, endpoint)| (name.to_owned(), endpoint.to_owned())).into());
    }

    #[test]
    fn resources_are_named_after_their_files() {
        let name = |path: &str| resource(Path::new(path), Path::new("r"));
        assert_eq!(name("r/users/users.mjs"), "users");
        assert_eq!(name("r/users/bulk-operations.mjs"), "users.bulkOperations");
        assert_eq!(name("r/workflows.mjs"), "workflows");
    }

    #[test]
    fn only_versions_are_downloaded() {
        for version in ["", "latest", "1/../x", "1.0 --registry"] {
            assert!(methods(version).unwrap_err().to_string().contains("is not a version"), "{version}");
        }
    }
}
