//! Slack: tokens, and the pages of a provider.

use std::pin::pin;

use futures_util::TryStreamExt;
use knock_core::slack::{self, AccessTokenObject};
use knock_core::{Client, Config, ErrorKind, Method, Operation, Paged, Transport, custom};
use serde::de::IgnoredAny;
use serde_json::json;

use crate::Host;
use crate::control::Emulator;
use crate::failure::{Failure, ensure, error_of, same};

const CHANNEL: &str = "9a1b2c3d-0000-4000-8000-000000000000";

pub async fn life<T: Transport, F: Fn(Config) -> Client<T>>(
    _: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    let holder = || AccessTokenObject::tenant("jurassic-park");
    custom::request::<IgnoredAny>(Method::Put, "/v1/objects/{collection}/{id}/channel_data/{channel_id}")
        .path("collection", "$tenants")
        .path("id", "jurassic-park")
        .path("channel_id", CHANNEL)
        .json(&json!({ "data": { "token": { "access_token": "xoxb-1" } } }))
        .send(knock)
        .await?;
    let check = slack::auth_check(CHANNEL, holder()).send(knock).await?;
    ensure(check.connection.ok, "the token was rejected")?;

    let list = slack::list_channels(CHANNEL, holder()).limit(2).types(["private_channel", "public_channel"]);
    let mut channels = pin!(list.stream(knock));
    let mut names = Vec::new();
    while let Some(channel) = channels.try_next().await? {
        names.push(channel.name);
    }
    same("the channels", names, ["general", "random", "engineering", "design", "incidents"])?;
    let requests = Emulator(knock).requests().await?;
    let pages: Vec<_> = requests.iter().filter(|seen| seen.path.ends_with("/channels")).collect();
    same("the number of pages", pages.len(), 3)?;
    let query = pages[2].query.as_deref().unwrap_or_default();
    for part in [
        "access_token_object=%7B%22object_id%22%3A%22jurassic-park%22",
        "query_options%5Blimit%5D=2",
        "query_options%5Btypes%5D=private_channel%2Cpublic_channel",
        "query_options%5Bcursor%5D=",
    ] {
        ensure(query.contains(part), format!("the query has no {part}: {query}"))?;
    }

    slack::revoke_access(CHANNEL, holder()).send(knock).await?;
    let revoked = error_of("the revoked token", slack::auth_check(CHANNEL, holder()).send(knock).await)?;
    same("the revoked token", revoked.kind(), ErrorKind::PermissionDenied)
}
