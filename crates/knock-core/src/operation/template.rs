//! The arguments of an operation besides the items of its list.

use crate::value::{InvalidInput, Text};
use crate::wire::{NO_JSON, ObjectText, write_object};

/// The arguments of an operation besides the items of its list, for [`bulk`](crate::bulk).
#[derive(Debug, Clone, Default)]
pub(crate) struct Template {
    /// The parameters of the route.
    pub(crate) path: Vec<(&'static str, Text)>,
    /// The query, with its question mark.
    pub(crate) query: &'static str,
    /// The members of the body, each after a comma.
    pub(crate) members: Vec<u8>,
}

impl Template {
    pub(crate) fn path(mut self, name: &'static str, value: Text) -> Self {
        self.path.push((name, value));
        self
    }

    /// Sets the members of the body.
    pub(crate) fn members(
        mut self,
        write: impl FnOnce(&mut ObjectText<'_>) -> serde_json::Result<()>,
    ) -> Result<Self, InvalidInput> {
        let mut object = Vec::new();
        write_object(&mut object, write).map_err(|_| InvalidInput::new("body", NO_JSON))?;
        self.members = match &*object {
            [b'{', b'}'] => Vec::new(),
            [b'{', members @ .., b'}'] => [b",", members].concat(),
            _ => object,
        };
        Ok(self)
    }
}

/// Refuses a template that already has items.
pub(crate) fn check_no_items(field: &'static str, count: usize) -> Result<(), InvalidInput> {
    if count > 0 {
        let problem = format!("has {count} entries already; pass them as items of the bulk run");
        return Err(InvalidInput::new(field, problem));
    }
    Ok(())
}
