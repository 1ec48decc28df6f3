//! Emails, as section 3.4 of what is known of Knock has it.

use knock_emulator::ChannelKind;
use knock_emulator::render::{Builder, Content, Context, Email, RenderError, Renderer, Step};
use serde_json::{Value, json};

use crate::{World, now};

fn scope() -> Value {
    json!({
        "recipient": { "id": "ada", "name": "Ada", "email": "ada@example.com" },
        "data": { "url": "https://example.com/?a=1&b=2", "markdown": "**x**", "late": "late" },
        "vars": { "branding": { "primary_color": "#ff0000" } },
    })
}

fn try_render(builder: Builder, template: &Value) -> Result<Email, RenderError> {
    render_step(builder, &Step::new("email_1", ChannelKind::Email, template))
}

fn render_step(builder: Builder, step: &Step<'_>) -> Result<Email, RenderError> {
    match builder.build().render(step, &Context::new(&scope(), now(), &World))? {
        Content::Email(email) => Ok(email),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn render(builder: Builder, template: &Value) -> Email {
    try_render(builder, template).unwrap()
}

fn layout(html: &str) -> Builder {
    Renderer::builder().layout("plain", &json!({ "html_layout": html, "text_layout": "T[{{ content }}]" }))
}

/// What is between two parts of a text.
#[track_caller]
fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    text.split_once(start).and_then(|(_, rest)| rest.split_once(end)).unwrap_or_else(|| panic!("{text}")).0
}

#[test]
fn markdown_is_compiled_before_its_liquid() {
    let content = "# {{ data.markdown }}\n\n{% if data.late %}\n> {{ data.late }}\n{% endif %}\n\n[link]({{ data.url }}) *a*{{ 'b' }}*c*\n\n\
                   {% for x in (1..2) %}\n- item {{ x }}\n{% endfor %}\n";
    let template = json!({ "subject": "s", "visual_blocks": [{ "type": "markdown", "content": content }] });
    let html = render(Renderer::builder(), &template).html;
    let cell = between(&html, "<td class=\"block-markdown\"", "</td>");
    let cell = cell.split_once('>').unwrap().1;
    let lines: Vec<&str> = cell.lines().filter(|line| !line.trim().is_empty()).collect();
    assert_eq!(
        lines,
        [
            "<h1>**x**</h1>",
            "<blockquote>",
            "<p>late</p>",
            "</blockquote>",
            "<p><a href=\"https://example.com/?a=1&b=2\">link</a> <em>a</em>b<em>c</em></p>",
            "<ul>",
            "<li>item 1</li>",
            "</ul>",
            "<ul>",
            "<li>item 2</li>",
            "</ul>",
        ]
    );
}

#[test]
fn without_a_layout_the_template_is_the_document() {
    let email = render(
        Renderer::builder(),
        &json!({ "subject": " Hi\n{{ recipient.name }} ", "html_body": "<p>{{ data.late }}</p>" }),
    );
    assert_eq!(email.html, "<p>late</p>");
    assert_eq!(email.text, "late");
    assert_eq!(email.subject, "Hi Ada");
    assert_eq!(email.to, "ada@example.com");
    assert!(!email.own_layout);
}

#[test]
fn layouts_see_what_the_template_assigns_after_the_content() {
    let template = json!({
        "html_body": "{% assign late = 'assigned' %}body",
        "settings": { "layout_key": "plain", "pre_content": "{% assign early = 'early' %}" },
    });
    let html = render(layout("<body>{{ early }}|{{ late }}|{{ content }}|{{ late }}</body>"), &template).html;
    assert_eq!(between(&html, "<body>", "</body>"), "early||body|assigned");
}

#[test]
fn pre_content_is_in_the_html_and_the_text() {
    let template =
        json!({ "html_body": "body", "settings": { "layout_key": "plain", "pre_content": "pre" } });
    let email = render(layout("<body>{{ content }}</body>"), &template);
    assert!(email.html.contains("pre"), "{}", email.html);
    assert_eq!(email.text, "preT[body]");
}

#[test]
fn text_is_made_from_the_html_or_given() {
    let html = "<h1>Title</h1><p>Text with <a href=\"https://a.b\">link</a></p><ul><li>one</li></ul>";
    let generated = render(Renderer::builder(), &json!({ "html_body": html })).text;
    assert_eq!(generated, "Title\n\nText with link (https://a.b)\n- one");
    let shown = json!({ "html_body": "<p><a href=\"https://a.b\">https://a.b</a> <a href=\"mailto:a@b.c\">a@b.c</a></p>" });
    assert_eq!(render(Renderer::builder(), &shown).text, "https://a.b a@b.c");
    // No link is broken.
    let url = format!("https://a.b/{}", "x".repeat(500));
    let long = render(Renderer::builder(), &json!({ "html_body": format!("<p>Go to {url}</p>") })).text;
    assert_eq!(long, format!("Go to {url}"));
    let given = json!({ "html_body": html, "text_body": "{{ recipient.name }}", "settings": { "layout_key": "plain" } });
    assert_eq!(render(layout("{{ content }}"), &given).text, "T[Ada]");
}

#[test]
fn styles_are_inlined() {
    let html = render(
        layout("<head><style>p { color: red }</style></head><body>{{ content }}</body>"),
        &json!({
            "html_body": "<p>a</p>",
            "settings": { "layout_key": "plain" },
        }),
    );
    assert!(html.html.contains("<p style=\"color: red;\">a</p>"), "{}", html.html);
}

#[test]
fn styles_of_partials_are_in_the_head_once() {
    let partial = json!({
        "type": "html",
        "content": "{% assign c = 'blue' %}<style>.x { color: {{ c }}{{ color }}; }</style><i class=\"x\">{{ c }}</i>",
    });
    let template = json!({
        "html_body": "{% render 'x', color: 'red' %}{% render 'x', color: 'red' %}",
        "settings": { "layout_key": "plain" },
    });
    let builder = layout("<head><title>t</title></head><body>{{ content }}</body>").partial("x", &partial);
    let html = render(builder, &template).html;
    let (head, body) = html.split_once("<body>").unwrap();
    // What the partial assigns outside of its style is not visible in it.
    assert_eq!(head.matches(".x { color: red; }").count(), 1, "{html}");
    assert!(!body.contains("<style"), "{html}");
    assert_eq!(body.matches("<i class=\"x\" style=\"color: red;\">blue</i>").count(), 2, "{html}");
    // Without a layout they stay where they are.
    let bare = json!({ "html_body": "{% render 'x', color: 'red' %}" });
    let html = render(Renderer::builder().partial("x", &partial), &bare).html;
    assert!(html.contains(".x { color: bluered; }"), "{html}");
}

#[test]
fn partials_are_isolated_and_get_texts() {
    let schema = json!([{ "type": "json", "key": "kept" }, { "type": "boolean", "key": "flag" }]);
    let content = "[{{ recipient.name }}{% if flag == 'false' %}text{% endif %}{{ kept.a }}{% if flag %} truthy{% endif %}]";
    let partial = json!({ "type": "html", "content": content, "input_schema": schema });
    let template = json!({ "html_body": "{% assign kept = '{\"a\": 1}' | from_json %}{% render 'x', flag: false, kept: kept %}" });
    let html = render(Renderer::builder().partial("x", &partial), &template).html;
    assert_eq!(html, "[text1 truthy]");
}

#[test]
fn partials_nest_five_deep() {
    let nested = |count: usize| {
        let builder = (1..count).fold(Renderer::builder(), |builder, number| {
            let content = format!("{{% render 'p{}' %}}", number + 1);
            builder.partial(format!("p{number}"), &json!({ "type": "html", "content": content }))
        });
        let builder = builder.partial(format!("p{count}"), &json!({ "type": "html", "content": "end" }));
        try_render(builder, &json!({ "html_body": "{% render 'p1' %}" })).map(|email| email.html)
    };
    assert_eq!(nested(5).unwrap(), "end");
    let error = nested(6).unwrap_err().to_string();
    assert!(error.contains("partials are nested more than 5 deep"), "{error}");
}

#[test]
fn partial_blocks_have_defaults() {
    let partial = json!({
        "type": "html",
        "content": "{{ image.url }} {{ image.alt }} {{ text }} {{ other }}",
        "input_schema": [
            { "type": "image", "key": "image", "url": { "settings": { "default": "u" } }, "alt": { "settings": { "default": "a" } } },
            { "type": "text", "key": "text", "settings": { "default": "default" } },
            { "type": "text", "key": "other", "settings": { "default": "default" } },
        ],
    });
    let block = json!({ "type": "partial", "key": "x", "attrs": { "other": "{{ recipient.name }}" } });
    let html = render(Renderer::builder().partial("x", &partial), &json!({ "visual_blocks": [block] })).html;
    assert!(html.contains("u a default Ada"), "{html}");
}

#[test]
fn blocks() {
    let template = json!({ "visual_blocks": [
        { "type": "divider", "layout_attrs": { "padding_top": 8, "padding_left": 4 } },
        { "type": "image", "url": "{{ data.url }}", "alt": "a \"b\"", "action": "https://a.b", "style_attrs": { "width": 200 },
          "layout_attrs": { "horizontal_align": "center" } },
        { "type": "html", "content": "<i>{{ recipient.name }}</i>" },
        { "type": "button_set", "buttons": [
            { "label": "Go {{ recipient.name }}", "action": "{{ data.url }}", "variant": "solid", "size_attrs": { "size": "sm" },
              "style_attrs": { "background_color": "primary_color", "text_color": "primary_color_contrast", "border_radius": 6 } },
            { "label": "No", "action": "#", "variant": "outline", "style_attrs": { "text_color": "red\"; }<script>" } },
        ], "layout_attrs": { "column_gap": 12 } },
    ] });
    let html = render(Renderer::builder(), &template).html;
    for part in [
        "class=\"block-row block-row--divider-v1\"",
        "style=\"padding: 8px 0px 0px 4px\"",
        "align=\"center\"",
        "src=\"https://example.com/?a=1&b=2\" alt=\"a &quot;b&quot;\" width=\"200\"",
        "<i>Ada</i>",
        "class=\"block-button block-button--solid block-button--sm\" href=\"https://example.com/?a=1&b=2\"",
        "background-color: #ff0000; color: #FFFFFF",
        ">Go Ada</a>",
        "width: 12px",
        "color: red script;",
    ] {
        assert!(html.contains(part), "{part}\n{html}");
    }
    let unknown = json!({ "visual_blocks": [{ "type": "markdown" }, { "type": "row" }] });
    let error = try_render(Renderer::builder(), &unknown).unwrap_err();
    assert_eq!(error.to_string(), "email_1: visual_blocks[1]: the block type `row` is not known");
}

#[test]
fn errors_in_markdown_have_its_lines() {
    let content = "# Title\n\nText\n\n{{ 'x' | date: '%Y', 'UTC' }} and {{ 1 | divided_by: 0 }}";
    let template =
        json!({ "visual_blocks": [{ "type": "divider" }, { "type": "markdown", "content": content }] });
    let error = try_render(Renderer::builder(), &template).unwrap_err();
    assert_eq!(
        (error.field(), error.line(), error.name()),
        ("visual_blocks[1].content", Some(5), Some("divided_by"))
    );
}

#[test]
fn a_directory_without_a_default_layout_gets_one() {
    let template = json!({
        "subject": "Subject",
        "visual_blocks": [{ "type": "markdown", "content": "Hi **{{ recipient.name }}**" }],
        "settings": { "layout_key": "default" },
    });
    let email = render(Renderer::builder(), &template);
    assert!(email.own_layout);
    assert!(email.html.contains("A plain layout of knock-emulator's own"), "{}", email.html);
    assert!(email.html.contains("<title>Subject</title>"));
    assert_eq!(email.text, "Hi Ada");
    let own = json!({ "html_layout": "<body>{{ content }}</body>" });
    assert!(!render(Renderer::builder().layout("default", &own), &template).own_layout);

    let missing = json!({ "html_body": "a", "settings": { "layout_key": "nothing" } });
    let error = try_render(Renderer::builder(), &missing).unwrap_err();
    assert_eq!(error.to_string(), "email_1: settings.layout_key: there is no email layout `nothing`");
}

#[test]
fn layouts_have_footer_links_and_branding() {
    let layout = json!({
        "html_layout": "<body>{{ vars.branding.logo_url }} {{ vars.branding.dark_logo_url }} {{ vars.branding.primary_color }} {{ footer_links }}{{ content }}</body>",
        "footer_links": [{ "text": "Home", "url": "https://a.b" }, { "label": "Help", "url": "https://a.c" }],
        "branding_overrides": { "logo_url": "https://logo" },
    });
    let template = json!({ "html_body": "", "settings": { "layout_key": "x" } });
    let html = render(Renderer::builder().layout("x", &layout), &template).html;
    assert!(html.contains("https://logo https://logo #ff0000"), "{html}");
    assert!(html.contains("<a href=\"https://a.b\">Home</a>"), "{html}");
    assert!(html.contains("<a href=\"https://a.c\">Help</a>"), "{html}");
}

#[test]
fn footer_links_are_liquid() {
    let layout = |url: &str| {
        let links = json!([{ "text": "{{ recipient.name }} & {{ data.late }}", "url": url }]);
        json!({ "html_layout": "<body>{{ footer_links }}{{ content }}</body>", "footer_links": links })
    };
    let template = json!({ "html_body": "", "settings": { "layout_key": "x" } });
    let link = layout("{{ data.url }}&c=\"{{ vars.branding.primary_color }}\"");
    let html = render(Renderer::builder().layout("x", &link), &template).html;
    let expected =
        "<a href=\"https://example.com/?a=1&amp;b=2&amp;c=&quot;#ff0000&quot;\">Ada &amp; late</a>";
    assert!(html.contains(expected), "{html}");
    let error = try_render(Renderer::builder().layout("x", &layout("{{ a | b }}")), &template).unwrap_err();
    assert_eq!(
        error.to_string(),
        "email_1: layout `x`, footer_links[0].url, line 1: the filter `b` is not known"
    );
}

#[test]
fn mjml() {
    let template = json!({
        "is_mjml": true,
        "html_body": "<mjml><mj-body><mj-section><mj-column><mj-text>Hi {{ recipient.name }}</mj-text></mj-column></mj-section></mj-body></mjml>",
    });
    let email = render(Renderer::builder(), &template);
    assert!(email.html.contains("<table"), "{}", email.html);
    assert!(email.html.contains("Hi Ada"));
    assert_eq!(email.text, "Hi Ada");

    let layout = json!({
        "is_mjml": true,
        "html_layout": "<mjml><mj-head><mj-title>t</mj-title></mj-head><mj-body><mj-section><mj-column>{{ content }}</mj-column></mj-section></mj-body></mjml>",
    });
    // HTML in MJML is wrapped.
    let template = json!({ "html_body": "<p>{{ recipient.name }}</p>", "settings": { "layout_key": "x" } });
    let html = render(Renderer::builder().layout("x", &layout), &template).html;
    assert!(html.contains(">Ada</p>"), "{html}");
    assert!(!html.contains("<mj"), "{}", html.split("<mj").nth(1).unwrap());

    let mixed = json!({ "is_mjml": true, "html_body": "<mj-text>a</mj-text>", "settings": { "layout_key": "plain" } });
    let error = try_render(self::layout("{{ content }}"), &mixed).unwrap_err();
    assert_eq!(
        error.to_string(),
        "email_1: settings.layout_key: a template in MJML takes an MJML layout, or none"
    );
    let broken = json!({ "is_mjml": true, "html_body": "<mjml><mj-body>" });
    assert!(
        try_render(Renderer::builder(), &broken).unwrap_err().message().starts_with("the MJML is not valid")
    );
}

#[test]
fn the_mark_against_tracking_is_removed() {
    let html = "<a data-knock-no-track href=\"https://a.b\">a</a><a href=\"https://a.c\" data-knock-no-track=\"true\">b</a>";
    let html = render(Renderer::builder(), &json!({ "html_body": html })).html;
    assert_eq!(html, "<a href=\"https://a.b\">a</a><a href=\"https://a.c\">b</a>");
}

#[test]
fn addresses() {
    let template = json!({ "html_body": "a" });
    let overrides = json!({
        "to_address": "{{ recipient.id }}@example.org",
        "cc_address": "a@b.c,d@e.f",
        "from_name": "{{ recipient.name }} via App",
        "json_overrides": "{\"tag\": \"{{ recipient.id }}\"}",
    });
    let channel = json!({ "from_address": "app@example.com", "reply_to_address": "reply@example.com", "cc_address": "x@y.z" });
    let step = Step::new("email_1", ChannelKind::Email, &template).overrides(&overrides).channel(&channel);
    let email = render_step(Renderer::builder(), &step).unwrap();
    assert_eq!(email.to, "ada@example.org");
    assert_eq!(email.from, "Ada via App <app@example.com>");
    assert_eq!(email.cc.as_deref(), Some("a@b.c,d@e.f"));
    assert_eq!(email.reply_to.as_deref(), Some("reply@example.com"));
    assert_eq!(email.bcc, None);
    assert_eq!(email.json_overrides, Some(json!({ "tag": "ada" })));
}

#[test]
fn attachments() {
    let file = json!({ "name": "a.txt", "content_type": "text/plain", "content": "YQ==", "content_id": "a" });
    let render = |data: Value, settings: Value| {
        let scope = json!({ "data": data });
        let template = json!({ "html_body": "a", "settings": settings });
        let step = Step::new("email_1", ChannelKind::Email, &template);
        let content =
            Renderer::builder().build().render(&step, &Context::new(&scope, now(), &World)).unwrap();
        let Content::Email(email) = content else { unreachable!() };
        email.attachments
    };
    let one = render(json!({ "attachments": file }), json!({}));
    assert_eq!((one.len(), one[0].name.as_str(), one[0].content_id.as_deref()), (1, "a.txt", Some("a")));
    assert_eq!(
        render(json!({ "files": [file, file, "no file"] }), json!({ "attachment_key": "files" })).len(),
        2
    );
    assert_eq!(render(json!({}), json!({})), []);
}
