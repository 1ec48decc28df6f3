//! One attempt of a call.

use std::time::Duration;

/// One attempt of a call, as a transport sees it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// The name of the operation, for example `workflows.trigger`.
    pub operation: &'a str,
    /// The route, with its parameters in braces. Unlike the path of the request it contains no ids.
    pub route: &'a str,
    /// The number of the attempt, starting at 1.
    pub number: u32,
    /// The maximum duration of the attempt.
    pub timeout: Duration,
    /// The largest size of the response's body, in bytes, also after decompression. A transport that reads a larger one
    /// stops, and fails with [`TooLarge`](crate::TransportErrorKind::TooLarge).
    pub max_response_bytes: usize,
}
