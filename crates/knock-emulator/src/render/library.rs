//! What templates share: partials, layouts and translations.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::render::error::Problem;
use crate::render::liquid::parse::Template;
use crate::render::markdown_template;

/// A template, or why it is not one.
pub(crate) type Parsed = Result<Template, Problem>;

#[derive(Clone, Debug, Default)]
pub(crate) struct Library {
    pub(crate) partials: BTreeMap<String, Partial>,
    pub(crate) layouts: BTreeMap<String, Layout>,
    /// By language and namespace.
    pub(crate) translations: BTreeMap<(String, String), Json>,
    pub(crate) default_locale: String,
}

impl Library {
    pub(crate) fn partial(&self, key: &str) -> Option<&Partial> {
        self.partials.get(key)
    }

    /// The text of a key `namespace:path.to.text`, in the first language that has it.
    pub(crate) fn translation(&self, locales: &[String], key: &str, count: Option<i64>) -> Option<&str> {
        let (namespace, path) = key.split_once(':').unwrap_or(("", key));
        let trees = locales
            .iter()
            .filter_map(|locale| self.translations.get(&(locale.clone(), namespace.to_owned())));
        trees.into_iter().find_map(|tree| leaf(tree, path, count))
    }

    /// The languages to look in: that of the recipient, with its region and without, and the default.
    pub(crate) fn locales(&self, locale: Option<&str>) -> Vec<String> {
        let mut locales: Vec<String> = Vec::new();
        let language = locale.and_then(|locale| locale.split(['-', '_']).next());
        for locale in [locale, language, Some(&*self.default_locale)].into_iter().flatten() {
            if !locales.iter().any(|known| known == locale) {
                locales.push(locale.to_owned());
            }
        }
        locales
    }
}

fn leaf<'t>(tree: &'t Json, path: &str, count: Option<i64>) -> Option<&'t str> {
    // A text that is its own key may have dots in it.
    let found = tree.get(path).or_else(|| path.split('.').try_fold(tree, |tree, name| tree.get(name)))?;
    let form = match count {
        Some(0) => found.get("zero").or_else(|| found.get("other")),
        Some(1) => found.get("one").or_else(|| found.get("other")),
        Some(_) => found.get("other"),
        None => None,
    };
    form.unwrap_or(found).as_str()
}

/// A partial.
#[derive(Clone, Debug)]
pub(crate) struct Partial {
    whole: Parsed,
    /// Without its styles, and the styles.
    body: Parsed,
    styles: Vec<Parsed>,
    /// Markdown, as HTML.
    html: Option<Parsed>,
    /// The inputs that arrive as they are. The others arrive as text.
    kept: BTreeSet<String>,
    /// The values of inputs that are not given.
    pub(crate) defaults: Vec<(String, Json)>,
}

/// How a partial is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Medium {
    /// As it is written.
    Source,
    /// In HTML. Markdown is HTML before its Liquid is rendered.
    Html,
    /// In HTML with a layout, whose head gets the styles.
    Layout,
}

impl Partial {
    pub(crate) fn new(partial: &Json) -> Self {
        let content = partial["content"].as_str().unwrap_or_default();
        let inputs = partial["input_schema"].as_array().map(Vec::as_slice).unwrap_or_default();
        let key = |input: &Json| input["key"].as_str().map(str::to_owned);
        let structured = |input: &&Json| {
            matches!(input["type"].as_str(), Some("json" | "list" | "multi_select" | "image" | "button"))
        };
        let (body, styles) = without_styles(content);
        let is_markdown = partial["type"] == "markdown";
        Self {
            whole: Template::parse(content),
            body: Template::parse(&body),
            styles: styles.iter().map(|style| Template::parse(style)).collect(),
            html: is_markdown.then(|| markdown_template::parse(content)),
            kept: inputs.iter().filter(structured).filter_map(key).collect(),
            defaults: inputs.iter().filter_map(|input| Some((key(input)?, default(input)?))).collect(),
        }
    }

    /// Whether an input arrives as it is, and not as text.
    pub(crate) fn keeps(&self, input: &str) -> bool {
        self.kept.contains(input)
    }

    /// The template, and the styles that stand elsewhere.
    pub(crate) fn templates(&self, medium: Medium) -> (&Parsed, &[Parsed]) {
        match (medium, &self.html) {
            (Medium::Html | Medium::Layout, Some(html)) => (html, &[]),
            (Medium::Layout, None) => (&self.body, &self.styles),
            _ => (&self.whole, &[]),
        }
    }
}

/// The default of an input. Those of images and buttons have parts.
fn default(input: &Json) -> Option<Json> {
    let own = |field: &Json| field["settings"].get("default").filter(|default| !default.is_null()).cloned();
    let part = |name: &str| Some((name.to_owned(), own(&input[name])?));
    match input["type"].as_str() {
        Some("image" | "button") => {
            let parts: serde_json::Map<_, _> =
                ["url", "alt", "action", "text"].into_iter().filter_map(part).collect();
            (!parts.is_empty()).then_some(Json::Object(parts))
        }
        _ => own(input),
    }
}

/// Takes the `<style>` elements out of HTML.
pub(crate) fn without_styles(html: &str) -> (String, Vec<String>) {
    let lower = html.to_ascii_lowercase();
    let (mut rest, mut body, mut styles) = (0, String::new(), Vec::new());
    while let Some(start) = lower[rest..].find("<style").map(|start| rest + start) {
        let Some(end) = lower[start..].find("</style>").map(|end| start + end + "</style>".len()) else {
            break;
        };
        body.push_str(&html[rest..start]);
        styles.push(html[start..end].to_owned());
        rest = end;
    }
    body.push_str(&html[rest..]);
    (body, styles)
}

/// A layout of emails.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) html: Parsed,
    pub(crate) text: Option<Parsed>,
    pub(crate) is_mjml: bool,
    /// The text and the URL of each.
    pub(crate) footer_links: Vec<(Parsed, Parsed)>,
    pub(crate) branding: Json,
}

impl Layout {
    pub(crate) fn new(layout: &Json) -> Self {
        let link = |link: &Json| {
            // An example of Knock's spells the text `label`.
            let text = link["text"].as_str().or_else(|| link["label"].as_str())?;
            Some((Template::parse(text), Template::parse(link["url"].as_str()?)))
        };
        let links = layout["footer_links"].as_array().map(Vec::as_slice).unwrap_or_default();
        let html = layout["html_layout"].as_str();
        Self {
            html: html.map_or_else(|| Err(Problem::new("the layout has no `html_layout`")), Template::parse),
            text: layout["text_layout"].as_str().map(Template::parse),
            is_mjml: layout["is_mjml"].as_bool().unwrap_or_default(),
            footer_links: links.iter().filter_map(link).collect(),
            branding: layout["branding_overrides"].clone(),
        }
    }
}
