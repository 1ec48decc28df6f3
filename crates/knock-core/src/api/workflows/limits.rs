//! The limits of a trigger.

/// The largest number of recipients of a trigger or a cancellation.
pub const MAX_RECIPIENTS: usize = 1000;

/// The largest size of a trigger's data, in bytes of JSON.
pub const MAX_DATA_BYTES: usize = 10_000_000;
