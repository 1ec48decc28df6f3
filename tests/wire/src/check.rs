//! Compares a recorded call with the same call made with this SDK.

use knock_core::{Error, OperationInfo};

use crate::calls::{Args, Ours, find};
use crate::differences::{Change, DIFFERENCES, Difference};
use crate::recording::{Case, Request};

/// The result of comparing a case.
#[derive(Debug)]
pub enum Verdict {
    /// Both do the same.
    Same,
    /// They differ exactly as these entries specify: the difference, and the pattern of it that matched.
    Differs(Vec<(&'static Difference, &'static str)>),
}

/// Compares the case with what this SDK does.
///
/// # Errors
///
/// A description of what differs unexpectedly.
pub fn check(case: &Case) -> Result<Verdict, String> {
    let Some(make) = find(case) else { return fail(case, "is in no table") };
    let entries: Vec<_> =
        DIFFERENCES.iter().filter_map(|entry| Some((entry, entry.pattern_of(case)?))).collect();
    if let Some(found) = entries.iter().find(|(entry, _)| matches!(entry.ours, Change::Inexpressible)) {
        return Ok(Verdict::Differs(vec![*found]));
    }
    let ours = make(Args::new(case));
    check_operation(case, &ours.info)?;
    if let Some(found) = entries.iter().find(|(entry, _)| matches!(entry.ours, Change::Refuses(..))) {
        check_refusal(case, &ours, *found)
    } else {
        match &case.request {
            Some(theirs) => check_request(case, theirs, &ours, &entries),
            None => check_both_refuse(case, &ours),
        }
    }
}

fn check_operation(case: &Case, info: &OperationInfo) -> Result<(), String> {
    let operation = format!("{} {}", info.method.as_str(), info.route);
    if operation == case.operation { Ok(()) } else { fail(case, &format!("is mapped to {operation}")) }
}

fn check_request(
    case: &Case,
    theirs: &Request,
    ours: &Ours,
    entries: &[(&'static Difference, &'static str)],
) -> Result<Verdict, String> {
    let mut expected = theirs.clone();
    let mut found = Vec::new();
    for (entry, pattern) in entries {
        let Change::Sends(change) = entry.ours else { continue };
        let before = expected.clone();
        change(case, &ours.info, &mut expected);
        if expected != before {
            found.push((*entry, *pattern));
        }
    }
    let request = match &ours.request {
        Ok(request) => request.clone().with_sorted_query(),
        Err(error) => return fail(case, &format!("is refused here: {error}")),
    };
    let expected = expected.with_sorted_query();
    if request != expected {
        return fail(case, &format!("differs\n  expected {expected:?}\n  ours     {request:?}"));
    }
    Ok(if found.is_empty() { Verdict::Same } else { Verdict::Differs(found) })
}

fn check_refusal(
    case: &Case,
    ours: &Ours,
    found: (&'static Difference, &'static str),
) -> Result<Verdict, String> {
    let Change::Refuses(kind, words) = found.0.ours else { return fail(case, "has no refusal") };
    if case.request.is_none() {
        return fail(case, "is refused by both, which is not a difference");
    }
    match &ours.request {
        Err(error) if error.kind() == kind && error.to_string().contains(words) => {
            Ok(Verdict::Differs(vec![found]))
        }
        other => fail(case, &format!("should be refused with {kind:?}, “{words}”: {}", short(other))),
    }
}

fn check_both_refuse(case: &Case, ours: &Ours) -> Result<Verdict, String> {
    match &ours.request {
        Err(error) if error.is_usage() => Ok(Verdict::Same),
        other => fail(case, &format!("throws there, and here: {}", short(other))),
    }
}

fn short(result: &Result<Request, Error>) -> String {
    match result {
        Ok(request) => format!("sends {} {}", request.method, request.path),
        Err(error) => format!("{:?}: {error}", error.kind()),
    }
}

fn fail<T>(case: &Case, problem: &str) -> Result<T, String> {
    Err(format!("{} ({}) {problem}", case.name, case.operation))
}
