//! The steps, by topic. Each takes a client, and the host for making other clients.

pub mod channel_data;
pub mod every;
pub mod faults;
pub mod headers;
pub mod lists;
pub mod many;
pub mod network;
pub mod platform;
pub mod preferences;
pub mod slack;
pub mod users;
pub mod workflows;
