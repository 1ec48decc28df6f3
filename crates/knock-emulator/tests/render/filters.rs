//! Each of Knock's filters, by what its documentation shows.

use knock_emulator::render::Renderer;
use serde_json::json;

use crate::{plain, text};

#[track_caller]
fn check(template: &str, expected: &str) {
    let scope = json!({
        "at": "2024-03-15T14:05:09Z",
        "tags": ["a", "b", "c"],
        "recipient": { "name": "ada lovelace", "timezone": "America/New_York" },
        "data": { "object": { "b": 1, "a": [true, null] }, "text": "{\"x\": [1, 2]}" },
    });
    assert_eq!(plain(template, &scope).as_deref(), Ok(expected), "{template}");
}

#[test]
fn dates() {
    check("{{ at | date: '%b %-d, %-I:%M %p' }}", "Mar 15, 2:05 PM");
    check("{{ at | date: '%Y-%m-%d %H:%M', 'America/New_York' }}", "2024-03-15 10:05");
    check("{{ at | date: '%b %d' }}", "Mar 15");
    check("{{ at | date: '%e|%l' }}", "15| 2");
    check("{{ 'now' | date: '%A' }}", "Friday");
    check("{{ '2026-04-10' | date: '%b %d' }}", "Apr 10");
    check("{{ 'Fri, 15 Mar 2024 14:05:09 +0200' | date: '%H:%M %z' }}", "14:05 +0200");
    check("{{ 1152098955 | date: '%Y' }}", "2006");
    check("{{ 'soon' | date: '%Y' }}", "soon");
    check("{{ at | timezone: 'America/New_York' }}", "2024-03-15T10:05:09-04:00");
    check("{{ at | timezone: recipient.timezone | date: '%H:%M' }}", "10:05");
    check("{{ at | timezone: 'Etc/UTC' }}", "2024-03-15T14:05:09Z");
}

#[test]
fn dates_in_a_language() {
    check("{{ at | format_date_in_locale: 'en' }}", "3/15/24");
    check("{{ at | format_date_in_locale: 'en', 'medium' }}", "Mar 15, 2024");
    check("{{ at | format_date_in_locale: 'en', 'long' }}", "March 15, 2024");
    check("{{ at | format_date_in_locale: 'en', 'full' }}", "Friday, March 15, 2024");
    check("{{ at | format_date_in_locale: 'de', 'full' }}", "Freitag, 15. März 2024");
    check("{{ at | format_date_in_locale: 'fr-CA', 'long' }}", "15 mars 2024");
    check("{{ at | format_date_in_locale: 'pt_BR', 'short' }}", "15/03/2024");
    check("{{ at | format_datetime_in_locale: 'en', 'medium', 'short' }}", "Mar 15, 2024, 2:05\u{202f}PM");
    check("{{ at | format_datetime_in_locale: 'de', 'long', 'medium' }}", "15. März 2024 um 14:05:09");
    check("{{ at | format_datetime_in_locale: 'de', 'short', 'full' }}", "15.03.24, 14:05:09 UTC");
    check("{{ nothing | format_date_in_locale: 'en' }}", "");
}

#[test]
fn numbers_in_a_language() {
    check("{{ 1234567.891 | format_number: 'en' }}", "1,234,567.891");
    check("{{ 1234567 | format_number: 'de' }}", "1.234.567");
    check("{{ '1234' | format_number }}", "1,234");
    check("{{ 1234.5 | currency }}", "$1,234.50");
    check("{{ 1234.5 | currency: 'EUR', 'de' }}", "1.234,50\u{a0}€");
    check("{{ 1234.5 | currency: 'GBP', 'en-GB' }}", "£1,234.50");
    check("{{ -5 | currency }}", "-$5.00");
    check("{{ 1234.5 | rounded_currency }}", "$1,234");
    check("{{ 1235.5 | rounded_currency: 'EUR', 'de' }}", "1.236\u{a0}€");
}

#[test]
fn json() {
    check("{{ data.object | json }}", r#"{"a":[true,null],"b":1}"#);
    check("{% assign parsed = data.text | from_json %}{{ parsed.x[1] }}", "2");
    check("{{ 'a\"b' | json }}", r#""a\"b""#);
}

#[test]
fn texts() {
    check("{{ 1 | pluralize: 'alert', 'alerts' }}", "alert");
    check("{{ 0 | pluralize: 'alert', 'alerts' }}", "alerts");
    check("{{ 2 | pluralize: 'alert', 'alerts' }}", "alerts");
    check("{{ recipient.name | titlecase }}", "Ada Lovelace");
    check("{{ 'a' | md5 }}", "0cc175b9c0f1b6a831c399e269772661");
    check("{{ 'a' | sha256 }}", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb");
    // RFC 4231, test case 2.
    check(
        "{{ 'what do ya want for nothing?' | hmac_sha256: 'Jefe' }}",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
    check("{{ '**bold** text' | from_markdown }}", "<p><strong>bold</strong> text</p>\n");
}

#[test]
fn lists_and_versions() {
    check("{{ tags | intersect: tags | join: ',' }}", "a,b,c");
    check("{% assign other = 'c,d,a' | split: ',' %}{{ tags | intersect: other | join: ',' }}", "a,c");
    check("{{ '1.2.3' | compare_versions: '1.10.0' }}", "-1");
    check("{{ '1.2.0' | compare_versions: '1.2' }}", "0");
    check("{{ 'v2.0.0' | compare_versions: '2.0.0-beta' }}", "1");
    check("{{ 'a' | equals: 'a' }}{{ 1 | equals: 2 }}", "truefalse");
}

#[test]
fn lists_of_different_kinds_are_not_sorted() {
    // Nil has no kind, and is between all others.
    let kinds = [json!(1), json!("a"), json!(2.5), json!(true)].map(|kind| [kind, json!(null)]);
    let mixed: Vec<_> = kinds.into_iter().flatten().cycle().take(60).collect();
    for filter in ["sort", "sort: 'by'"] {
        let objects: Vec<_> = mixed.iter().map(|by| json!({ "by": by })).collect();
        let items = if filter == "sort" { mixed.clone() } else { objects };
        let error = plain(&format!("{{{{ x | {filter} }}}}"), &json!({ "x": items })).unwrap_err();
        assert!(error.ends_with("the items are of different kinds"), "{error}");
    }
    let numbers = json!({ "x": [9_007_199_254_740_993_i64, null, 9_007_199_254_740_992.0, 9_007_199_254_740_992_i64, -1] });
    let sorted = plain("{{ x | sort | json }}", &numbers).unwrap();
    assert!(sorted.starts_with("[-1,9007199254740993,") && sorted.ends_with(",null]"), "{sorted}");
}

#[test]
fn entities() {
    check("{% assign user = 'jhammond' | user %}{{ user.name }}", "John Hammond");
    check(
        "{% assign user = 'nobody' | user %}[{{ user.name }}]{% if user == nil %}none{% endif %}",
        "[]none",
    );
    check("{% assign tenant = 'jurassic-park' | tenant %}{{ tenant.name }}", "Jurassic Park");
    check("{% assign object = 'trex' | object: 'dinosaurs' %}{{ object.name }}", "Rexy");
    check("{% assign all = 'jhammond' | subscriptions %}{{ all.size }} {{ all[24].object.id }}", "25 24");
}

#[test]
fn translations() {
    let renderer = Renderer::builder()
        .translation("en", "", json!({ "hello": "Hello {{ name }}", "only": "English" }))
        .translation(
            "en",
            "tasks",
            json!({ "due": { "zero": "None due", "one": "One due", "other": "{{ count }} due" } }),
        )
        .translation(
            "fr",
            "",
            json!({ "hello": "Bonjour {{ name }}", "a": { "b": "de {{ recipient.name }}" } }),
        )
        .translation("fr-CA", "", json!({ "hello": "Allô {{ name }}" }))
        .translation("fr", "system", json!({ "Good morning. All of you.": "Bonjour à tous" }))
        .build();
    let check = |locale: &str, template: &str, expected: &str| {
        let scope = json!({ "recipient": { "locale": locale, "name": "Ada" } });
        assert_eq!(text(&renderer, template, &scope).as_deref(), Ok(expected), "{template}");
    };
    check("en", "{{ 'hello' | t: name: 'Ada' }}", "Hello Ada");
    check("fr", "{{ 'hello' | t: name: recipient.name }}", "Bonjour Ada");
    check("fr-CA", "{{ 'hello' | t: name: 'Ada' }}", "Allô Ada");
    // What a region lacks is that of the language, and what the language lacks that of the default.
    check("fr-CA", "{{ 'a.b' | t }}", "de Ada");
    check("fr-CA", "{{ 'only' | t }}", "English");
    check("de", "{{ 'only' | t }}", "English");
    check("en", "{{ 'tasks:due' | t: count: 0 }}", "None due");
    check("en", "{{ 'tasks:due' | t: count: 1 }}", "One due");
    check("en", "{{ 'tasks:due' | t: count: 7 }}", "7 due");
    check("en", "{{ 'tasks:due' | t: count: '1' }}", "One due");
    check("fr", "{% t %}Good morning. All of you.{% endt %}", "Bonjour à tous");
    check("en", "{% t %}Good morning. All of you.{% endt %}", "Good morning. All of you.");
    check("en", "{{ 'no.such' | t }}", "no.such");
}
