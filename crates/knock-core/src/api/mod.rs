//! Knock's resources: one file each, with its types and operations.

pub mod audiences;
pub mod bulk_operations;
pub mod channel_data;
pub mod channels;
pub mod feeds;
pub mod guides;
pub mod integrations;
pub mod legacy_preferences;
pub mod messages;
pub mod ms_teams;
pub mod notify;
pub mod objects;
pub mod preference_center;
pub mod preferences;
pub mod recipients;
pub mod schedules;
pub mod slack;
pub mod subscriptions;
pub mod tenants;
pub mod users;
pub mod workflow_recipient_runs;
pub mod workflows;
