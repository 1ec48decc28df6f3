//! Data of triggers with a type of its own.

use serde::Serialize;

use crate::value::InvalidInput;

/// The data of a trigger, as a type that belongs to one workflow.
///
/// [`knock-types`](https://docs.rs/knock-types) generates such types from the schemas of your workflows. For their
/// triggers, see [`typed`](super::typed).
pub trait WorkflowData: Serialize {
    /// The key of the workflow.
    const KEY: &'static str;

    /// Checks what the schema of the workflow demands and the type cannot express, for example the length of a text.
    ///
    /// # Errors
    ///
    /// If a value is not as the schema demands. The error names its place in the data, for example `items[3].title`.
    fn check(&self) -> Result<(), InvalidInput> {
        Ok(())
    }
}
