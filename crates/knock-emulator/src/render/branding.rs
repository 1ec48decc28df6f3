//! The colours and pictures of a brand.

use serde_json::{Map, Value as Json, json};

/// The branding of a message: that of the tenant, else of the layout, else of the variables, else Knock's defaults.
pub(crate) fn of(scope: &Json, layout: &Json) -> Map<String, Json> {
    let mut branding = Map::new();
    let defaults = json!({
        "primary_color": "#000000",
        "primary_color_contrast": "#FFFFFF",
        "dark_primary_color": "#FFFFFF",
        "dark_primary_color_contrast": "#000000",
    });
    for layer in [&defaults, &scope["vars"]["branding"], layout, &scope["tenant"]["settings"]["branding"]] {
        for (name, value) in layer.as_object().into_iter().flatten() {
            if !value.is_null() && value != "" {
                branding.insert(name.clone(), value.clone());
            }
        }
    }
    for name in ["logo_url", "icon_url"] {
        let dark = format!("dark_{name}");
        if let (Some(url), false) = (branding.get(name).cloned(), branding.contains_key(&dark)) {
            branding.insert(dark, url);
        }
    }
    branding
}

/// The colour of a block: the name of one of the brand, or the colour itself.
pub(crate) fn color(branding: &Map<String, Json>, color: &str) -> String {
    let color = branding.get(color).and_then(Json::as_str).unwrap_or(color);
    // What is no part of a colour would end the style.
    color.chars().filter(|letter| letter.is_alphanumeric() || "#(),.% -".contains(*letter)).collect()
}
