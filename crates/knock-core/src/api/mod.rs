//! Knock's resources: one file each, with its types and operations.

pub mod channel_data;
pub mod preferences;
pub mod recipients;
pub mod slack;
pub mod tenants;
pub mod users;
pub mod workflows;
