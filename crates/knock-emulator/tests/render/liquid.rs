//! The golden cases of Liquid, which James Prior's python-liquid 1.8.1 ships (MIT), and what Knock does otherwise.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{partials, plain, text};

#[derive(Deserialize)]
struct Case {
    name: String,
    template: String,
    want: String,
    #[serde(default)]
    context: Value,
    #[serde(default)]
    partials: BTreeMap<String, String>,
    #[serde(default)]
    error: bool,
}

impl Case {
    fn passes(&self) -> bool {
        let outcome = text(&partials(&self.partials), &self.template, &self.context);
        if self.error { outcome.is_err() } else { outcome.as_ref() == Ok(&self.want) }
    }
}

/// The cases that Knock's Liquid or ours does otherwise, and why.
const OTHERWISE: &[(&str, &[&str])] = &[
    // Knock refuses `include`.
    ("include_tag", &[]),
    (
        "render_tag",
        &[
            // Arguments arrive as text.
            "string literal name",
            "some keyword arguments including a range literal",
            "assigned variables do not leak into outer scope",
            // Knock documents neither `with` nor `for`.
            "bound variable",
            "bound variable does not exist",
            "bound array variable",
            "bound variable with alias",
            "forloop helper",
            "render loops don't add parentloop",
            "render loops can't access parentloop",
            // The object `template` is that of python-liquid.
            "template drop",
            "template drop no parent",
            "template drop no suffix",
            "template drop no suffix or extension",
        ],
    ),
    // The members of an object are sorted by name.
    ("compact_filter", &["array of objects with key property"]),
    ("uniq_filter", &["array of objects with key property", "array of objects with missing key property"]),
    ("for_tag", &["simple hash loop", "blank empty loops"]),
    // Blocks of white space only are white space, as in LiquidJS, with which Knock's CLI checks templates.
    ("unless_tag", &["blocks that contain only whitespace are not rendered"]),
    (
        "whitespace_control",
        &[
            "suppress whitespace only if blocks",
            "suppress whitespace only unless blocks",
            "suppress whitespace only case blocks",
            "suppress whitespace surrounding an empty capture block",
            "suppress whitespace surrounding a capture block",
        ],
    ),
    (
        "if_tag",
        &[
            "blocks that contain only whitespace are not rendered",
            "blocks that contain only whitespace and comments are not rendered",
        ],
    ),
    // Mistakes that Ruby's Liquid passes over are errors, and some that it refuses are none.
    ("case_tag", &["unexpected when token"]),
    ("identifiers", &["only digits", "capture only digits", "trailing question mark assign"]),
    (
        "output_statement",
        &[
            "chained bracketed identifier index no dot",
            "chained identifier dot separated index",
            // Variables of python-liquid, and the day on which the cases were written.
            "render the special built in variable 'now'",
            "render the special built in variable 'today'",
        ],
    ),
    (
        "echo_tag",
        &["render the special built in variable 'now'", "render the special built in variable 'today'"],
    ),
];

fn is_otherwise(group: &str, name: &str) -> bool {
    OTHERWISE.iter().any(|(other, names)| *other == group && (names.is_empty() || names.contains(&name)))
}

#[test]
fn golden_cases() {
    let groups: BTreeMap<String, Vec<Case>> =
        serde_json::from_str(include_str!("../fixtures/liquid/golden.json")).unwrap();
    let mut surprises = Vec::new();
    let mut count = 0;
    for (group, case) in groups.iter().flat_map(|(group, cases)| cases.iter().map(move |case| (group, case)))
    {
        let passes = case.passes();
        count += usize::from(passes);
        // Some of the cases of a whole group may pass by chance.
        if passes == is_otherwise(group, &case.name) && group != "include_tag" {
            surprises.push(format!("{group}: {} passes: {passes}", case.name));
        }
    }
    assert!(surprises.is_empty(), "{surprises:#?}");
    assert_eq!(count, 769, "of the 806 cases without `include`");
}

#[test]
fn unknown_variables_are_empty() {
    let scope = json!({ "data": { "list": [] } });
    assert_eq!(plain("[{{ nothing }}{{ data.nothing.at.all }}{{ data.list[3].x }}]", &scope).unwrap(), "[]");
    assert_eq!(plain("{% if nothing.at.all %}yes{% else %}no{% endif %}", &scope).unwrap(), "no");
    assert_eq!(
        plain("{% for item in nothing %}{{ item }}{% else %}none{% endfor %}", &scope).unwrap(),
        "none"
    );
}

#[test]
fn errors_name_the_place() {
    let error = |template: &str| plain(template, &json!({})).unwrap_err();
    assert_eq!(error("a\n{{ b | shout }}"), "step: field, line 2: the filter `shout` is not known");
    assert_eq!(
        error("a\n\n{% include 'b' %}"),
        "step: field, line 3: the tag `include` is not allowed; use `render`"
    );
    assert_eq!(error("{% if a %}\nb"), "step: field, line 1: the tag `if` is not closed by `endif`");
    assert_eq!(error("{{ a"), "step: field, line 1: `{{` is not closed by `}}`");
    assert_eq!(error("{%}"), "step: field, line 1: `{%` is not closed by `%}`");
    assert_eq!(error("\n{% raw %}{{"), "step: field, line 2: the tag `raw` is not closed by `endraw`");
    assert_eq!(
        error("a\n{{ 1 | divided_by: 0 }}"),
        "step: field, line 2: the filter `divided_by`: divides by zero"
    );
    assert_eq!(error("{% render 'nothing' %}"), "step: field, line 1: there is no partial `nothing`");
    assert_eq!(
        error("{{ 'x' | append }}"),
        "step: field, line 1: the filter `append` takes 1 argument(s), and 0 are given"
    );
    assert_eq!(error("{% for x of y %}{% endfor %}"), "step: field, line 1: `of y` is not expected here");
    assert_eq!(error("{% endif %}"), "step: field, line 1: the tag `endif` closes nothing");
}

#[test]
fn errors_in_partials_name_both() {
    let content = "fine\n{{ 'x' | date: '%Y', 'Mars/Base' }}{{ 'now' | date: '%Y', 'Mars/Base' }}".to_owned();
    let renderer = partials(&BTreeMap::from([("footer".to_owned(), content)]));
    assert_eq!(
        text(&renderer, "\n\n{% render 'footer' %}", &json!({})).unwrap_err(),
        "step: field, line 3: in the partial `footer`, line 2: the filter `date`: `Mars/Base` is not a time zone, for example \
         `Europe/Paris`"
    );
}
