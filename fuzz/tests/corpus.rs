//! Replays the committed corpus through every target, and inputs near it. They are the same in each run.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

/// At how many places the files of a target are cut and changed, all together.
const PLACES: usize = 200;

macro_rules! targets {
    ($($target:ident),* $(,)?) => {
        /// In alphabetical order.
        const TARGETS: &[&str] = &[$(stringify!($target)),*];

        $(
            #[test]
            fn $target() {
                replay(stringify!($target), knock_fuzz::targets::$target::check);
            }
        )*
    };
}

targets! {
    body_limit,
    call,
    directory,
    emulator,
    error_body,
    key,
    parse,
    prepared_call,
    render,
    request,
    socket,
    webhook,
}

fn replay(target: &str, check: fn(&[u8])) {
    let folder = path("corpus").join(target);
    let files = entries(&folder);
    assert!(!files.is_empty(), "{} has no files", folder.display());
    let places = PLACES.div_ceil(files.len());
    for file in files {
        let input = fs::read(&file).unwrap();
        assert!(catch_unwind(|| check(&input)).is_ok(), "the target `{target}` fails for {}", file.display());
        for (number, variant) in variants(&input, places).into_iter().enumerate() {
            if catch_unwind(|| check(&variant)).is_err() {
                let copy = store(&variant, &format!("{target}-{}-{number}", name(&file)));
                panic!(
                    "the target `{target}` fails for a variant of {}, kept in {}",
                    file.display(),
                    copy.display()
                );
            }
        }
    }
}

/// Returns inputs near another: its beginnings, and copies in which one byte differs. Text remains text.
fn variants(input: &[u8], places: usize) -> Vec<Vec<u8>> {
    let places = (1..=places).map(|number| input.len() * number / (places + 1));
    places.flat_map(|place| [input[..place].to_vec(), changed(input, place)]).collect()
}

fn changed(input: &[u8], place: usize) -> Vec<u8> {
    let mut copy = input.to_vec();
    if let Some(byte) = copy.get_mut(place) {
        *byte ^= 1 << (place % 5);
    }
    copy
}

/// Keeps an input that is in no file.
fn store(input: &[u8], name: &str) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&file, input).unwrap();
    file
}

#[test]
fn every_list_names_the_same_targets() {
    assert_eq!(names("corpus"), TARGETS);
    assert_eq!(names("fuzz_targets"), TARGETS);

    let mut modules = names("src/targets");
    modules.retain(|name| name != "mod");
    assert_eq!(modules, TARGETS);

    let manifest = fs::read_to_string(path("Cargo.toml")).unwrap();
    let paths = manifest.lines().filter_map(|line| line.strip_prefix("path = \"fuzz_targets/"));
    let mut programs: Vec<_> = paths.filter_map(|path| path.strip_suffix(".rs\"")).collect();
    programs.sort_unstable();
    assert_eq!(programs, TARGETS);

    let readme = fs::read_to_string(path("README.md")).unwrap();
    for target in TARGETS {
        assert!(readme.contains(&format!("\n| `{target}` | ")), "README.md does not describe `{target}`");
    }
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The names in a folder of this package, without their ends.
fn names(folder: &str) -> Vec<String> {
    entries(&path(folder)).iter().map(|path| name(path)).collect()
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

/// What is in a folder, in alphabetical order.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
