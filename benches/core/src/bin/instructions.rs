//! Prints how many instructions each side of each case takes, counted by callgrind.
//!
//! It runs itself under `valgrind`, once a side, with the case's and the side's number as arguments.
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
        _ => Err("give nothing, or a case and a side".into()),
    }
}

/// Callgrind counts while this runs, and finds it by its name.
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
    let said = String::from_utf8_lossy(&output.stderr);
    let collected = said.lines().find_map(|line| line.split_once("Collected : "));
    let count = collected.and_then(|(_, count)| count.trim().parse().ok()).filter(|count| *count > 0);
    count.ok_or_else(|| format!("callgrind counted nothing of {subject}: {case}\n{said}").into())
}
