//! Recipients: users and objects, by reference or identified inline.
//!
//! See Knock on [recipients](https://docs.knock.app/concepts/recipients) and on
//! [identifying them](https://docs.knock.app/managing-recipients/identifying-recipients).

mod details;
mod object_request;
mod recipient;
mod reference;
mod request;
mod user_request;

pub(crate) use details::Properties;
pub use object_request::ObjectRequest;
pub(crate) use object_request::{ObjectBody, ObjectOfCollection};
pub use recipient::Recipient;
pub(crate) use reference::References;
pub use reference::{ObjectReference, RecipientReference};
pub use request::RecipientRequest;
pub(crate) use user_request::UserBody;
pub use user_request::UserRequest;
