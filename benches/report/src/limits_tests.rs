use super::*;

fn limit(rest: &str) -> Result<Limits, serde_json::Error> {
    serde_json::from_str(&format!(
        r#"[{{"table":"load","case":"10 recipients","subject":"ours","metric":"cpu","than":"theirs",{rest}}}]"#
    ))
}

/// Two rounds, in which `ours` costs 2 and 4 times as much as `theirs`, and one round of `theirs` with 100 recipients.
fn samples() -> Samples {
    let line = |case: &str, subject: &str, round: u32, cpu: f64| {
        format!(
            r#"{{"table":"load","case":"{case}","subject":"{subject}","round":{round},"metrics":{{"cpu":{cpu}}}}}"#
        )
    };
    let lines = [
        line("10 recipients", "ours", 0, 20.0),
        line("10 recipients", "theirs", 0, 10.0),
        line("10 recipients", "ours", 1, 80.0),
        line("10 recipients", "theirs", 1, 20.0),
        line("100 recipients", "theirs", 1, 20.0),
    ];
    Samples::of(&lines.each_ref().map(String::as_str))
}

#[track_caller]
fn verdict(rest: &str) -> (String, usize) {
    let limits = limit(rest).unwrap();
    let report = limits.check(&samples());
    (report.to_string(), report.failed())
}

#[test]
fn a_limit_is_met_or_missed() {
    let (report, failed) = verdict(r#""at_least":3,"why":"w""#);
    assert_eq!(failed, 0, "{report}");
    assert!(report.starts_with("load, 10 recipients: ours, cpu     3.000  ≥ 3 × theirs "), "{report}");
    assert!(report.ends_with("ok\n1 passed, 0 failed"), "{report}");

    let (report, failed) = verdict(r#""at_most":2.9,"why":"w""#);
    assert_eq!(failed, 1);
    assert!(report.ends_with("MISSED\n0 passed, 1 failed"), "{report}");
}

#[test]
fn a_limit_may_be_a_difference() {
    assert_eq!(verdict(r#""at_most_more":35,"why":"w""#).1, 0);
    assert_eq!(verdict(r#""at_most_more":34.9,"why":"w""#).1, 1);
}

#[test]
fn a_limit_may_name_another_case() {
    let (report, failed) = verdict(r#""than_case":"100 recipients","at_most":4,"why":"w""#);
    assert_eq!(failed, 0, "{report}");
}

#[test]
fn a_limit_without_samples_is_missed() {
    let (report, failed) = verdict(r#""than_case":"7 recipients","at_most":4,"why":"w""#);
    assert_eq!(failed, 1);
    assert!(report.contains("no samples"), "{report}");
    assert_eq!(limit(r#""at_least":0,"why":"w""#).unwrap().check(&Samples::default()).failed(), 1);
}

#[test]
fn a_limit_has_one_bound_and_a_reason() {
    for wrong in [
        r#""why":"w""#,
        r#""at_most":1,"at_least":1,"why":"w""#,
        r#""at_most":1"#,
        r#""at_most":1,"why":"""#,
        r#""at_most":1,"why":"w","at_more":2"#,
    ] {
        limit(wrong).unwrap_err();
    }
}

#[test]
fn every_limit_compares_with_a_reference_of_its_table() {
    let limits = Limits::read().unwrap();
    assert_eq!(
        limits.parts().unwrap(),
        [Part::Core, Part::Load, Part::Bulk, Part::Jobs, Part::Tokens, Part::Worker, Part::Spin]
    );
    for limit in &limits.all {
        let table = layout::table(limit.place().table).unwrap();
        let mut others = table.references.iter().map(|reference| reference.seen_from(limit.place()));
        assert!(
            others.any(|other| other == limit.than()),
            "{} compares with none of the references in the layout",
            limit.what()
        );
    }
}

#[test]
fn keep_drops_the_limits_of_other_parts() {
    let mut limits = Limits::read().unwrap();
    limits.keep(&[Part::Tokens]).unwrap();
    assert_eq!(limits.parts().unwrap(), [Part::Tokens]);
    limits.keep(&[Part::Builds]).unwrap_err();
}
