//! Every recorded call of the official packages against the same call here.
//!
//! `cargo test -p wire-tests --test wire -- --nocapture` prints what was compared and what is not there yet.

use std::collections::{BTreeMap, BTreeSet};

use wire_tests::calls::{NOT_YET, find, mapped_methods};
use wire_tests::check::{Verdict, check};
use wire_tests::differences::DIFFERENCES;
use wire_tests::recording::cases;

#[test]
fn recorded_calls_are_made_alike() {
    let (mut same, mut differing, mut failures) = (0, 0, Vec::new());
    for case in cases() {
        match check(case) {
            Ok(Verdict::Same) => same += 1,
            // The user agent always differs.
            Ok(Verdict::Differs(entries))
                if entries.iter().all(|(entry, _)| entry.why == DIFFERENCES[0].why) =>
            {
                same += 1;
            }
            Ok(Verdict::Differs(_)) => differing += 1,
            Ok(Verdict::NotYet) => {}
            Err(problem) => failures.push(problem),
        }
    }
    println!("{same} cases are the same but for the user agent, {differing} differ on purpose");
    assert!(failures.is_empty(), "{} cases differ:\n{}", failures.len(), failures.join("\n"));
    assert!(same + differing > 300, "too few cases were compared");
}

#[test]
fn every_difference_is_real() {
    let mut found = BTreeMap::new();
    for verdict in cases().iter().filter_map(|case| check(case).ok()) {
        let Verdict::Differs(entries) = verdict else { continue };
        for (entry, pattern) in entries {
            *found.entry((entry.why, pattern)).or_insert(0) += 1;
        }
    }
    let mut stale: Vec<&str> = Vec::new();
    for entry in DIFFERENCES {
        let cases_of = |pattern: &&str| found.get(&(entry.why, *pattern)).copied().unwrap_or(0);
        println!("{:4}  {}", entry.cases.iter().map(cases_of).sum::<usize>(), entry.why);
        stale.extend(entry.cases.iter().filter(|pattern| cases_of(pattern) == 0));
    }
    assert!(stale.is_empty(), "no case differs as these patterns say: {stale:#?}");
}

#[test]
fn operations_that_are_missing_are_known() {
    let mut missing = BTreeMap::new();
    for case in cases().iter().filter(|case| matches!(check(case), Ok(Verdict::NotYet))) {
        *missing.entry(case.operation.as_str()).or_insert(0) += 1;
    }
    let count: usize = missing.values().sum();
    println!("{count} cases of {} operations wait for this SDK to have them:", missing.len());
    for (operation, count) in &missing {
        println!("  {count:4}  {operation}");
    }
    let listed: BTreeSet<_> = NOT_YET.iter().copied().collect();
    assert_eq!(listed.len(), NOT_YET.len(), "an operation is listed twice");
    assert_eq!(listed, missing.keys().copied().collect(), "NOT_YET has an operation without a case");
}

#[test]
fn every_entry_of_the_tables_is_recorded() {
    let recorded: BTreeSet<_> = cases()
        .iter()
        .filter(|case| find(case).is_some())
        .map(|case| format!("{}/{}", case.version, case.call.method))
        .collect();
    let mapped = mapped_methods();
    assert_eq!(mapped.len(), recorded.len(), "a method is mapped twice");
    assert_eq!(recorded, mapped.into_iter().collect());
}
