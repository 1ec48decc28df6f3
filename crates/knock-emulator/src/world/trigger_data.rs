//! The data of triggers, by the schemas of workflows.

use serde_json::Value;

use crate::settings::Workflow;
use crate::wire::response::{Failure, field_error};

/// Fails with everything that is not as the schema of the workflow demands, if it has one.
pub(crate) fn check(workflow: &Workflow, data: &Value) -> Result<(), Failure> {
    let Some(schema) = &workflow.data_schema else { return Ok(()) };
    let errors = schema.violations(data).into_iter().map(|it| field_error(&it.field, &it.message, &it.kind));
    let errors: Vec<Value> = errors.collect();
    if errors.is_empty() { Ok(()) } else { Err(Failure::invalid_fields(errors)) }
}
