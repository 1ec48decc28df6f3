//! The subscription of a recipient to an object.

use jiff::Timestamp;

use crate::json::Fields;

#[derive(Clone, Debug)]
pub(crate) struct Subscription {
    pub(crate) properties: Option<Fields>,
    pub(crate) inserted_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}
