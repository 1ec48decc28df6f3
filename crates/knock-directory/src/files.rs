//! The files of a resource: the main file, and the files that its `@` fields refer to.

use std::collections::HashSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use serde_json::{Map, Value};

use crate::node::Fault;
use crate::problem::{Place, Problem};

/// Larger files are refused, in bytes.
const MAX_FILE: u64 = 10 * 1024 * 1024;
/// The only file that is parsed as JSON when a field refers to it.
const VISUAL_BLOCKS: &str = "visual_blocks.json";
/// A file can refer to files that refer to files.
const MAX_LEVEL: usize = 2;

/// Reads a text file below the root of the directory.
pub(crate) fn text(root: &Path, file: &Path) -> Result<String, Problem> {
    let path = root.join(file);
    let failed = |error: std::io::Error| Problem::of_file(file, format!("cannot be read: {error}"));
    if fs::metadata(&path).map_err(failed)?.len() > MAX_FILE {
        return Err(Problem::of_file(file, "is larger than 10 MB"));
    }
    let bytes = fs::read(&path).map_err(failed)?;
    String::from_utf8(bytes).map_err(|_| Problem::of_file(file, "is not UTF-8"))
}

/// Reads a JSON file below the root of the directory.
pub(crate) fn json(root: &Path, file: &Path) -> Result<Value, Problem> {
    parse(file, &text(root, file)?)
}

fn parse(file: &Path, text: &str) -> Result<Value, Problem> {
    serde_json::from_str(text).map_err(|error| Problem::of_json(file, &error))
}

/// The JSON of a resource with the contents of all files that it refers to.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) value: Value,
    pub(crate) origins: Origins,
}

/// The paths of the values that come from a file of their own, outer ones first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origins(Vec<(String, PathBuf)>);

impl Origins {
    /// The file that has a value, and the path of the value in it.
    pub(crate) fn of<'a>(&'a self, path: &'a str) -> (&'a Path, &'a str) {
        let holder = self.0.iter().rev().find_map(|(start, file)| Some((&**file, inside(path, start)?)));
        holder.unwrap_or((Path::new(""), path))
    }

    fn problem(&self, fault: Fault) -> Problem {
        match self.of(&fault.path) {
            (file, "") => Problem::of_file(file, fault.message),
            (file, rest) => Problem::new(file, Place::Value(rest.to_owned()), fault.message),
        }
    }
}

impl Document {
    /// Reads the main file of a resource, and what it refers to.
    pub(crate) fn read(root: &Path, main: &Path) -> Result<Self, Vec<Problem>> {
        let value = json(root, main).map_err(|problem| vec![problem])?;
        let folder = main.parent().unwrap_or(Path::new(""));
        let origins = Origins(vec![(String::new(), main.to_owned())]);
        let mut reader = Reader { root, folder, origins, problems: Vec::new() };
        let value = reader.resolve(value, "", folder, 0, &mut HashSet::new());
        let document = Self { value, origins: reader.origins };
        if reader.problems.is_empty() { Ok(document) } else { Err(reader.problems) }
    }

    /// Names the file of each fault.
    pub(crate) fn problems(&self, faults: Vec<Fault>) -> Vec<Problem> {
        faults.into_iter().map(|fault| self.origins.problem(fault)).collect()
    }
}

/// The rest of a path that is inside another.
fn inside<'a>(path: &'a str, start: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(start)?;
    match rest.chars().next() {
        None | Some('[') => Some(rest),
        Some('.') => rest.get(1..),
        Some(_) => start.is_empty().then_some(rest),
    }
}

struct Reader<'a> {
    root: &'a Path,
    /// The directory of the resource, which no reference may leave.
    folder: &'a Path,
    origins: Origins,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    /// Replaces references in a value. `folder` is that of the file that contains the value.
    fn resolve(
        &mut self,
        value: Value,
        path: &str,
        folder: &Path,
        level: usize,
        seen: &mut HashSet<PathBuf>,
    ) -> Value {
        match value {
            Value::Array(items) => {
                let items = items.into_iter().enumerate();
                let resolved =
                    items.map(|(at, item)| self.resolve(item, &format!("{path}[{at}]"), folder, level, seen));
                Value::Array(resolved.collect())
            }
            Value::Object(map) => Value::Object(self.members(map, path, folder, level, seen)),
            other => other,
        }
    }

    fn members(
        &mut self,
        map: Map<String, Value>,
        path: &str,
        folder: &Path,
        level: usize,
        seen: &mut HashSet<PathBuf>,
    ) -> Map<String, Value> {
        let inline: HashSet<String> = map.keys().cloned().collect();
        let mut resolved = Map::new();
        for (name, value) in map {
            let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            match name.strip_suffix('@') {
                None => {
                    let value = self.resolve(value, &at(&name), folder, level, seen);
                    resolved.insert(name, value);
                }
                // the value in the file itself takes precedence
                Some(plain) if inline.contains(plain) => {}
                Some(plain) => match self.follow(&value, &at(plain), folder, level, seen) {
                    Ok(value) => {
                        resolved.insert(plain.to_owned(), value);
                    }
                    Err(problem) => self.problems.push(problem),
                },
            }
        }
        resolved
    }

    /// Reads the file that a field refers to.
    fn follow(
        &mut self,
        reference: &Value,
        path: &str,
        folder: &Path,
        level: usize,
        seen: &mut HashSet<PathBuf>,
    ) -> Result<Value, Problem> {
        let here = self.origins.clone();
        let fault = |message: String| here.problem(Fault { path: format!("{path}@"), message });
        let Value::String(reference) = reference else {
            return Err(fault("should be the path of a file".into()));
        };
        let file = normal(&folder.join(reference))
            .filter(|file| file.starts_with(self.folder))
            .ok_or_else(|| fault(format!("`{reference}` is outside of {}", self.folder.display())))?;
        if level == MAX_LEVEL {
            return Err(fault("files that a file of a file refers to are not read".into()));
        }
        if !seen.insert(file.clone()) {
            return Err(fault(format!("another field refers to `{reference}`, too")));
        }
        let text =
            text(self.root, &file).map_err(|problem| fault(format!("`{reference}` {}", problem.message)))?;
        self.origins.0.push((path.to_owned(), file.clone()));
        if file.file_name().is_none_or(|name| name != VISUAL_BLOCKS) {
            return Ok(Value::String(text));
        }
        let value = parse(&file, &text)?;
        let folder = file.parent().unwrap_or(Path::new("")).to_owned();
        Ok(self.resolve(value, path, &folder, level + 1, seen))
    }
}

/// Resolves `.` and `..`. Returns `None` if the path is absolute or leaves the directory.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => normal.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !normal.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(normal)
}
