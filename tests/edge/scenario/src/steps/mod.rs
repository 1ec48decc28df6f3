//! The steps, by what they are about. Each takes the host, for clients of its own, and a client.

pub mod channel_data;
pub mod every;
pub mod faults;
pub mod headers;
pub mod lists;
pub mod platform;
pub mod preferences;
pub mod slack;
pub mod users;
pub mod workflows;
