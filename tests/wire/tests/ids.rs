//! Awkward ids: this SDK sends the same path as 1.35.0, and the server reads the same id from it.

use std::collections::BTreeSet;

use knock_core::{Config, Error, Method, Operation, custom, users};
use percent_encoding::percent_decode_str;
use serde::de::IgnoredAny;
use wire_tests::recording::{Case, NODE_0, NODE_1, cases};

/// The ids that are refused here, because the path would be another one, possibly after a second decoding.
const REFUSED: [&str; 6] = ["", "%2E%2e", "%2e", ".", ".%2E", ".."];

/// The recorded cases with an awkward id in their path.
fn awkward(version: &str) -> impl Iterator<Item = &'static Case> {
    let is_awkward =
        |case: &Case| ["id-", "set-", "collection-"].iter().any(|start| case.variant().starts_with(start));
    cases().iter().filter(move |case| case.version == version && is_awkward(case))
}

/// The path parameters of the case's route with their values, or `None` if one is `null`.
fn parameters(case: &'static Case) -> Option<Vec<(&'static str, &'static str)>> {
    let (_, route) = case.operation.split_once(' ').expect("an operation has a method and a route");
    let names = route.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    names.zip(&case.call.args).map(|(name, value)| Some((name, value.as_str()?))).collect()
}

/// The path that this SDK sends for the case's route.
fn path(case: &'static Case) -> Option<Result<String, Error>> {
    let (_, route) = case.operation.split_once(' ').expect("an operation has a method and a route");
    let request = custom::request::<IgnoredAny>(Method::Get, route);
    let request =
        parameters(case)?.into_iter().fold(request, |request, (name, value)| request.path(name, value));
    Some(request.prepare([7; 16]).map(|call| call.target().to_owned()))
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8().expect("the text is UTF-8").into_owned()
}

/// The values that a server reads from a path.
fn read(case: &Case, path: &str) -> Vec<String> {
    let (_, route) = case.operation.split_once(' ').expect("an operation has a method and a route");
    let (route, path): (Vec<_>, Vec<_>) = (route.split('/').collect(), path.split('/').collect());
    assert_eq!(route.len(), path.len(), "{}: {path:?} is another route", case.name);
    let pairs = route.into_iter().zip(path);
    pairs.filter(|(name, _)| name.starts_with('{')).map(|(_, value)| decode(value)).collect()
}

#[test]
fn node_1_sends_the_same_path() {
    let mut count = 0;
    for case in awkward(NODE_1) {
        let Some(Ok(path)) = path(case) else { continue };
        let request =
            case.request.as_ref().unwrap_or_else(|| panic!("{}: only 1.35.0 refuses it", case.name));
        assert_eq!(path, request.path, "{}", case.name);
        assert_eq!(request.query, None, "{}", case.name);
        count += 1;
    }
    assert!(count > 100, "too few ids: {count}");
}

#[test]
fn every_id_can_be_read_back_from_the_path() {
    let mut count = 0;
    for case in awkward(NODE_1).chain(awkward(NODE_0)) {
        let Some(Ok(path)) = path(case) else { continue };
        let ids: Vec<_> = parameters(case).unwrap_or_default().into_iter().map(|(_, value)| value).collect();
        assert_eq!(read(case, &path), ids, "{}", case.name);
        count += 1;
    }
    assert!(count > 150, "too few ids: {count}");
}

#[test]
fn ids_that_change_the_path_are_refused() {
    let mut refused = BTreeSet::new();
    for case in awkward(NODE_1).chain(awkward(NODE_0)) {
        let Some(Err(error)) = path(case) else { continue };
        assert!(error.is_usage(), "{error}");
        let parameters = parameters(case).unwrap_or_default();
        let culprit = parameters.iter().find(|(name, _)| error.to_string().contains(&format!("`{name}`")));
        refused.insert(culprit.unwrap_or_else(|| panic!("{error}")).1);
    }
    assert_eq!(refused, BTreeSet::from(REFUSED));
}

#[test]
fn ids_that_node_0_misdirects_arrive() {
    let config = Config::new("sk_test_12345").unwrap();
    let mut elsewhere = Vec::new();
    for case in awkward(NODE_0).filter(|case| case.call.method == "users.get") {
        let (Some(id), Some(theirs)) = (case.call.args[0].as_str(), &case.request) else { continue };
        if theirs
            .path
            .strip_prefix("/v1/users/")
            .is_some_and(|rest| !rest.contains('/') && decode(rest) == id)
        {
            continue;
        }
        elsewhere.push(case.variant());
        match users::get(id).to_request(&config) {
            Ok(request) => assert_eq!(read(case, request.uri().path()), [id], "{}", case.name),
            Err(_) => assert!(REFUSED.contains(&id), "{}", case.name),
        }
    }
    println!("0.6.19 requests something else for: {}", elsewhere.join(", "));
    assert!(elsewhere.contains(&"id-slash") && elsewhere.contains(&"id-dot-dot") && elsewhere.len() >= 15);
}

#[test]
fn texts_can_be_read_back_from_the_query() {
    let mut count = 0;
    for case in cases().iter().filter(|case| case.variant().starts_with("tenant-") && case.version == NODE_1)
    {
        let Some(tenant) = case.call.args.get(2).and_then(|params| params["tenant"].as_str()) else {
            continue;
        };
        let Ok(call) = users::get_preferences("u").tenant(tenant).prepare([7; 16]) else {
            assert!(tenant.is_empty(), "{tenant} is refused");
            continue;
        };
        let (_, query) = call.target().split_once("?tenant=").expect("there is one parameter");
        assert!(!query.contains(['&', '+', '#']), "{query}");
        assert_eq!(decode(query), tenant, "{}", case.name);
        count += 1;
    }
    assert!(count > 30, "too few texts: {count}");
}
