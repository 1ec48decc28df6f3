//! `cargo xtask rooms`: imports go down, from room to room, and never in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path as File;
use std::{fs, io};

use crate::Result;
use crate::imports::{Import, Path, Sources};

/// A crate, and the order of its rooms.
struct House {
    /// Its sources, relative to the repository.
    source: &'static str,
    /// The rooms, the lowest first, each with prefixes of modules. A file belongs to the room with the longest prefix of
    /// its module; a `*` stands for any name. The root of the crate is above all rooms.
    rooms: &'static [(&'static str, &'static [&'static str])],
    /// Files that may import each other, and why.
    allowed: &'static [(&'static str, &'static str, &'static str)],
}

const HOUSES: &[House] = &[
    House {
        source: "crates/knock-core/src",
        rooms: &[
            ("value", &["value", "maybe_send"]),
            ("wire", &["wire"]),
            ("error", &["error"]),
            ("retry", &["retry"]),
            ("pace", &["pace"]),
            ("config", &["config"]),
            ("call", &["call"]),
            ("queue", &["queue"]),
            ("client", &["client", "transport"]),
            ("operation", &["operation"]),
            ("api types", &["api::*::*", "api::preferences", "api::recipients"]),
            ("api operations", &["api"]),
            ("bulk", &["bulk"]),
            ("token", &["token"]),
            ("webhook", &["webhook"]),
            ("registry", &["registry"]),
            ("guide", &["guide"]),
        ],
        allowed: &[],
    },
    House {
        source: "crates/knock-emulator/src",
        rooms: &[
            (
                "ground",
                &["clock", "data_schema", "fetch_error", "ids", "json", "origins", "recipient", "user_token"],
            ),
            ("settings", &["endpoint", "settings"]),
            ("wire", &["wire"]),
            ("cors", &["cors"]),
            ("render", &["render"]),
            ("world", &["world"]),
            ("security", &["security"]),
            ("observe", &["observe"]),
            ("fault", &["fault"]),
            ("api", &["api"]),
            ("realtime", &["realtime"]),
            ("journal", &["journal"]),
            ("webhooks", &["outbox", "webhooks"]),
            ("knock dir", &["knock_dir"]),
            ("intervention", &["intervention"]),
            ("state", &["state"]),
            ("seed", &["seed"]),
            ("control", &["control"]),
            ("emulator", &["emulator"]),
            ("in process", &["found", "in_process", "socket"]),
            ("websocket", &["watch", "websocket"]),
            ("server", &["mail", "tls", "sender", "server"]),
        ],
        allowed: &[],
    },
    House {
        source: "crates/knock-directory/src",
        rooms: &[
            ("reading", &["problem", "node", "files"]),
            ("find", &["find"]),
            ("values", &["condition", "span", "channel_type"]),
            ("environment", &["environment"]),
            ("steps", &["channel", "function", "step"]),
            ("resources", &["workflow", "resource", "translation"]),
            ("directory", &["directory"]),
        ],
        allowed: &[],
    },
];

/// Reads the sources, and fails on every import that breaks the order.
pub(crate) fn run() -> Result<()> {
    let mut problems = Vec::new();
    for house in HOUSES {
        let folder = crate::root().join(house.source);
        let mut files = Vec::new();
        read(&folder, &folder, &mut files)?;
        // A program is another crate.
        files.retain(|(name, _)| name != "main.rs");
        let sources = Sources::read(files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        problems.extend(house.problems(&sources.map_err(|error| format!("{}/{error}", house.source))?));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n").into()) }
}

fn read(root: &File, folder: &File, files: &mut Vec<(String, String)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read(root, &path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            files.push((name.replace('\\', "/"), fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

/// The files that each file imports, or reaches.
type Arrows = BTreeMap<Path, BTreeSet<Path>>;

impl House {
    fn problems(&self, sources: &Sources) -> Vec<String> {
        let imports = sources.imports();
        let mut problems = self.homeless(sources);
        problems.extend(imports.iter().filter_map(|import| self.up(import, sources)));
        problems.extend(self.circles(&imports, sources));
        problems
    }

    fn homeless(&self, sources: &Sources) -> Vec<String> {
        let homeless = sources.modules().filter(|module| self.room(module).is_none());
        homeless.map(|module| format!("{}/{}: is in no room", self.source, sources.file(module))).collect()
    }

    /// The room of a module: how high it is, and its name.
    fn room(&self, module: &Path) -> Option<(usize, &str)> {
        if module.is_empty() {
            return Some((self.rooms.len(), "the crate's root"));
        }
        let rooms = self.rooms.iter().enumerate();
        let all = rooms.flat_map(|(height, (name, modules))| modules.iter().map(move |m| (height, *name, m)));
        let fitting = all.filter_map(|(height, name, beginning)| {
            let beginning: Vec<&str> = beginning.split("::").collect();
            let fits = beginning.len() <= module.len()
                && beginning.iter().zip(module).all(|(one, other)| *one == "*" || one == other);
            let named = beginning.iter().filter(|name| **name != "*").count();
            fits.then_some(((beginning.len(), named), (height, name)))
        });
        fitting.max().map(|(_, room)| room)
    }

    fn up(&self, import: &Import, sources: &Sources) -> Option<String> {
        let ((from, below), (to, above)) = (self.room(&import.from)?, self.room(&import.to)?);
        let file = sources.file(&import.from);
        let (source, line, written) = (self.source, import.line, &import.written);
        (to > from).then(|| {
            format!(
                "{source}/{file}:{line}: `{written}`: `{below}` must not import `{above}`, which is above it"
            )
        })
    }

    fn circles(&self, imports: &BTreeSet<Import>, sources: &Sources) -> Vec<String> {
        let mut problems = Vec::new();
        let module = |file: &str| sources.modules().find(|module| sources.file(module) == file).cloned();
        let arrow = |from: &Path, to: &Path| imports.iter().any(|i| i.from == *from && i.to == *to);
        // What each file counts as: files that may import each other are as one.
        let mut one: BTreeMap<&Path, &Path> = sources.modules().map(|module| (module, module)).collect();
        let mut pairs = BTreeSet::new();
        for (first, second, _) in self.allowed {
            match (module(first), module(second)) {
                (Some(a), Some(b)) if arrow(&a, &b) && arrow(&b, &a) => {
                    let (kept, gone) = (one[&a], one[&b]);
                    one.values_mut().filter(|module| **module == gone).for_each(|module| *module = kept);
                    pairs.extend([(a.clone(), b.clone()), (b, a)]);
                }
                _ => problems.push(format!(
                    "{}: {first} and {second} are allowed to import each other, and do not",
                    self.source
                )),
            }
        }
        let outside = circles(imports.iter().map(|i| (one[&i.from].clone(), one[&i.to].clone())));
        let mut all: Vec<BTreeSet<&Path>> = outside
            .iter()
            .map(|circle| {
                one.iter().filter(|(_, one)| circle.contains(**one)).map(|(file, _)| *file).collect()
            })
            .collect();
        // Circles among those that count as one, besides the allowed ones.
        let arrows = imports.iter().map(|i| (i.from.clone(), i.to.clone()));
        let inside = circles(arrows.filter(|arrow| !pairs.contains(arrow)));
        for circle in &inside {
            let circle: BTreeSet<&Path> = circle.iter().collect();
            if !all.iter().any(|larger| circle.is_subset(larger)) {
                all.push(circle);
            }
        }
        problems.extend(all.iter().map(|circle| self.describe(circle, imports, sources)));
        problems
    }

    /// Names the files of a circle with, for each that it imports of them, the first import.
    fn describe(&self, circle: &BTreeSet<&Path>, imports: &BTreeSet<Import>, sources: &Sources) -> String {
        let mut text = format!("{}: a circle of {} files", self.source, circle.len());
        let mut seen = BTreeSet::new();
        for import in imports {
            let Import { from, line, written, to } = import;
            if circle.contains(from) && circle.contains(to) && seen.insert((from, to)) {
                let (from, to) = (sources.file(from), sources.file(to));
                let _ = write!(text, "\n  {}/{from}:{line}: `{written}`, which is in {to}", self.source);
            }
        }
        text
    }
}

/// The sets of two or more files that reach each other.
fn circles(arrows: impl Iterator<Item = (Path, Path)>) -> BTreeSet<BTreeSet<Path>> {
    let mut reach = Arrows::new();
    for (from, to) in arrows {
        reach.entry(from).or_default().insert(to);
    }
    let files: Vec<Path> = reach.keys().cloned().collect();
    for between in &files {
        let further = reach[between].clone();
        for reached in reach.values_mut().filter(|reached| reached.contains(between)) {
            reached.extend(further.iter().cloned());
        }
    }
    let circle = |file: &Path| -> BTreeSet<Path> {
        reach[file]
            .iter()
            .filter(|to| reach.get(*to).is_some_and(|back| back.contains(file)))
            .cloned()
            .collect()
    };
    files.iter().map(circle).filter(|circle| circle.len() > 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUSE: House = House {
        source: "src",
        rooms: &[
            ("low", &["low"]),
            ("inner", &["high::inner"]),
            ("types", &["api::*::*"]),
            ("high", &["high", "api"]),
        ],
        allowed: &[],
    };

    fn problems(house: &House, files: &[(&str, &str)]) -> Vec<String> {
        house.problems(&Sources::read(files.iter().copied()).unwrap())
    }

    #[test]
    fn an_import_goes_down_only() {
        let low = "use crate::{high::{self, inner}};\nfn f() { vec![crate::high::X]; high::f(); }";
        let found =
            problems(&HOUSE, &[("lib.rs", ""), ("low.rs", low), ("high/mod.rs", ""), ("high/inner.rs", "")]);
        assert_eq!(
            found,
            [
                "src/low.rs:1: `crate::high::inner`: `low` must not import `inner`, which is above it",
                "src/low.rs:2: `crate::high::X`: `low` must not import `high`, which is above it",
                "src/low.rs:2: `high::f`: `low` must not import `high`, which is above it",
            ]
        );
        let down =
            [("high/mod.rs", "use crate::low; use self::inner::X;"), ("high/inner.rs", ""), ("low.rs", "")];
        assert!(problems(&HOUSE, &down).is_empty());
        let types = [
            ("api/users/mod.rs", "mod user; use user::User;"),
            ("api/users/user.rs", "use crate::api::feeds::X;"),
        ];
        assert_eq!(problems(&HOUSE, &[&types[..], &[("api/feeds.rs", "")]].concat()).len(), 1);
        assert_eq!(problems(&HOUSE, &[("new.rs", "")]), ["src/new.rs: is in no room"]);
    }

    #[test]
    fn two_files_in_a_circle() {
        let found = problems(
            &HOUSE,
            &[
                ("high/mod.rs", "mod inner;\nfn f() { inner::f(); }"),
                ("high/inner.rs", "fn g(x: super::X) {}"),
            ],
        );
        assert_eq!(found.len(), 2, "an arrow up, too: {found:?}");
        assert_eq!(
            found[1],
            "src: a circle of 2 files
  src/high/mod.rs:2: `inner::f`, which is in high/inner.rs
  src/high/inner.rs:1: `super::X`, which is in high/mod.rs"
        );
    }

    const THREE: &[(&str, &str)] = &[
        ("lib.rs", "mod low; mod api; pub use api::*; pub use low::a::A;"),
        ("low/mod.rs", ""),
        ("low/a.rs", "use super::b::B; pub struct A;"),
        ("low/b.rs", "pub struct B(crate::C);"),
        ("api.rs", "pub use crate::low::c::*;"),
        ("low/c.rs", "pub struct C; #[serde(with = \"crate::A\")] struct D;"),
    ];

    #[test]
    fn three_files_in_a_circle_through_re_exports() {
        assert_eq!(
            problems(&HOUSE, THREE),
            ["src: a circle of 3 files
  src/low/a.rs:1: `super::b::B`, which is in low/b.rs
  src/low/b.rs:1: `crate::C`, which is in low/c.rs
  src/low/c.rs:1: `crate::A`, which is in low/a.rs"]
        );
    }

    #[test]
    fn a_re_export_is_an_import_where_it_is_used() {
        let child =
            ("low/a.rs", "macro_rules! a { () => { $crate::low::X } } pub(crate) use a; pub struct A;");
        let circles = |parent: &str| problems(&HOUSE, &[("low/mod.rs", parent), child]).len();
        assert_eq!(circles("mod a; pub(crate) use a::{a, A}; fn f(a: bool) -> bool { a != true }"), 0);
        assert_eq!(circles("mod a; pub(crate) use a::{a, A}; fn f() { a!(); }"), 1);
        assert_eq!(circles("mod a; pub(crate) use a::{a, A}; fn f() -> A { A }"), 1);
        assert_eq!(circles("mod a; pub use a::*; fn f() {}"), 0);
        assert_eq!(circles("mod a; pub use a::*; fn f() -> A { A }"), 1);
    }

    #[test]
    fn what_is_there_for_tests_does_not_count() {
        let low = "#[cfg(test)] mod tests { use crate::high::X; } #[cfg(test)] use crate::high::X;
            #[cfg(test)] mod more; /// [`X`](crate::high::X)
            struct Y { #[cfg(test)] x: crate::high::X } impl Y { #[cfg(test)] fn f() { crate::high::f(); } }";
        let files = [("low/mod.rs", low), ("low/more.rs", "use crate::high::X;"), ("high.rs", "")];
        assert!(problems(&HOUSE, &files).is_empty());
    }

    #[test]
    fn a_pair_may_be_allowed() {
        let (a, b) = (("low/a.rs", "use super::b::B;"), ("low/b.rs", "use crate::low::a::A;"));
        let house = House { allowed: &[("low/a.rs", "low/b.rs", "because")], ..HOUSE };
        assert_eq!(problems(&HOUSE, &[a, b]).len(), 1);
        assert!(problems(&house, &[a, b]).is_empty());
        assert_eq!(
            problems(&house, &[a, ("low/b.rs", "")]),
            ["src: low/a.rs and low/b.rs are allowed to import each other, and do not"]
        );
        let c = ("low/c.rs", "use super::b::B;");
        assert!(problems(&house, &[a, b, c]).is_empty());
        let found = problems(&house, &[("low/a.rs", "use super::{b::B, c::C};"), b, c]);
        assert!(found[0].starts_with("src: a circle of 3 files"), "{found:?}");
    }
}
