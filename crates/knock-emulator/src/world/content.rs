//! What was rendered for a message.

#[cfg(feature = "workflows")]
pub(crate) use crate::render::Content;

/// Only the workflows of a Knock directory have templates.
#[cfg(not(feature = "workflows"))]
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) enum Content {}

#[cfg(not(feature = "workflows"))]
impl Content {
    pub(crate) fn data(&self) -> serde_json::Value {
        match *self {}
    }

    pub(crate) fn title(&self) -> String {
        match *self {}
    }

    pub(crate) fn preview(&self) -> String {
        match *self {}
    }

    pub(crate) fn document(&self) -> Option<String> {
        match *self {}
    }

    pub(crate) fn has_text(&self, _is_it: impl Fn(&str) -> bool) -> bool {
        match *self {}
    }
}
