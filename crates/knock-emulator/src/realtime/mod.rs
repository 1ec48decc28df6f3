//! The realtime socket of feeds, without IO: Phoenix channels in version 2 of their protocol.
//!
//! Knock does not document the socket. What is known is what its browser client sends and reads.

pub(crate) mod frame;
pub(crate) mod hub;
mod membership;
