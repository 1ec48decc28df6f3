//! Lists over a real socket: streams that fetch a page only when it is needed, with retries and options.

mod support;

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use knock_emulator::{Fault, Server};
use knock_reqwest::bulk_operations::BulkOperationStatus;
use knock_reqwest::{CallOptions, Knock, Operation, Paged, messages, objects, users, workflows};
use support::{knock, server};

async fn server_with_users(count: usize) -> (Server, Knock) {
    let server = server().await;
    let knock = knock(&server);
    for number in 0..count {
        users::identify(format!("user-{number}")).send(&knock).await.expect("the emulator accepts the user");
    }
    (server, knock)
}

fn pages(server: &Server) -> usize {
    server.emulator().requests().iter().filter(|request| request.path == "/v1/users").count()
}

#[tokio::test]
async fn a_stream_yields_every_item_once_and_fetches_no_extra_page() {
    let (server, knock) = server_with_users(7).await;

    let ids: Vec<String> =
        users::list().page_size(3).stream(&knock).map_ok(|user| user.id).try_collect().await.unwrap();

    let mut sorted = ids.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!((ids.len(), sorted.len()), (7, 7));
    assert_eq!(pages(&server), 3);
}

#[tokio::test]
async fn a_page_is_fetched_when_its_first_item_is_needed() {
    let (server, knock) = server_with_users(7).await;
    let mut users = std::pin::pin!(users::list().page_size(3).stream(&knock));
    assert_eq!(pages(&server), 0);
    for _ in 0..3 {
        users.next().await.unwrap().unwrap();
    }
    assert_eq!(pages(&server), 1);
    users.next().await.unwrap().unwrap();
    assert_eq!(pages(&server), 2);
}

#[tokio::test]
async fn collecting_stops_at_its_limit() {
    let (server, knock) = server_with_users(7).await;
    assert_eq!(users::list().page_size(3).collect_up_to(3, &knock).await.unwrap().len(), 3);
    assert_eq!(pages(&server), 1);
    assert_eq!(users::list().page_size(3).collect_up_to(100, &knock).await.unwrap().len(), 7);
}

#[tokio::test]
async fn every_page_has_the_retries_and_the_options() {
    let (server, knock) = server_with_users(4).await;
    for (options, survives) in [(CallOptions::new(), true), (CallOptions::new().max_retries(0), false)] {
        let mut users = std::pin::pin!(users::list().page_size(2).with(options).stream(&knock));
        users.next().await.unwrap().unwrap();
        users.next().await.unwrap().unwrap();
        server.emulator().fault(Fault::status(503));
        assert_eq!(users.next().await.unwrap().is_ok(), survives);
    }
}

#[tokio::test]
async fn an_error_ends_the_stream_and_earlier_items_remain() {
    let (server, knock) = server_with_users(4).await;
    let mut users = std::pin::pin!(users::list().page_size(2).stream(&knock));
    users.next().await.unwrap().unwrap();
    users.next().await.unwrap().unwrap();
    server.emulator().fault(Fault::status(400));
    assert!(users.next().await.unwrap().is_err());
    assert!(users.next().await.is_none());
}

#[tokio::test]
async fn a_page_knows_its_next_request() {
    let (_server, knock) = server_with_users(3).await;
    let page = users::list().page_size(2).send(&knock).await.unwrap();
    let next = page.next.expect("there is a next page");
    let last = next.send(&knock).await.unwrap();
    assert_eq!((page.items.len(), last.items.len()), (2, 1));
    assert!(last.next.is_none());
}

#[tokio::test]
async fn a_list_that_comes_whole_is_one_page() {
    let (_server, knock) = server_with_users(1).await;
    let sets = users::list_preferences("user-0").collect_up_to(10, &knock).await.unwrap();
    assert!(sets.len() <= 1);
}

#[tokio::test]
async fn a_batch_returns_the_ids_that_were_not_updated() {
    let (server, knock) = server_with_users(1).await;
    workflows::trigger("welcome").recipient("user-0").send(&knock).await.unwrap();
    let message = messages::list().collect_up_to(1, &knock).await.unwrap().items.remove(0);

    server.emulator().fault(Fault::rate_limited("message_ids", [message.id.clone()]));
    let batch = messages::batch_mark_as_seen([&message.id]).send(&knock).await.unwrap();
    assert_eq!(batch.rate_limited, std::slice::from_ref(&message.id));

    let batch = messages::batch_mark_as_seen([&message.id]).send(&knock).await.unwrap();
    assert_eq!((batch.rate_limited.len(), batch.value.len()), (0, 1));
}

#[tokio::test]
async fn a_bulk_operation_is_waited_for() {
    let (_server, knock) = server_with_users(1).await;
    let started = users::bulk_delete(["user-0"]).send(&knock).await.unwrap();
    let done = started.value.wait(&knock, Duration::from_millis(100), Duration::from_secs(5)).await.unwrap();
    assert_eq!((done.status, done.success_count), (BulkOperationStatus::Completed, 1));
    assert!(users::get("user-0").send(&knock).await.unwrap_err().is_not_found());
    assert!(objects::list("projects").collect_up_to(5, &knock).await.unwrap().is_empty());
}
