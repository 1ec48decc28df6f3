//! Conditions, documented at <https://docs.knock.app/concepts/conditions>.

use serde_json::Value;

use crate::node::{Fields, Node, Parsed};

/// The operators of conditions.
///
/// `is_not_timestamp`, `is_timestamp_before_date` and `is_timestamp_on_or_after_date` are only in the document of Knock's API
/// for notifications, `is_in_random_cohort` only in the rules of channel groups.
pub const OPERATORS: [&str; 27] = [
    "equal_to",
    "not_equal_to",
    "greater_than",
    "less_than",
    "greater_than_or_equal_to",
    "less_than_or_equal_to",
    "contains",
    "not_contains",
    "contains_all",
    "not_contains_all",
    "empty",
    "not_empty",
    "exists",
    "not_exists",
    "is_between",
    "is_timestamp",
    "is_not_timestamp",
    "is_timestamp_before",
    "is_timestamp_before_date",
    "is_timestamp_before_now",
    "is_timestamp_on_or_after",
    "is_timestamp_on_or_after_date",
    "is_timestamp_on_or_after_now",
    "is_timestamp_between",
    "is_audience_member",
    "is_not_audience_member",
    "is_in_random_cohort",
];

/// Conditions that are combined with "and" and "or".
///
/// In the files: `{"all": […]}`, `{"any": […]}` with conditions and groups of `all` in it, or just a list, which is the same
/// as `all`. `{}` and no conditions always hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Conditions {
    /// The conditions hold if all of one of these groups do.
    pub any: Vec<Vec<Condition>>,
}

/// One condition.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Condition {
    /// What is examined, usually a path such as `data.plan`.
    pub variable: String,
    /// One of [`OPERATORS`].
    pub operator: &'static str,
    /// What it is compared with, as in the file: usually a string that contains JSON, a path, or plain text.
    pub argument: Value,
}

impl Default for Conditions {
    fn default() -> Self {
        Self { any: vec![Vec::new()] }
    }
}

impl Conditions {
    /// Whether the conditions hold whatever the data is.
    pub fn always(&self) -> bool {
        self.any.iter().any(Vec::is_empty)
    }

    pub(crate) fn of(fields: &Fields<'_>, name: &str) -> Parsed<Self> {
        fields.get(name).map_or_else(|| Ok(Self::default()), |node| Self::read(&node))
    }

    pub(crate) fn read(node: &Node<'_>) -> Parsed<Self> {
        if node.value.is_array() {
            return Ok(Self { any: vec![node.items(condition)?] });
        }
        let fields = node.clone().object()?;
        if fields.map.is_empty() {
            return Ok(Self::default());
        }
        match (fields.get("all"), fields.get("any")) {
            (Some(all), None) => Ok(Self { any: vec![all.items(condition)?] }),
            (None, Some(any)) => Ok(Self { any: any.items(group)? }),
            _ => node.fault("should have either `all` or `any`"),
        }
    }
}

fn group(node: Node<'_>) -> Parsed<Vec<Condition>> {
    match node.clone().object()?.get("all") {
        Some(all) => all.items(condition),
        None => Ok(vec![condition(node)?]),
    }
}

pub(crate) fn condition(node: Node<'_>) -> Parsed<Condition> {
    let fields = node.object()?;
    let given = fields.need("operator")?;
    let name = given.text()?;
    let Some(operator) = OPERATORS.into_iter().find(|known| *known == name) else {
        return given.fault(format!("`{name}` is not an operator"));
    };
    // audiences have properties instead of variables
    let variable = if fields.get("property").is_some() { "property" } else { "variable" };
    Ok(Condition {
        variable: fields.need_text(variable)?,
        operator,
        argument: fields.value("argument").unwrap_or_default(),
    })
}
