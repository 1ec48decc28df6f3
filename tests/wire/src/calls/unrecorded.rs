use knock_core::{Method, OperationInfo};

/// An operation that no recording contains.
#[derive(Debug)]
pub struct Unrecorded {
    /// Its method.
    pub method: Method,
    /// Its route.
    pub route: &'static str,
    /// Why.
    pub why: &'static str,
}

const OTHER_ROUTE: &str = "an alias of `/read` or `/archived`, which the packages use: no method calls it";
const BY_MESSAGE: &str = "deprecated by Knock: the methods of 1.35.0 name the guide's step, not a message";

/// The operations of this SDK that no recording contains. All others are compared.
pub const UNRECORDED: &[Unrecorded] = &[
    Unrecorded { method: Method::Delete, route: "/v1/messages/{message_id}/unread", why: OTHER_ROUTE },
    Unrecorded { method: Method::Delete, route: "/v1/messages/{message_id}/unarchived", why: OTHER_ROUTE },
    Unrecorded {
        method: Method::Put,
        route: "/v1/users/{user_id}/guides/messages/{message_id}/seen",
        why: BY_MESSAGE,
    },
    Unrecorded {
        method: Method::Put,
        route: "/v1/users/{user_id}/guides/messages/{message_id}/interacted",
        why: BY_MESSAGE,
    },
    Unrecorded {
        method: Method::Put,
        route: "/v1/users/{user_id}/guides/messages/{message_id}/archived",
        why: BY_MESSAGE,
    },
];

impl Unrecorded {
    /// Whether `info` describes this operation.
    pub fn is(&self, info: &OperationInfo) -> bool {
        (self.method, self.route) == (info.method, info.route)
    }
}
