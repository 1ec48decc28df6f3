//! Prints the number of instructions of each side of each case, counted by callgrind.
//!
//! It runs itself under `valgrind` for each side of each case, with the names of both as arguments.
#![allow(clippy::print_stdout)]

use std::env;
use std::process::Command;

use bench_core::{CASES, SUBJECTS};
use serde_json::json;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match &arguments[..] {
        [] => count_all(),
        [case, subject] => {
            let case = CASES.iter().find(|known| known.name == case).ok_or("there is no such case")?;
            Ok(case.count(subject, &|work| counted(work))?)
        }
        _ => Err("expected no arguments, or a case and a side".into()),
    }
}

/// Runs the work. Callgrind counts only inside this function, which it finds by name.
#[inline(never)]
fn counted(work: &mut dyn FnMut()) {
    work();
}

fn count_all() -> Result<()> {
    for case in CASES {
        for subject in SUBJECTS {
            let metrics = json!({ "instructions": instructions(case.name, subject)? });
            println!(
                "{}",
                json!({ "table": "core", "case": case.name, "subject": subject, "round": 0, "metrics": metrics })
            );
        }
    }
    Ok(())
}

fn instructions(case: &str, subject: &str) -> Result<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--toggle-collect=*counted*", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe()?)
        .args([case, subject])
        .output()
        .map_err(|error| format!("valgrind cannot be run: {error}"))?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    let collected = stderr.lines().find_map(|line| line.split_once("Collected : "));
    let count = collected.and_then(|(_, count)| count.trim().parse().ok()).filter(|count| *count > 0);
    count.ok_or_else(|| format!("callgrind counted no instructions for {subject}: {case}\n{stderr}").into())
}
