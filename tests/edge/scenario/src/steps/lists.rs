//! Lists and batches of Knock's own resources.

use std::pin::pin;

use futures_util::TryStreamExt;
use knock_core::messages::{self, DeliveryStatus, EngagementStatus, MessageFilter};
use knock_core::{Client, Config, Operation, Paged, Timestamp, Transport, workflows};
use serde_json::json;

use crate::Host;
use crate::control::Emulator;
use crate::failure::{Failure, ensure, same};

/// Sends five messages of one kind and one of another.
async fn six_messages<T: Transport>(knock: &Client<T>) -> Result<(), Failure> {
    for kind in ["trex", "trex", "raptor", "trex", "trex", "trex"] {
        let trigger =
            workflows::trigger("dinosaurs-loose").recipients(["jhammond"]).data(json!({ "kind": kind }));
        trigger.send(knock).await?;
    }
    Ok(())
}

pub async fn pages<T: Transport, F: Fn(Config) -> Client<T>>(
    _: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    six_messages(knock).await?;
    let long_ago: Timestamp =
        "2020-01-02T03:04:05Z".parse().map_err(|_| Failure::new("the time cannot be parsed"))?;
    let filter = MessageFilter::new()
        .statuses([DeliveryStatus::Sent, DeliveryStatus::Delivered])
        .workflow("dinosaurs-loose")
        .trigger_data(json!({ "kind": "trex" }))
        .inserted_after(long_ago);
    let mut stream = pin!(messages::list().filter(filter.clone()).page_size(2).stream(knock));
    let mut ids = Vec::new();
    while let Some(message) = stream.try_next().await? {
        ids.push(message.id);
    }
    same("the number of messages", ids.len(), 5)?;
    let mut distinct = ids.clone();
    distinct.sort_unstable();
    distinct.dedup();
    same("the number of different messages", distinct.len(), 5)?;

    let requests = Emulator(knock).requests().await?;
    let lists: Vec<_> = requests.iter().filter(|seen| seen.path == "/v1/messages").collect();
    same("the number of pages", lists.len(), 3)?;
    let query = lists[2].query.as_deref().unwrap_or_default();
    for part in [
        "status%5B%5D=sent&status%5B%5D=delivered",
        "inserted_at%5Bgt%5D=2020-01-02T",
        "page_size=2",
        "after=",
    ] {
        ensure(query.contains(part), format!("the query has no {part}: {query}"))?;
    }

    let first = messages::list().filter(filter).page_size(2).collect_up_to(3, knock).await?;
    let first: Vec<String> = first.into_iter().map(|message| message.id).collect();
    same("what is collected", first.as_slice(), &ids[..3])
}

pub async fn batch<T: Transport, F: Fn(Config) -> Client<T>>(
    _: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    six_messages(knock).await?;
    let ids: Vec<String> =
        messages::list().collect_up_to(50, knock).await?.into_iter().map(|message| message.id).collect();
    same("the number of messages", ids.len(), 6)?;
    // The headers of the response report the entities that were not updated.
    Emulator(knock).fault(json!({ "kind": "rate_limited", "param": "message_ids", "ids": [ids[0]] })).await?;
    let batch = messages::batch_mark_as_read(&ids).send(knock).await?;
    same("the messages that were not updated", &batch.rate_limited, &ids[..1])?;
    same("the number of messages returned", batch.value.len(), 6)?;
    let read = MessageFilter::new().engagement_statuses([EngagementStatus::Read]);
    same(
        "the number of read messages",
        messages::list().filter(read).collect_up_to(50, knock).await?.len(),
        5,
    )
}
