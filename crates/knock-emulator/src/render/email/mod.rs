//! Emails: from blocks or HTML to a document that mail programs show.

mod blocks;
mod html;
mod mjml;
mod text;

use std::sync::Arc;

use serde_json::Value as Json;

use crate::render::branding;
use crate::render::content::{Attachment, Email};
use crate::render::error::{Problem, RenderError};
use crate::render::fields::Fields;
use crate::render::library::{Layout, Medium, Parsed};
use crate::render::liquid::parse::Template;
use crate::render::liquid::run::{Environment, Run};
use crate::render::liquid::value::{Members, Value};
use crate::render::messages::list;

/// The layout of an email whose layout `default` is not in the directory, as that of Knock is not public.
const OWN_LAYOUT: &str = include_str!("layout.html");
/// What is at the top of the head of every layout.
const BASE_CSS: &str = include_str!("base.css");

/// The documents of an email.
struct Documents {
    html: String,
    text: String,
}

impl Fields<'_> {
    pub(super) fn email(mut self) -> Result<Email, RenderError> {
        let (layout, own_layout) = self.layout()?;
        let no_overrides = Json::Null;
        let brand = branding::of(
            self.context.scope,
            layout.as_ref().map_or(&no_overrides, |layout| &layout.branding),
        );
        self.brand(&brand);
        let subject = self.field("subject")?.unwrap_or_default();
        let preview = self.setting("preview_text")?;
        let Documents { html, text } =
            self.documents(layout.as_ref(), &brand, &subject, preview.as_deref())?;
        let from = self.address("from_address")?.unwrap_or_else(|| "emulator@example.com".to_owned());
        Ok(Email {
            from: match self.address("from_name")? {
                Some(name) => format!("{name} <{from}>"),
                None => from,
            },
            to: self.address("to_address")?.unwrap_or_else(|| self.recipient("email")),
            cc: self.address("cc_address")?,
            bcc: self.address("bcc_address")?,
            reply_to: self.address("reply_to_address")?,
            // A subject is one line.
            subject: subject.split_whitespace().collect::<Vec<_>>().join(" "),
            html,
            text,
            preview,
            attachments: self.attachments(),
            json_overrides: self
                .json(&self.step.overrides["json_overrides"], "channel_overrides.json_overrides")?,
            own_layout,
        })
    }

    /// The layout that the step names, and whether it is the emulator's own.
    fn layout(&self) -> Result<(Option<Layout>, bool), RenderError> {
        let Some(key) = self.step.template["settings"]["layout_key"].as_str().filter(|key| !key.is_empty())
        else {
            return Ok((None, false));
        };
        match self.library.layouts.get(key) {
            Some(layout) => Ok((Some(layout.clone()), false)),
            None if key == "default" => {
                let layout = serde_json::json!({ "html_layout": OWN_LAYOUT, "text_layout": "{{ content }}" });
                Ok((Some(Layout::new(&layout)), true))
            }
            None => {
                let problem = Problem::new(format!("there is no email layout `{key}`")).name(key);
                Err(self.error("settings.layout_key", problem))
            }
        }
    }

    /// Makes the branding `vars.branding`.
    fn brand(&mut self, brand: &serde_json::Map<String, Json>) {
        let mut vars = match self.globals.get("vars") {
            Some(Value::Object(vars)) => (**vars).clone(),
            _ => Members::new(),
        };
        vars.insert("branding".into(), Value::from(&Json::Object(brand.clone())));
        self.globals.insert("vars".into(), Value::Object(Arc::new(vars)));
    }

    fn documents(
        &self,
        layout: Option<&Layout>,
        brand: &serde_json::Map<String, Json>,
        subject: &str,
        preview: Option<&str>,
    ) -> Result<Documents, RenderError> {
        let template_is_mjml = self.step.template["is_mjml"].as_bool().unwrap_or_default();
        let is_mjml = layout.map_or(template_is_mjml, |layout| layout.is_mjml);
        if template_is_mjml && !is_mjml {
            let problem = Problem::new("a template in MJML takes an MJML layout, or none");
            return Err(self.error("settings.layout_key", problem));
        }
        let mut env = self.environment();
        env.medium = if layout.is_some() { Medium::Layout } else { Medium::Html };
        let mut run = Run::new(&env, &self.globals);
        let pre_content = self.pre_content(&mut run)?;
        // What the template assigns is visible after `{{ content }}` only.
        let before = run.locals();
        let content = self.content(&mut run, brand)?;
        let text_body = self.run(&mut run, "text_body")?;
        let after = run.replace_locals(before);

        let document = match layout {
            None => format!("{pre_content}{content}"),
            Some(layout) => {
                run.assign("title", Value::text(subject));
                run.assign("preview_text", Value::text(preview.unwrap_or_default()));
                let footer = self.footer(&mut run, layout)?;
                run.assign("footer_links", Value::text(footer));
                run.content(&content, after);
                let html = self.in_layout(&mut run, &layout.html, "html_layout")?;
                with_styles(&format!("{pre_content}{html}"), &env, is_mjml)
            }
        };
        let document = if is_mjml {
            mjml::to_html(&document).map_err(|problem| self.error("mjml", problem))?
        } else {
            document
        };
        let html = html::finished(&document).map_err(|problem| self.error("html_body", problem))?;

        let text = if let Some(text) = text_body {
            text
        } else {
            let content = if is_mjml { &html } else { &content };
            html::to_text(content).map_err(|problem| self.error("html_body", problem))?
        };
        let text = match layout.and_then(|layout| layout.text.as_ref()) {
            Some(layout) => {
                run.assign("content", Value::text(text));
                self.in_layout(&mut run, layout, "text_layout")?
            }
            None => text,
        };
        let text = format!("{}{text}", pre_content.trim_start());
        Ok(Documents { html, text: text.trim().to_owned() })
    }

    fn pre_content(&self, run: &mut Run<'_>) -> Result<String, RenderError> {
        let Some(text) = self.step.template["settings"]["pre_content"].as_str() else {
            return Ok(String::new());
        };
        let written = Template::parse(text).and_then(|template| run.render(&template));
        let written = written.map_err(|problem| self.error("settings.pre_content", problem))?;
        Ok(if written.trim().is_empty() { String::new() } else { written })
    }

    fn content(
        &self,
        run: &mut Run<'_>,
        brand: &serde_json::Map<String, Json>,
    ) -> Result<String, RenderError> {
        match &self.step.template["visual_blocks"] {
            Json::Null => Ok(self.run(run, "html_body")?.unwrap_or_default()),
            blocks => blocks::Blocks { fields: self, run, brand }.render(list(blocks)),
        }
    }

    /// Renders a field of the template, whose variables stay for the next.
    fn run(&self, run: &mut Run<'_>, field: &str) -> Result<Option<String>, RenderError> {
        let Some(text) = self.step.template[field].as_str() else { return Ok(None) };
        let rendered = Template::parse(text).and_then(|template| run.render(&template));
        rendered.map(Some).map_err(|problem| self.error(field, problem))
    }

    fn in_layout(&self, run: &mut Run<'_>, layout: &Parsed, field: &str) -> Result<String, RenderError> {
        let rendered = layout.clone().and_then(|template| run.render(&template));
        let key = self.step.template["settings"]["layout_key"].as_str().unwrap_or_default();
        rendered.map_err(|problem| self.error(&format!("layout `{key}`, {field}"), problem))
    }

    fn footer(&self, run: &mut Run<'_>, layout: &Layout) -> Result<String, RenderError> {
        let mut links = Vec::new();
        for (index, (text, url)) in layout.footer_links.iter().enumerate() {
            let text = self.in_layout(run, text, &format!("footer_links[{index}].text"))?;
            let url = self.in_layout(run, url, &format!("footer_links[{index}].url"))?;
            links.push(format!(r#"<a href="{}">{text}</a>"#, html::attribute(url.trim())));
        }
        Ok(links.join(" &middot; "))
    }

    /// The files in the data, one or a list. After a batch, there are those of its opener unless a later step added some.
    fn attachments(&self) -> Vec<Attachment> {
        let key = self.step.template["settings"]["attachment_key"].as_str().unwrap_or("attachments");
        let at_key = |data| key.split('.').fold(data, |value: &Json, name| &value[name]);
        let own = at_key(&self.context.scope["data"]);
        let value = self.context.opener.filter(|_| own.is_null()).map_or(own, at_key);
        let files = if value.is_object() { std::slice::from_ref(value) } else { list(value) };
        files.iter().filter_map(attachment).collect()
    }
}

fn attachment(file: &Json) -> Option<Attachment> {
    let text = |name: &str| file[name].as_str().map(str::to_owned);
    Some(Attachment {
        name: text("name")?,
        content_type: text("content_type").unwrap_or_else(|| "application/octet-stream".to_owned()),
        content: text("content")?,
        content_id: text("content_id"),
        disposition: text("disposition"),
    })
}

/// Puts the styles of blocks and partials at the top of the head.
fn with_styles(document: &str, env: &Environment<'_>, is_mjml: bool) -> String {
    let partials = env.styles.borrow().concat();
    let (tag, styles) = if is_mjml {
        ("<mj-head", partials.replace("<style", "<mj-style").replace("</style>", "</mj-style>"))
    } else {
        ("<head", format!("<style>\n{BASE_CSS}</style>\n{partials}"))
    };
    let lower = document.to_ascii_lowercase();
    let head =
        lower.match_indices(tag).find(|(at, _)| lower[at + tag.len()..].starts_with(['>', ' ', '\n', '\t']));
    let inside = head.and_then(|(at, _)| lower[at..].find('>').map(|end| at + end + 1));
    match inside {
        Some(at) => format!("{}\n{styles}{}", &document[..at], &document[at..]),
        None if is_mjml => document.to_owned(),
        None => format!("{styles}{document}"),
    }
}
