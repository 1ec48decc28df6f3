//! Every recorded call of the official packages, compared with the same call here.
//!
//! `cargo test -p wire-tests --test wire -- --nocapture` prints what was compared, what differs on purpose and what is
//! in no recording.

use std::collections::{BTreeMap, BTreeSet};

use knock_core::registry::OPERATIONS;
use wire_tests::calls::{UNRECORDED, mapped_methods};
use wire_tests::check::{Verdict, check};
use wire_tests::differences::DIFFERENCES;
use wire_tests::recording::{NODE_1, cases};

#[test]
fn recorded_calls_are_the_same_here() {
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
            Err(problem) => failures.push(problem),
        }
    }
    println!("{same} cases are the same except for the user agent, {differing} differ on purpose");
    assert!(failures.is_empty(), "{} cases differ:\n{}", failures.len(), failures.join("\n"));
    assert!(same + differing > 600, "too few cases were compared");
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
    assert!(stale.is_empty(), "these patterns match no case that differs: {stale:#?}");
}

#[test]
fn every_operation_of_this_sdk_is_compared() {
    let recorded: BTreeSet<_> = cases().iter().map(|case| case.operation.as_str()).collect();
    let mut left: Vec<_> = UNRECORDED.iter().collect();
    for info in OPERATIONS {
        let operation = format!("{} {}", info.method.as_str(), info.route);
        match left.iter().position(|unrecorded| unrecorded.is(info)) {
            Some(index) => {
                assert!(!recorded.contains(operation.as_str()), "{operation} is recorded");
                println!("not recorded: {operation}: {}", left.remove(index).why);
            }
            None => assert!(recorded.contains(operation.as_str()), "{operation} is not recorded"),
        }
    }
    assert!(left.is_empty(), "not operations of this SDK: {left:?}");
}

#[test]
fn the_tables_have_exactly_the_recorded_methods() {
    let recorded: BTreeSet<_> =
        cases().iter().map(|case| format!("{}/{}", case.version, case.call.method)).collect();
    let mapped = mapped_methods();
    assert_eq!(mapped.len(), recorded.len(), "a method is mapped twice");
    assert_eq!(recorded, mapped.into_iter().collect());
}

/// Whether these are all methods is checked by `record.mjs`, which has the package.
#[test]
fn every_method_of_node_1_has_its_cases() {
    let names: BTreeSet<_> = cases().iter().map(|case| case.name.as_str()).collect();
    for method in mapped_methods() {
        // Requests to a custom path are not operations.
        if !method.starts_with(NODE_1) || ["/get", "/post", "/delete"].iter().any(|raw| method.ends_with(raw))
        {
            continue;
        }
        for variant in ["required", "full"] {
            assert!(names.contains(format!("{method}/{variant}").as_str()), "{method} has no case {variant}");
        }
    }
}
