//! Visual blocks, as tables with inline styles. The names of the classes are Knock's; the rest is our own.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json};

use crate::render::branding::color;
use crate::render::email::html::attribute;
use crate::render::error::{Problem, RenderError};
use crate::render::fields::Fields;
use crate::render::liquid::parse::Template;
use crate::render::liquid::run::Run;
use crate::render::liquid::value::{Members, Value};
use crate::render::markdown_template;
use crate::render::messages::list;

pub(super) struct Blocks<'b, 'r> {
    pub(super) fields: &'b Fields<'b>,
    pub(super) run: &'b mut Run<'r>,
    pub(super) brand: &'b Map<String, Json>,
}

impl Blocks<'_, '_> {
    pub(super) fn render(&mut self, blocks: &[Json]) -> Result<String, RenderError> {
        let mut html = String::new();
        for (index, block) in blocks.iter().enumerate() {
            let field = format!("visual_blocks[{index}]");
            let kind = block["type"].as_str().unwrap_or_default();
            let (cell, inner) = match kind {
                "markdown" => (" class=\"block-markdown\"", self.markdown(block, &field)?),
                "html" => ("", self.text(&block["content"], &format!("{field}.content"))?),
                "divider" => ("", "<div class=\"block-divider\">&nbsp;</div>".to_owned()),
                "image" => ("", self.image(block, &field)?),
                "button_set" => ("", self.buttons(block, &field)?),
                "partial" => ("", self.partial(block, &field)?),
                _ => {
                    let problem = Problem::new(format!("the block type `{kind}` is not known")).name(kind);
                    return Err(self.fields.error(&field, problem));
                }
            };
            let layout = &block["layout_attrs"];
            let align = align(layout);
            let padding: Vec<String> = ["top", "right", "bottom", "left"]
                .map(|side| pixels(&layout[format!("padding_{side}")], 0))
                .into();
            let padding = padding.join(" ");
            // Writing to a String does not fail.
            let _ = writeln!(
                html,
                "<table class=\"block-row block-row--{kind}-v1\" role=\"presentation\" width=\"100%\" cellpadding=\"0\" \
                 cellspacing=\"0\" border=\"0\">\n<tr>\n<td{cell} align=\"{align}\" style=\"padding: {padding}\">\n{}\n</td>\n\
                 </tr>\n</table>",
                inner.trim_end(),
            );
        }
        Ok(html)
    }

    /// Markdown is compiled first, then its Liquid is rendered.
    fn markdown(&mut self, block: &Json, field: &str) -> Result<String, RenderError> {
        let text = block["content"].as_str().unwrap_or_default();
        let rendered = markdown_template::parse(text).and_then(|template| self.run.render(&template));
        rendered.map_err(|problem| self.fields.error(&format!("{field}.content"), problem))
    }

    /// Renders a text with Liquid.
    fn text(&mut self, value: &Json, field: &str) -> Result<String, RenderError> {
        let text = match value {
            Json::Null => return Ok(String::new()),
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        let rendered = Template::parse(&text).and_then(|template| self.run.render(&template));
        rendered.map_err(|problem| self.fields.error(field, problem))
    }

    fn image(&mut self, block: &Json, field: &str) -> Result<String, RenderError> {
        let url = self.text(&block["url"], &format!("{field}.url"))?;
        let alt = self.text(&block["alt"], &format!("{field}.alt"))?;
        let action = self.text(&block["action"], &format!("{field}.action"))?;
        let width = &block["style_attrs"]["width"];
        // Outlook reads the attribute, others the style.
        let number = if width.is_number() { format!(" width=\"{width}\"") } else { String::new() };
        let image = format!(
            "<img class=\"block-image\" src=\"{}\" alt=\"{}\"{number} style=\"display: inline-block; width: {}; max-width: 100%; \
             border: 0\">",
            attribute(url.trim()),
            attribute(&alt),
            size(width),
        );
        Ok(match action.trim() {
            "" => image,
            action => format!("<a href=\"{}\" target=\"_blank\">{image}</a>", attribute(action)),
        })
    }

    fn buttons(&mut self, block: &Json, field: &str) -> Result<String, RenderError> {
        let layout = &block["layout_attrs"];
        let mut cells = String::new();
        for (index, button) in list(&block["buttons"]).iter().enumerate() {
            let field = format!("{field}.buttons[{index}]");
            if index > 0 {
                let gap = pixels(&layout["column_gap"], 8);
                let _ = writeln!(cells, "<td style=\"width: {gap}; font-size: 1px\">&nbsp;</td>");
            }
            cells.push_str(&self.button(button, &field)?);
        }
        let full = list(&block["buttons"]).iter().any(|button| button["size_attrs"]["is_fullwidth"] == true);
        let width = if full { " width=\"100%\"" } else { "" };
        Ok(format!(
            "<table role=\"presentation\" align=\"{}\"{width} cellpadding=\"0\" cellspacing=\"0\" border=\"0\">\n<tr>\n{cells}</tr>\n\
             </table>",
            align(layout),
        ))
    }

    fn button(&mut self, button: &Json, field: &str) -> Result<String, RenderError> {
        let label = self.text(&button["label"], &format!("{field}.label"))?;
        let action = self.text(&button["action"], &format!("{field}.action"))?;
        let variant = if button["variant"] == "outline" { "outline" } else { "solid" };
        let size =
            button["size_attrs"]["size"].as_str().filter(|size| matches!(*size, "sm" | "lg")).unwrap_or("md");
        let style = &button["style_attrs"];
        let named = |name: &str, default: &str| color(self.brand, style[name].as_str().unwrap_or(default));
        let solid = variant == "solid";
        let background = named("background_color", if solid { "primary_color" } else { "transparent" });
        let text = named("text_color", if solid { "primary_color_contrast" } else { "primary_color" });
        let border = named("border_color", "primary_color");
        let width = pixels(&style["border_width"], u32::from(!solid));
        let radius = pixels(&style["border_radius"], 6);
        let full = button["size_attrs"]["is_fullwidth"] == true;
        let (class, display) = if full { (" block-button--full", "; display: block") } else { ("", "") };
        Ok(format!(
            "<td class=\"block-button-cell\" bgcolor=\"{background}\" style=\"background-color: {background}; border-radius: \
             {radius}\"><a class=\"block-button block-button--{variant} block-button--{size}{class}\" href=\"{}\" \
             target=\"_blank\" style=\"background-color: {background}; color: {text}; border: {width} solid {border}; \
             border-radius: {radius}{display}\">{}</a></td>\n",
            attribute(action.trim()),
            label.trim(),
        ))
    }

    /// A partial, whose inputs are as they are in the block, and otherwise their defaults.
    fn partial(&mut self, block: &Json, field: &str) -> Result<String, RenderError> {
        let key = block["key"].as_str().unwrap_or_default();
        let mut given = Members::new();
        if let Some(partial) = self.fields.library.partial(key) {
            for (name, default) in &partial.defaults {
                given.insert(name.as_str().into(), Value::from(default));
            }
        }
        for (name, value) in block["attrs"].as_object().into_iter().flatten() {
            let value = self.rendered(value, &format!("{field}.attrs.{name}"))?;
            given.insert(name.as_str().into(), Value::from(&value));
        }
        let rendered = self.run.render_partial(key, &given);
        rendered.map_err(|problem| self.fields.error(field, problem))
    }

    /// Renders the texts in a value.
    fn rendered(&mut self, value: &Json, field: &str) -> Result<Json, RenderError> {
        Ok(match value {
            Json::String(_) => Json::String(self.text(value, field)?),
            Json::Array(items) => {
                let items: Result<Vec<Json>, _> =
                    items.iter().map(|item| self.rendered(item, field)).collect();
                Json::Array(items?)
            }
            Json::Object(members) => {
                let mut rendered = Map::new();
                for (name, value) in members {
                    rendered.insert(name.clone(), self.rendered(value, &format!("{field}.{name}"))?);
                }
                Json::Object(rendered)
            }
            other => other.clone(),
        })
    }
}

fn align(layout: &Json) -> &str {
    match layout["horizontal_align"].as_str() {
        Some(align @ ("center" | "right")) => align,
        _ => "left",
    }
}

fn pixels(value: &Json, default: u32) -> String {
    match value.as_f64().filter(|pixels| pixels.is_finite() && (0.0..10_000.0).contains(pixels)) {
        Some(pixels) => format!("{pixels}px"),
        None => format!("{default}px"),
    }
}

/// A width: a number of pixels, or a length of CSS.
fn size(value: &Json) -> String {
    match value {
        Json::String(length) => {
            length.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '%' || *c == '.').collect()
        }
        Json::Number(_) => pixels(value, 0),
        _ => "auto".to_owned(),
    }
}
