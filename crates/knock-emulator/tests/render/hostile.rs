//! Templates and data that mean harm: they end, with an error or with text.

use knock_emulator::ChannelKind;
use knock_emulator::render::{Context, Renderer, Step};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{World, now, plain};

#[track_caller]
fn refused(template: &str, reason: &str) {
    let error = plain(template, &json!({ "list": vec![1; 1_000] })).unwrap_err();
    assert!(error.contains(reason), "{error}");
}

#[test]
fn loops_end() {
    refused("{% for a in (1..1000000000) %}{% endfor %}", "more than 100,000 items");
    refused(
        "{% for a in (1..9000) %}{% for b in (1..9000) %}{% endfor %}{% endfor %}",
        "more than 2,000,000 steps",
    );
    refused("{% tablerow a in (1..100000000) %}{% endtablerow %}", "more than 100,000 items");
    let nested = "{% for a in list %}".repeat(8) + &"{% endfor %}".repeat(8);
    refused(&nested, "more than 2,000,000 steps");
    assert_eq!(plain("{{ (1..100000000000) | size }}", &json!({})).as_deref(), Ok("100000000000"));
    assert_eq!(
        plain("{% for a in (1..100000000000) limit: 2 %}{{ a }}{% endfor %}", &json!({})).as_deref(),
        Ok("12")
    );
    assert_eq!(
        plain("{% for a in (9223372036854775806..9223372036854775807) %}a{% endfor %}", &json!({}))
            .as_deref(),
        Ok("aa")
    );
}

#[test]
fn texts_and_lists_do_not_grow_without_end() {
    let double = "{% assign a = 'xxxxxxxxxxxxxxxx' %}".to_owned();
    refused(&(double.clone() + &"{% assign a = a | append: a %}".repeat(60)), "longer than 1 MiB");
    refused(
        &(double.clone() + &"{% capture a %}{{ a }}{{ a }}{% endcapture %}".repeat(60)),
        "longer than 1 MiB",
    );
    refused(&(double.clone() + &"{% assign a = a | replace: 'x', a %}".repeat(9)), "longer than 1 MiB");
    refused(&(double + &"{% assign a = a | replace: '', a %}".repeat(9)), "longer than 1 MiB");
    refused(
        &("{% assign a = list %}".to_owned() + &"{% assign a = a | concat: a %}".repeat(60)),
        "more than 100,000 items",
    );
    refused(
        "{% for a in (1..99999) %}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx{% endfor %}",
        "longer than 1 MiB",
    );
    refused(
        "{% assign a = (1..99999) | join: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' %}",
        "longer than 1 MiB",
    );
}

/// What takes time that grows with the square of a length, unless it is made so that it does not.
#[test]
fn long_templates_end() {
    let long = 300_000;
    refused(&format!("{{% raw %}}{}%}}", "{%".repeat(long)), "not closed by `endraw`");
    refused(&"{% t %}".repeat(long / 10), "more than 64 deep");
    let conditions = "a or ".repeat(long / 10);
    refused(
        &format!("{{% for a in list %}}{{% if {conditions}a %}}{{% endif %}}{{% endfor %}}"),
        "2,000,000 steps",
    );
    let values = "1, ".repeat(long);
    refused(&format!("{{% for a in list %}}{{% cycle {values}1 %}}{{% endfor %}}"), "2,000,000 steps");
    let members = ".a".repeat(long / 10);
    refused(&format!("{{% for a in list %}}{{{{ a{members} }}}}{{% endfor %}}"), "2,000,000 steps");
    refused(&format!("{{% assign {} = 1 %}}", "a".repeat(long)), "is not expected here");
    refused(&"x".repeat(2_000_000), "longer than 1 MiB");
    let markdown = format!("mark{}{{{{ 1 }}}}", "q".repeat(long));
    let marks = json!({ "visual_blocks": [{ "type": "markdown", "content": markdown }] });
    assert!(render(ChannelKind::Email, &marks, &json!({})).is_ok());
    let line =
        json!({ "visual_blocks": [{ "type": "markdown", "content": "{% break %}".repeat(long / 4) }] });
    assert!(render(ChannelKind::Email, &line, &json!({})).is_ok());
    let tables = json!({ "html_body": "<table><tr><td>".repeat(80) });
    assert!(render(ChannelKind::Email, &tables, &json!({})).is_ok());
    let styles = format!("<style>{}</style>{}", "b{a:b}".repeat(20_000), "<b></b>".repeat(20_000));
    let error = render(ChannelKind::Email, &json!({ "html_body": styles }), &json!({})).unwrap_err();
    assert!(error.contains("too many elements"), "{error}");
}

#[test]
fn nesting_ends() {
    refused(&"{% if a %}".repeat(100_000), "more than 64 deep");
    refused(&format!("{{{{ {}1{} }}}}", "a[".repeat(50_000), "]".repeat(50_000)), "more than 16 deep");
    refused(&format!("{{{{ {} }}}}", "(".repeat(50_000)), "more than 16 deep");
    let renderer =
        Renderer::builder().partial("me", &json!({ "content": "{% render 'me' %}", "type": "html" }));
    let error = crate::text(&renderer.build(), "{% render 'me' %}", &json!({})).unwrap_err();
    assert!(error.contains("nested more than 5 deep"), "{error}");
    let renderer = Renderer::builder().translation("en", "", json!({ "me": "{{ 'me' | t }}" }));
    let error = crate::text(&renderer.build(), "{{ 'me' | t }}", &json!({})).unwrap_err();
    assert!(error.contains("nested more than 5 deep"), "{error}");
    let html = "<div>".repeat(100_000);
    let template = json!({ "html_body": html });
    let error = render(ChannelKind::Email, &template, &json!({})).unwrap_err();
    assert!(error.contains("more than 256 deep"), "{error}");
}

#[test]
fn numbers_have_no_end() {
    assert_eq!(plain("{{ 9223372036854775808 }}", &json!({})).as_deref(), Ok("9.223372036854776e18"));
    assert_eq!(
        plain("{{ 9223372036854775807 | plus: 1 }}", &json!({})).as_deref(),
        Ok("9.22337203685478e18")
    );
    assert_eq!(plain("{{ -9223372036854775808 | abs }}", &json!({})).as_deref(), Ok("9223372036854775807"));
    assert!(plain("{{ -9223372036854775808 | divided_by: -1 }}", &json!({})).is_ok());
    assert!(
        plain(
            "{{ 'a' | truncate: -9223372036854775808 }}{{ 'abc' | slice: -9, 9223372036854775807 }}",
            &json!({})
        )
        .is_ok()
    );
    assert!(plain("{{ 99999999999999 | date: '%Y' }}{{ 1e400 | date: '%Y' }}", &json!({})).is_err());
    assert!(
        plain("{{ 1.5 | round: 9223372036854775807 }}{{ 1.5 | round: -9223372036854775808 }}", &json!({}))
            .is_ok()
    );
}

/// Nothing is escaped, as far as is known of Knock: what shows it has to keep scripts from running.
#[test]
fn scripts_stay_what_they_are() {
    let scope = json!({ "data": { "x": "<script>alert(1)</script>" } });
    let template = json!({ "html_body": "<p>{{ data.x }}</p>", "markdown_body": "{{ data.x }}" });
    let email = render(ChannelKind::Email, &template, &scope).unwrap();
    assert_eq!(email["html_body"], "<p><script>alert(1)</script></p>");
    assert_eq!(email["text_body"], "");
    let item = render(ChannelKind::InAppFeed, &template, &scope).unwrap();
    assert_eq!(item["blocks"][0]["rendered"], "<script>alert(1)</script>");
    // A template in data is not rendered.
    let scope = json!({ "data": { "x": "{{ data.x }}{% include 'y' %}" } });
    assert_eq!(plain("{{ data.x }}", &scope).as_deref(), Ok("{{ data.x }}{% include 'y' %}"));
}

fn render(kind: ChannelKind, template: &Value, scope: &Value) -> Result<Value, String> {
    let renderer = Renderer::builder()
        .partial("p", &json!({ "type": "html", "content": "<style>a{}</style>{{ x }}" }))
        .build();
    let content = renderer.render(&Step::new("s", kind, template), &Context::new(scope, now(), &World));
    content.map(|content| content.data()).map_err(|error| error.to_string())
}

/// Parts of templates, in any order.
fn template() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        prop::sample::select(vec![
            "{{",
            "}}",
            "{%",
            "%}",
            "{%-",
            "-}}",
            "{% if ",
            "{% endif %}",
            "{% for a in ",
            "{% endfor %}",
            "{% else %}",
            "data",
            "list",
            ".",
            "[",
            "]",
            "(",
            ")",
            "..",
            "|",
            ":",
            ",",
            "==",
            "contains",
            "and",
            "'",
            "\"",
            "\n",
            "# ",
            "> ",
            "- ",
            "**",
            "<",
            ">",
            "</style>",
            "<style>",
            "<!--",
            "-->",
            "liquid0x",
            "{% raw %}",
            "{% endraw %}",
            "{% capture a %}",
            "{% endcapture %}",
            "{% case data %}",
            "{% when 1 %}",
            "{% endcase %}",
            "{% render 'p' %}",
            "{% t %}",
            "{% endt %}",
            "{% liquid\n echo 1\n%}",
            "{{ data | ",
            " | date: '%Y%q%'",
            " | split: ''",
            " | slice: -1, 3",
            " | truncate: 3",
            " | json",
            " | from_json",
            " | sort",
            " | where: 'a'",
            " | currency: 'eur', 'de'",
            " | format_date_in_locale: 'x', 'y'",
            " | round: 99",
            " | from_markdown",
            " | compare_versions: '1'",
            " | url_decode",
            " | strip_html",
            " | replace: '', 'x'",
            "é",
            "🖖",
            "\u{0}",
        ])
        .prop_map(str::to_owned),
        any::<i64>().prop_map(|number| number.to_string()),
        ".{0,3}",
    ];
    prop::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

fn data() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        template().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map("[a-e]", inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_panics(template in template(), data in data()) {
        let scope = json!({ "data": data, "list": [1, 2, 3], "recipient": data });
        // Whether it is an error does not matter.
        let _ = plain(&template, &scope);
        let fields = json!({
            "subject": template,
            "html_body": template,
            "markdown_body": template,
            "visual_blocks": [
                { "type": "markdown", "content": template },
                { "type": "partial", "key": "p", "attrs": { "x": template } },
                { "type": "button_set", "buttons": [{ "label": template, "action": template }] },
            ],
            "settings": { "layout_key": "default", "pre_content": template },
        });
        let html = json!({ "html_body": template });
        let mjml = json!({ "is_mjml": true, "html_body": format!("<mjml><mj-body>{template}</mj-body></mjml>") });
        let _ = render(ChannelKind::Email, &fields, &scope);
        let _ = render(ChannelKind::Email, &html, &scope);
        let _ = render(ChannelKind::Email, &mjml, &scope);
        let _ = render(ChannelKind::InAppFeed, &fields, &scope);
        let _ = render(ChannelKind::Chat, &fields, &scope);
        // Nor does a step that is anything but a step.
        for kind in [ChannelKind::Email, ChannelKind::InAppFeed, ChannelKind::Sms, ChannelKind::Push, ChannelKind::Chat, ChannelKind::Http] {
            let _ = render(kind, &data, &scope);
        }
    }
}
