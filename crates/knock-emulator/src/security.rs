//! Enhanced security: what a browser can do for the user of its token.
//!
//! Knock documents the codes but not their statuses. A missing or invalid token responds with 401, as a missing key does,
//! and a valid one of another user with 403.

use http::{HeaderName, Method};
use serde_json::Value;

use crate::settings::Settings;
use crate::user_token::UserToken;
use crate::wire::auth::bearer_key;
use crate::wire::call::{Call, header};
use crate::wire::fields;
use crate::wire::response::Failure;
use crate::world::World;

const USER_TOKEN: HeaderName = HeaderName::from_static("x-knock-user-token");
/// Knock's documentation has three spellings.
const FEED_READ: [&str; 3] = ["user/feed_read", "feed/read", "user_feed/read"];
const FEED_WRITE: [&str; 3] = ["user/feed_write", "feed/write", "user_feed/write"];

/// Checks the token of a call with a public key, if a signing key is set, and returns whether there is one. Calls with a
/// secret key need none.
pub(crate) fn check(
    world: &World,
    headers: &http::HeaderMap,
    call: &Call,
    path: &[&str],
) -> Result<bool, Failure> {
    let public = bearer_key(headers).is_some_and(|key| key.starts_with("pk_"));
    let Some(token) = token(&world.settings, public, header(headers, &USER_TOKEN), world)? else {
        return Ok(false);
    };
    if permits(&token, world, call, path)? { Ok(true) } else { Err(foreign(&token.user)) }
}

/// Reads the token of a caller, unless it needs none.
pub(crate) fn token(
    settings: &Settings,
    public_key: bool,
    token: Option<&str>,
    world: &World,
) -> Result<Option<UserToken>, Failure> {
    let Some(key) = settings.token_key.as_ref().filter(|_| public_key) else { return Ok(None) };
    let Some(token) = token.filter(|token| !token.is_empty()) else {
        let message = "Enhanced security mode is on: a call with a public key needs a signed user token";
        return Err(Failure::new(401, "missing_user_token", message, "authentication_error"));
    };
    let invalid = |message| Failure::new(401, "invalid_user_token", message, "authentication_error");
    key.verify(token, world.now).map(Some).map_err(invalid)
}

/// Whether a token permits to announce the messages of a user.
pub(crate) fn permits_feed(token: &UserToken, user: &str) -> bool {
    token.permits_user(user, &FEED_READ)
}

/// Whether a token permits to announce the guides of a user.
pub(crate) fn permits_guides(token: &UserToken, user: &str) -> bool {
    token.permits_user(user, &["user/guide_read"])
}

fn foreign(user: &str) -> Failure {
    let message = format!("The user token of {user} does not permit this");
    Failure::new(403, "invalid_user_token", &message, "authentication_error")
}

fn permits(token: &UserToken, world: &World, call: &Call, path: &[&str]) -> Result<bool, Failure> {
    let read = call.method == Method::GET;
    let one = |reading: &'static str, writing: &'static str| [if read { reading } else { writing }];
    Ok(match path {
        ["users", user] => token.permits_user(user, &one("user/read", "user/write")),
        ["users", user, "preferences" | "preference_center", ..] => {
            token.permits_user(user, &one("preferences/read", "preferences/write"))
        }
        ["users", user, "channel_data", ..] => {
            token.permits_user(user, &one("channel_data/read", "channel_data/write"))
        }
        ["users", user, "feeds", ..] => token.permits_user(user, &FEED_READ),
        ["users", user, "guides", ..] => {
            token.permits_user(user, &one("user/guide_read", "user/guide_write"))
        }
        ["objects", collection, id, "preferences", ..] => {
            token.permits_object(collection, id, &one("preferences/read", "preferences/write"))
        }
        ["objects", collection, id, "channel_data", ..] => {
            token.permits_object(collection, id, &one("channel_data/read", "channel_data/write"))
        }
        ["messages", "batch", _] => {
            let ids = fields::optional_strings(&call.body, "message_ids")?.unwrap_or_default();
            ids.iter().all(|id| permits_message(token, world, id, read))
        }
        ["messages", id, ..] => permits_message(token, world, id, read),
        ["channels", ..] => permits_bulk(token, call)?,
        ["providers", "slack", ..] => {
            permits_provider(token, call, "access_token_object", "slack/channels_read")?
        }
        ["providers", "ms-teams", ..] => {
            permits_provider(token, call, "ms_teams_tenant_object", "ms_teams/channels_read")?
        }
        _ => false,
    })
}

/// A message that does not exist is not found, whoever asks.
fn permits_message(token: &UserToken, world: &World, id: &str, read: bool) -> bool {
    world.messages.get(id).is_none_or(|message| {
        message.recipient.is_user()
            && token.permits_user(message.recipient.id(), if read { &FEED_READ } else { &FEED_WRITE })
    })
}

/// A bulk update must be limited to users that the token permits. It leaves out objects, see [`Call::users_only`].
fn permits_bulk(token: &UserToken, call: &Call) -> Result<bool, Failure> {
    let given = fields::optional_strings(&call.body, "recipient_ids")?;
    let users = match given {
        None => fields::optional_strings(&call.body, "user_ids")?,
        given => given,
    };
    Ok(users.is_some_and(|users| users.iter().all(|user| token.permits_user(user, &FEED_WRITE))))
}

fn permits_provider(token: &UserToken, call: &Call, holder: &str, grant: &str) -> Result<bool, Failure> {
    // Without an object, the endpoint itself says that it is missing.
    let Some(fields) = call.query.object(holder)? else { return Ok(true) };
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    Ok(token.permits_object(text("collection"), text("object_id"), &[grant]))
}
