//! Values in requests and responses, and types for time and randomness.

mod field;
mod invalid_input;
mod moment;
mod optional;
mod random;
mod secret;
mod text;
mod time;

pub use field::{Clear, Field};
pub use invalid_input::InvalidInput;
pub use moment::Moment;
pub use optional::{IntoField, IntoOptional, kind};
pub(crate) use random::{Jitter, uuid4};
pub use secret::Secret;
pub use text::Text;
pub use time::{Time, Timestamp, UnixTime};
