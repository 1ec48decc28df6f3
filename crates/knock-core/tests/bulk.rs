//! Bulk runs: how the input is divided, what becomes of each item, and that a killed run goes on without losing or
//! repeating anything.
#![allow(clippy::unwrap_used, reason = "the helpers are tests, too")]

mod support;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use knock_core::bulk::{self, Bulk, Checkpoint, Chunk, Event, Mark, Outcome, Reason, Run};
use knock_core::objects::ObjectRequest;
use knock_core::preferences::{ChannelType, PreferenceSetRequest};
use knock_core::recipients::{ObjectReference, RecipientReference, RecipientRequest};
use knock_core::schedules::{RepeatRule, ScheduleRequest};
use knock_core::subscriptions::{Subscribe, Unsubscribe};
use knock_core::tenants::{InlineTenant, TenantRequest};
use knock_core::users::UserRequest;
use knock_core::{
    Attempt, CallOptions, Client, Error, Operation, RetryPolicy, Text, Transport, TransportError, UnixTime,
    audiences, messages, objects, schedules, tenants, users, workflows,
};
use knock_emulator::{Emulator, RateLimits};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use support::{NOW, config, response, secs};

const HOUR: u64 = 3600;

/// What Knock does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Act,
    /// Acts, but the response is lost.
    ActAndDrop,
    /// Acts, but the response is JSON that does not fit, or is cut off.
    ActAndSay(&'static str),
    /// The request does not arrive.
    NotSent,
    Status(u16),
    /// Acts on all but these many items at the end of the list, which it reports as rate limited.
    Limit(usize),
}

/// A Knock with bulk operations and idempotency keys. Each request and each sleep takes a few polls.
#[derive(Debug, Default)]
struct Knock {
    world: Mutex<World>,
}

#[derive(Debug, Default)]
struct World {
    clock: Duration,
    random: u8,
    /// What happens to the next requests that are no `GET`. After these, Knock acts.
    fates: VecDeque<Fate>,
    /// The polls that the next requests take.
    delays: VecDeque<u8>,
    /// How often a bulk operation has to be fetched until it is finished.
    fetches: u32,
    operations: BTreeMap<String, (u32, Vec<Value>)>,
    /// What every bulk operation says in addition.
    says: Map<String, Value>,
    /// The requests that arrived, by target and body.
    requests: Vec<(String, Value)>,
    /// How often Knock acted on an item, by id.
    acted: BTreeMap<String, u32>,
    /// The bodies by idempotency key.
    keys: BTreeMap<String, Value>,
}

/// The items of a body, by id, and the name of their list.
fn items_of(body: &Value) -> (String, Vec<String>) {
    let mut lists = body.as_object().into_iter().flatten();
    let (name, list) = lists.find_map(|(name, value)| Some((name, value.as_array()?))).unwrap();
    let id = |item: &Value| {
        let parts = [item, &item["id"], &item["recipient"], &item["user"]["id"]];
        parts.iter().find_map(|part| part.as_str()).unwrap().to_owned()
    };
    (name.clone(), list.iter().map(id).collect())
}

impl World {
    fn respond(&mut self, request: &http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let target = request.uri().path_and_query().unwrap().as_str().to_owned();
        if let Some(id) = target.strip_prefix("/v1/bulk_operations/") {
            return Ok(self.fetch(id));
        }
        let fate = self.fates.pop_front().unwrap_or(Fate::Act);
        if fate == Fate::NotSent {
            return Err(TransportError::not_sent("connection refused"));
        }
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        self.requests.push((target.clone(), body.clone()));
        if let Fate::Status(status) = fate {
            return Ok(response(status, &[], "{}"));
        }
        let (list, mut ids) = items_of(&body);
        let limited = if let Fate::Limit(count) = fate {
            ids.split_off(ids.len().saturating_sub(count))
        } else {
            vec![]
        };
        let reply = self.act(request, &target, &body, &ids);
        if fate == Fate::ActAndDrop {
            return Err(TransportError::interrupted("connection reset"));
        }
        if let Fate::ActAndSay(text) = fate {
            return Ok(response(200, &[], text));
        }
        let header = (format!("x-ratelimited-{list}"), limited.join(","));
        let headers = if limited.is_empty() { vec![] } else { vec![(header.0.as_str(), header.1.as_str())] };
        Ok(response(200, &headers, reply.to_string()))
    }

    fn count<'a>(&mut self, ids: impl Iterator<Item = &'a String>) {
        for id in ids {
            *self.acted.entry(id.clone()).or_default() += 1;
        }
    }

    fn act(&mut self, request: &http::Request<Bytes>, target: &str, body: &Value, ids: &[String]) -> Value {
        if target.ends_with("/trigger") {
            let key = request.headers()["idempotency-key"].to_str().unwrap().to_owned();
            if let Some(earlier) = self.keys.get(&key) {
                assert_eq!(earlier, body, "the key {key} came with another body");
            } else {
                self.count(ids.iter());
                self.keys.insert(key.clone(), body.clone());
            }
            return json!({ "workflow_run_id": format!("run-of-{key}") });
        }
        let good = ids.iter().filter(|id| !id.starts_with("bad"));
        self.count(good);
        if target.contains("/messages/") || target.ends_with("/schedules") {
            return json!([]);
        }
        let bad = ids.iter().filter(|id| id.starts_with("bad")).map(|id| json!({ "id": id })).collect();
        let id = format!("op{}", self.operations.len());
        self.operations.insert(id.clone(), (self.fetches, bad));
        self.operation(&id)
    }

    fn operation(&self, id: &str) -> Value {
        let (left, bad) = &self.operations[id];
        let time = "2026-01-02T03:04:05Z";
        let mut operation = json!({
            "id": id, "name": "bulk", "status": if *left == 0 { "completed" } else { "processing" },
            "error_count": bad.len(), "error_items": bad, "inserted_at": time, "updated_at": time
        });
        operation.as_object_mut().unwrap().extend(self.says.clone());
        operation
    }

    fn fetch(&mut self, id: &str) -> http::Response<Bytes> {
        let Some((left, _)) = self.operations.get_mut(id) else { return response(404, &[], "{}") };
        *left = left.saturating_sub(1);
        response(200, &[], self.operation(id).to_string())
    }
}

/// Is ready after this many polls.
async fn after_polls(mut polls: u8) {
    std::future::poll_fn(|context| {
        if polls == 0 {
            return Poll::Ready(());
        }
        polls -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// A transport to a Knock that the test keeps.
#[derive(Debug)]
struct Line(Arc<Knock>);

impl Transport for Line {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        _: Attempt<'_>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let delay = self.0.world.lock().unwrap().delays.pop_front().unwrap_or(0);
        after_polls(delay / 2).await;
        let result = self.0.world.lock().unwrap().respond(&request);
        after_polls(delay - delay / 2).await;
        result
    }

    async fn sleep(&self, duration: Duration) {
        self.0.world.lock().unwrap().clock += duration;
        after_polls(1).await;
    }

    fn now(&self) -> UnixTime {
        NOW + self.steady()
    }

    fn steady(&self) -> Duration {
        self.0.world.lock().unwrap().clock
    }

    fn random(&self) -> Result<[u8; 16], TransportError> {
        let mut world = self.0.world.lock().unwrap();
        world.random = world.random.wrapping_add(1);
        Ok([world.random; 16])
    }
}

fn knock(fates: impl IntoIterator<Item = Fate>) -> (Arc<Knock>, Client<Line>) {
    let knock = Arc::new(Knock::default());
    knock.world.lock().unwrap().fates.extend(fates);
    (Arc::clone(&knock), Client::with_transport(config(), Line(knock)))
}

impl Knock {
    /// The ids in each request that arrived.
    fn chunks(&self) -> Vec<Vec<String>> {
        self.world.lock().unwrap().requests.iter().map(|(_, body)| items_of(body).1).collect()
    }

    fn acted(&self) -> BTreeMap<String, u32> {
        self.world.lock().unwrap().acted.clone()
    }
}

/// Polls until the future is ready, or for so many times.
fn poll_up_to<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    (0..polls).find_map(|_| match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    })
}

fn wait_for<F: Future>(future: F) -> F::Output {
    poll_up_to(1_000_000, future).expect("the future goes on")
}

/// Runs to the end, and returns the chunks.
fn chunks_of<I, S: Stream<Item: Into<I>> + Unpin>(run: &mut Run<Line, I, S>) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    while let Some(event) = wait_for(run.try_next()).unwrap() {
        if let Event::Chunk(chunk) = event {
            chunks.push(chunk);
        }
    }
    chunks
}

fn stored(checkpoint: &Checkpoint) -> Checkpoint {
    serde_json::from_str(&serde_json::to_string(checkpoint).unwrap()).unwrap()
}

fn never() -> CallOptions {
    CallOptions::new().retry(RetryPolicy::never())
}

fn ids(range: std::ops::Range<u32>) -> Vec<String> {
    range.map(|number| format!("u{number}")).collect()
}

/// Compares the request for a chunk with that of the plain operation.
fn assert_same<I: Clone>(bulk: Bulk<I>, items: &[I], plain: &impl Operation) {
    let sent = Arc::new(Mutex::new(None));
    let recording = Client::with_transport(config(), Recorder { sent: Arc::clone(&sent) });
    let mut run = bulk.with(never()).start(&recording, items.to_vec()).unwrap();
    while wait_for(run.try_next()).unwrap().is_some() {}
    let sent = sent.lock().unwrap().take().expect("a request");
    let plain = plain.to_request(&config()).unwrap();
    assert_eq!((sent.method(), sent.uri()), (plain.method(), plain.uri()));
    let without_key = |request: &http::Request<Bytes>| {
        let mut headers = request.headers().clone();
        headers.remove("idempotency-key");
        headers
    };
    assert_eq!(without_key(&sent), without_key(&plain));
    let text = |request: &http::Request<Bytes>| String::from_utf8(request.body().to_vec()).unwrap();
    assert_eq!(text(&sent), text(&plain));
}

struct Recorder {
    sent: Arc<Mutex<Option<http::Request<Bytes>>>>,
}

impl Transport for Recorder {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        _: Attempt<'_>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        *self.sent.lock().unwrap() = Some(request);
        Ok(response(400, &[], "{}"))
    }

    async fn sleep(&self, _: Duration) {}

    fn now(&self) -> UnixTime {
        NOW
    }

    fn steady(&self) -> Duration {
        Duration::ZERO
    }

    fn random(&self) -> Result<[u8; 16], TransportError> {
        Ok([7; 16])
    }
}

#[test]
fn every_kind_sends_what_the_plain_operation_sends() {
    let texts = [Text::from("a"), Text::from("b & \"c\"")];
    let inline = UserRequest::new("jhammond").name("John").property("age", 74);
    let users_ = [inline.clone(), UserRequest::new("agrant")];
    assert_same(bulk::identify_users(), &users_, &users::bulk_identify(users_.clone()));
    assert_same(bulk::delete_users(), &texts, &users::bulk_delete(texts.clone()));
    let preferences = PreferenceSetRequest::new().channel_type(ChannelType::Sms, false);
    let plain = users::bulk_set_preferences(texts.clone(), preferences.clone()).set_id("site-b");
    assert_same(bulk::set_user_preferences("site-b", preferences), &texts, &plain);

    let things = ["p1", "p2"].map(|id| ObjectRequest::new("projects", id).name("Paddock"));
    assert_same(bulk::set_objects("projects"), &things, &objects::bulk_set("projects", things.clone()));
    assert_same(bulk::delete_objects("a b"), &texts, &objects::bulk_delete("a b", texts.clone()));
    let subscribe = ["p1", "p2"].map(|id| {
        Subscribe::new(id).recipients(["jhammond"]).recipient(inline.clone()).properties(json!({ "a": 1 }))
    });
    let plain = objects::bulk_add_subscriptions("projects", subscribe.clone());
    assert_same(bulk::add_subscriptions("projects"), &subscribe, &plain);
    let unsubscribe = ["p1", "p2"].map(|id| Unsubscribe::new(id).recipients(["jhammond"]));
    let plain = objects::bulk_delete_subscriptions("projects", unsubscribe.clone());
    assert_same(bulk::delete_subscriptions("projects"), &unsubscribe, &plain);

    let object = ObjectReference::new("projects", "p1");
    let recipients =
        [RecipientRequest::from("a"), RecipientRequest::from(&object), RecipientRequest::from(&inline)];
    let add = objects::add_subscriptions("projects", "p1").properties(json!({ "role": "keeper" }));
    assert_same(bulk::add_subscribers(&add), &recipients, &add.clone().recipients(recipients.clone()));
    let references = [RecipientReference::from("a"), RecipientReference::from(&object)];
    let plain = objects::delete_subscriptions("projects", "p1").recipients(references.clone());
    assert_same(bulk::delete_subscribers("projects", "p1"), &references, &plain);

    let tenants_ = [InlineTenant::from("t1"), InlineTenant::from(TenantRequest::new("t2").name("Two"))];
    assert_same(bulk::set_tenants(), &tenants_, &tenants::bulk_set(tenants_.clone()));
    assert_same(bulk::delete_tenants(), &texts, &tenants::bulk_delete(texts.clone()));

    let rule = RepeatRule::daily().hours(9);
    let digests =
        ["a", "b"].map(|id| ScheduleRequest::new("digest", id).repeat(rule.clone()).data(json!({ "a": 1 })));
    assert_same(bulk::create_schedules(), &digests, &schedules::bulk_create(digests.clone()));
    let create = schedules::create("digest").repeat(rule).tenant("t1");
    assert_same(bulk::schedule(&create), &recipients, &create.clone().recipients(recipients.clone()));
    assert_same(bulk::delete_schedules(), &texts, &schedules::delete(texts.clone()));

    let members = [
        audiences::AudienceMemberRequest::new("a"),
        audiences::AudienceMemberRequest::new(inline.clone()).tenant("t1"),
    ];
    assert_same(bulk::add_members("vip"), &members, &audiences::add_members("vip", members.clone()));
    let plain = audiences::add_members("vip", members.clone()).create_audience(true);
    assert_same(bulk::create_audience("vip"), &members, &plain);
    assert_same(bulk::remove_members("vip"), &members, &audiences::remove_members("vip", members.clone()));

    let mark = |mark| bulk::mark_messages(mark);
    assert_same(mark(Mark::Seen), &texts, &messages::batch_mark_as_seen(texts.clone()));
    assert_same(mark(Mark::Unseen), &texts, &messages::batch_mark_as_unseen(texts.clone()));
    assert_same(mark(Mark::Read), &texts, &messages::batch_mark_as_read(texts.clone()));
    assert_same(mark(Mark::Unread), &texts, &messages::batch_mark_as_unread(texts.clone()));
    assert_same(mark(Mark::Archived), &texts, &messages::batch_archive(texts.clone()));
    assert_same(mark(Mark::Unarchived), &texts, &messages::batch_unarchive(texts.clone()));
    assert_same(mark(Mark::Interacted), &texts, &messages::batch_mark_as_interacted(texts.clone()));

    let trigger = workflows::trigger("closing").actor("dnedry").data(json!({ "at": "18:00" })).tenant("t1");
    let trigger = trigger.cancellation_key("c").sandbox_mode(true);
    assert_same(bulk::trigger(&trigger), &recipients, &trigger.clone().recipients(recipients.clone()));
    let bare = workflows::trigger("closing");
    assert_same(bulk::trigger(&bare), &recipients, &bare.clone().recipients(recipients.clone()));
}

#[test]
fn chunks_are_as_large_as_knock_allows() {
    let (knock, client) = knock([]);
    let mut run = bulk::identify_users().start(&client, ids(0..2500)).unwrap();
    let chunks = chunks_of(&mut run);
    let sizes: Vec<_> = chunks.iter().map(|chunk| (chunk.number, chunk.items.clone(), chunk.done)).collect();
    assert_eq!(sizes, [(0, 0..1000, 1000), (1, 1000..2000, 1000), (2, 2000..2500, 500)]);
    assert_eq!(knock.chunks().concat(), ids(0..2500));
    assert!(run.summary().is_complete());
    assert_eq!(run.summary().settled.done, 2500);
}

#[test]
fn nothing_to_do_sends_nothing() {
    let (knock, client) = knock([]);
    let summary =
        wait_for(bulk::delete_users().start(&client, Vec::<String>::new()).unwrap().finish()).unwrap();
    assert!(summary.is_complete());
    assert!(knock.chunks().is_empty());
}

/// Users `u0`, `u1`, … are identified by a Knock whose bulk operations say this. Returns the items that are done, and the
/// ids of the refused ones with their indices.
fn identify(
    users: u32,
    fates: impl IntoIterator<Item = Fate>,
    says: &Value,
) -> (u64, Vec<(Option<u64>, String)>) {
    let (knock, client) = knock(fates);
    knock.world.lock().unwrap().says.clone_from(says.as_object().unwrap());
    let work = bulk::identify_users().rate_limit_retries(0);
    let mut run = work.start(&client, ids(0..users).into_iter().map(UserRequest::new)).unwrap();
    let [chunk] = &chunks_of(&mut run)[..] else { panic!("one chunk was expected") };
    assert!(matches!(chunk.outcome, Outcome::Done), "{chunk:?}");
    let settled = run.summary().settled;
    assert_eq!(settled.done + settled.refused + settled.rate_limited, u64::from(users));
    assert_eq!(run.summary().is_complete(), settled.done == u64::from(users));
    (chunk.done, chunk.refused.iter().map(|refused| (refused.item.index, refused.item.id.clone())).collect())
}

#[test]
fn what_knock_counts_as_failed_is_not_done() {
    let nameless = |count| vec![(None, String::new()); count];
    assert_eq!(identify(9, [], &json!({})), (9, vec![]));
    assert_eq!(identify(9, [], &json!({ "error_count": 5 })), (4, nameless(5)));
    // Knock lists some of them, or one that was not sent, or with less than they are.
    let some = json!({ "error_count": 3, "error_items": [{ "id": "u2" }, { "id": 7 }] });
    assert_eq!(identify(9, [], &some), (6, [vec![(Some(2), "u2".to_owned())], nameless(2)].concat()));
    let unknown = json!({ "error_count": 1, "error_items": [{ "id": "U2" }] });
    assert_eq!(identify(9, [], &unknown), (8, vec![(None, "U2".to_owned())]));
    let fewer = json!({ "error_count": 0, "error_items": [{ "id": "u2" }] });
    assert_eq!(identify(9, [], &fewer), (8, vec![(Some(2), "u2".to_owned())]));
    // Never more than were accepted.
    assert_eq!(identify(9, [], &json!({ "error_count": u64::MAX })), (0, nameless(9)));
    assert_eq!(identify(9, [Fate::Limit(4)], &json!({ "error_count": 9 })), (0, nameless(5)));
}

#[test]
fn an_odd_field_of_a_bulk_operation_costs_nothing() {
    let says = json!({ "name": null, "inserted_at": "soon", "updated_at": 7, "error_count": "none", "error_items": 0 });
    assert_eq!(identify(3, [], &says), (3, vec![]));
    let (knock, client) = knock([]);
    knock.world.lock().unwrap().says.clone_from(says.as_object().unwrap());
    let schedule = ScheduleRequest::new("digest", "jhammond").repeat(RepeatRule::daily());
    let mut run = bulk::create_schedules().start(&client, [schedule]).unwrap();
    let chunks = chunks_of(&mut run);
    assert!(matches!(chunks[0].outcome, Outcome::Done), "{chunks:?}");
}

#[test]
fn refused_items_are_listed_and_the_others_go_on() {
    let (knock, client) = knock([]);
    let large = UserRequest::new("large").name("x".repeat(500));
    let users = [
        UserRequest::new("a"),
        UserRequest::new(""),
        large,
        UserRequest::new("bad1"),
        UserRequest::new("b").property("id", 1),
        UserRequest::new("c"),
    ];
    let mut run = bulk::identify_users().max_bytes(400).start(&client, users).unwrap();
    let chunks = chunks_of(&mut run);
    assert_eq!(chunks.len(), 1);
    let told: Vec<_> = chunks[0]
        .refused
        .iter()
        .map(|refused| (refused.item.index.unwrap(), refused.item.id.as_str(), refused.reason.to_string()))
        .collect();
    assert_eq!(told[0].0, 1);
    assert_eq!(told[0].2, "the item is invalid: `user.id` is empty; it must be an id");
    let size = r#"{"users":[{"id":"large","name":""}]}"#.len() + 500;
    let too_large = format!("a request with this item alone has {size} bytes; at most 400 are allowed");
    assert_eq!(told[1], (2, "large", too_large));
    assert_eq!(told[2], (3, "bad1", "Knock refused the item without a reason".to_owned()));
    assert_eq!((told[3].0, told[3].1), (4, "b"));
    assert_eq!(told.len(), 4);
    assert_eq!(knock.chunks(), [["a", "bad1", "c"]]);
    assert_eq!((chunks[0].done, run.summary().settled.refused), (2, 4));
    assert_eq!(run.summary().refused_items, chunks[0].refused);
    assert!(!format!("{run:?} {chunks:?}").contains("large"));
}

#[test]
fn only_some_chunks_are_in_flight() {
    let (knock, client) = knock([]);
    knock.world.lock().unwrap().delays.extend([80, 0, 0, 0]);
    let mut run = bulk::delete_users().max_items(1).in_flight(3).start(&client, ids(0..10)).unwrap();
    assert!(poll_up_to(15, run.try_next()).is_none());
    assert_eq!(
        knock.chunks().concat(),
        ["u1", "u2"],
        "the first is slow, and the fourth waits for its place"
    );
    let order: Vec<_> = chunks_of(&mut run).iter().map(|chunk| chunk.number).collect();
    assert_eq!(order, (0..10).collect::<Vec<_>>());
}

#[test]
fn rate_limited_items_are_sent_again_and_then_listed() {
    let (first, client) = knock([Fate::Limit(2), Fate::Limit(1)]);
    let mut run = bulk::mark_messages(Mark::Seen).start(&client, ["a", "b", "c"]).unwrap();
    let chunks = chunks_of(&mut run);
    assert_eq!(first.chunks(), [vec!["a", "b", "c"], vec!["b", "c"], vec!["c"]]);
    assert_eq!(first.world.lock().unwrap().clock, Duration::from_millis(2500));
    assert_eq!((chunks[0].done, chunks[0].rate_limited.len()), (3, 0));

    let (second, client) = knock([Fate::Limit(1); 3]);
    let mut run = bulk::identify_users().rate_limit_retries(2).start(&client, ["a", "b"]).unwrap();
    let chunks = chunks_of(&mut run);
    assert_eq!(second.chunks(), [vec!["a", "b"], vec!["b"], vec!["b"]]);
    let limited = &chunks[0].rate_limited;
    assert_eq!((limited.len(), limited[0].index, limited[0].id.as_str()), (1, Some(1), "b"));
    assert_eq!((chunks[0].done, run.summary().settled.rate_limited), (1, 1));

    // What is not safe to send again is only listed.
    let (third, client) = knock([Fate::Limit(1)]);
    let mut run = bulk::mark_messages(Mark::Interacted).start(&client, ["a", "b"]).unwrap();
    assert_eq!(chunks_of(&mut run)[0].rate_limited.len(), 1);
    assert_eq!(third.chunks().len(), 1);
}

#[test]
fn too_many_requests_do_not_lose_a_chunk() {
    let (knock, client) = knock([Fate::Status(429); 10]);
    let summary = wait_for(bulk::identify_users().start(&client, ids(0..3)).unwrap().finish()).unwrap();
    assert!(summary.is_complete());
    assert_eq!(knock.chunks().len(), 11);
}

#[test]
fn a_failed_chunk_is_sent_again_by_a_later_run() {
    let (first, client) = knock([Fate::Act, Fate::Status(422), Fate::Act]);
    let work = || bulk::identify_users().max_items(2).in_flight(1).with(never());
    let mut run = work().start(&client, ids(0..5)).unwrap();
    let outcomes: Vec<_> = chunks_of(&mut run).into_iter().map(|chunk| chunk.outcome).collect();
    assert!(matches!(&outcomes[..], [Outcome::Done, Outcome::Failed(_), Outcome::Done]));
    assert_eq!((run.summary().failed, run.summary().settled.done), (2, 3));

    let mut again = work().resume(stored(&run.checkpoint())).start(&client, ids(0..5)).unwrap();
    let chunks = chunks_of(&mut again);
    assert_eq!((chunks.len(), chunks[0].items.clone()), (1, 2..4));
    assert_eq!(again.summary().settled.done, 5);
    assert!(again.summary().is_complete());
    assert_eq!(first.chunks().last().unwrap(), &["u2", "u3"]);
}

#[test]
fn the_first_failure_is_in_the_summary() {
    let fates = [Fate::Act, Fate::Status(422), Fate::Status(404)];
    let (_, client) = knock(fates);
    let work = bulk::identify_users().max_items(1).in_flight(1).with(never());
    let summary = wait_for(work.start(&client, ids(0..3)).unwrap().finish()).unwrap();
    assert_eq!((summary.settled.done, summary.failed), (1, 2));
    let failure = summary.first_failure.expect("a failure");
    assert!(failure.starts_with("users.bulk_identify: 422"), "{failure}");

    let (_, client) = knock([]);
    let summary = wait_for(bulk::identify_users().start(&client, ids(0..3)).unwrap().finish()).unwrap();
    assert_eq!(summary.first_failure, None);
}

#[test]
fn a_chunk_that_was_applied_is_not_sent_again_if_its_response_cannot_be_read() {
    for text in [r#"{"odd": true}"#, r#"[{"odd""#] {
        let (_, client) = knock([Fate::ActAndSay(text)]);
        let trigger = bulk::trigger(&workflows::trigger("closing"));
        let mut run = trigger.start(&client, ["a", "b"]).unwrap();
        let [chunk] = &chunks_of(&mut run)[..] else { panic!("one chunk was expected") };
        assert!(matches!(chunk.outcome, Outcome::Done), "{chunk:?}");
        assert_eq!((chunk.done, &chunk.workflow_run_id), (2, &None));
        assert!(run.summary().is_complete());

        for mark in [Mark::Seen, Mark::Interacted] {
            let (_, client) = knock([Fate::ActAndSay(text)]);
            let mut run = bulk::mark_messages(mark).start(&client, ["a", "b"]).unwrap();
            let [chunk] = &chunks_of(&mut run)[..] else { panic!("one chunk was expected") };
            assert!(matches!(chunk.outcome, Outcome::Done), "{chunk:?}");
        }

        // What became of a bulk operation cannot be known without its id.
        let (knock, client) = knock([Fate::ActAndSay(text)]);
        let mut run = bulk::identify_users().start(&client, ["a", "b"]).unwrap();
        assert!(matches!(chunks_of(&mut run)[0].outcome, Outcome::Unknown(Some(_))));
        assert_eq!(run.summary().settled.unknown, 2);
        assert!(run.summary().first_failure.is_some());
        let mut again =
            bulk::identify_users().resume(stored(&run.checkpoint())).start(&client, ["a", "b"]).unwrap();
        assert!(chunks_of(&mut again).is_empty());
        assert_eq!(knock.chunks().len(), 1);
    }
}

#[test]
fn a_bulk_operation_that_takes_too_long_is_waited_for_by_a_later_run() {
    let (knock, client) = knock([]);
    knock.world.lock().unwrap().fetches = 10;
    let work = || bulk::delete_users().wait(secs(1), secs(5));
    let users = ["a", "bad1"];
    let mut run = work().start(&client, users).unwrap();
    let chunks = chunks_of(&mut run);
    assert!(matches!(&chunks[0].outcome, Outcome::Unfinished(_)), "{chunks:?}");
    assert_eq!((chunks[0].refused.len(), run.summary().unfinished), (0, 2));

    let mut again =
        work().wait(secs(1), secs(60)).resume(stored(&run.checkpoint())).start(&client, users).unwrap();
    let chunks = chunks_of(&mut again);
    assert_eq!((chunks[0].done, chunks[0].refused[0].item.id.as_str()), (1, "bad1"));
    assert_eq!(knock.chunks().len(), 1, "it was sent once");
}

#[test]
fn a_lost_bulk_operation_is_sent_again_only_if_that_is_harmless() {
    let (first, client) = knock([]);
    first.world.lock().unwrap().fetches = 100;
    let forget = || first.world.lock().unwrap().operations.clear();
    let mut users = bulk::delete_users().wait(secs(1), secs(1)).start(&client, ["a"]).unwrap();
    chunks_of(&mut users);
    forget();
    let resumed = bulk::delete_users().resume(stored(&users.checkpoint()));
    let mut resumed = resumed.start(&client, ["a"]).unwrap();
    assert!(matches!(chunks_of(&mut resumed)[0].outcome, Outcome::Failed(_)));
    let mut again = bulk::delete_users().wait(secs(1), secs(500)).resume(stored(&resumed.checkpoint()));
    again = again.in_flight(1);
    assert!(matches!(chunks_of(&mut again.start(&client, ["a"]).unwrap())[0].outcome, Outcome::Done));
    assert_eq!(first.chunks().len(), 2);

    let digest = || [ScheduleRequest::new("digest", "a").repeat(RepeatRule::daily())];
    let mut schedules = bulk::create_schedules().wait(secs(1), secs(1)).start(&client, digest()).unwrap();
    chunks_of(&mut schedules);
    forget();
    let resumed = bulk::create_schedules().resume(stored(&schedules.checkpoint()));
    let mut resumed = resumed.start(&client, digest()).unwrap();
    assert!(matches!(chunks_of(&mut resumed)[0].outcome, Outcome::Unknown(Some(_))));
    let last = bulk::create_schedules().resume(stored(&resumed.checkpoint()));
    assert!(chunks_of(&mut last.start(&client, digest()).unwrap()).is_empty());
    assert_eq!(first.chunks().len(), 3);
}

#[test]
fn triggers_have_numbered_keys_and_one_cancellation_key() {
    let (knock, client) = knock([]);
    let trigger = workflows::trigger("closing").cancellation_key("c17").idempotency_key("alert-17");
    let mut run = bulk::trigger(&trigger).start(&client, ids(0..2001)).unwrap();
    let runs: Vec<_> = chunks_of(&mut run).into_iter().map(|chunk| chunk.workflow_run_id.unwrap()).collect();
    assert_eq!(runs, ["run-of-alert-17/0", "run-of-alert-17/1", "run-of-alert-17/2"]);
    let world = knock.world.lock().unwrap();
    assert!(world.requests.iter().all(|(_, body)| body["cancellation_key"] == "c17"));
}

#[test]
fn a_random_key_is_kept_in_the_checkpoint() {
    let (knock, client) = knock([Fate::ActAndDrop]);
    let work = || bulk::trigger(&workflows::trigger("closing")).with(never());
    let mut run = work().start(&client, ["a"]).unwrap();
    assert!(matches!(chunks_of(&mut run)[0].outcome, Outcome::Failed(_)));
    let checkpoint = run.checkpoint();
    assert!(!format!("{checkpoint:?}").contains("knock-rust"));
    let mut again = work().resume(stored(&checkpoint)).start(&client, ["a"]).unwrap();
    assert!(matches!(chunks_of(&mut again)[0].outcome, Outcome::Done));
    assert_eq!(knock.acted()["a"], 1);
}

#[test]
fn a_trigger_is_not_repeated_after_its_key_was_forgotten() {
    for (hours, is_repeated) in [(23, true), (24, false)] {
        let (knock, client) = knock([Fate::ActAndDrop]);
        let trigger = workflows::trigger("closing").idempotency_key("k");
        let mut run = bulk::trigger(&trigger).with(never()).start(&client, ["a"]).unwrap();
        chunks_of(&mut run);
        knock.world.lock().unwrap().clock += secs(hours * HOUR);
        let mut again =
            bulk::trigger(&trigger).resume(stored(&run.checkpoint())).start(&client, ["a"]).unwrap();
        let outcome = chunks_of(&mut again).remove(0).outcome;
        assert_eq!(matches!(outcome, Outcome::Done), is_repeated);
        assert_eq!(matches!(outcome, Outcome::Unknown(None)), !is_repeated);
        assert_eq!(knock.chunks().len(), if is_repeated { 2 } else { 1 });
        let last = bulk::trigger(&trigger).resume(stored(&again.checkpoint()));
        assert!(chunks_of(&mut last.start(&client, ["a"]).unwrap()).is_empty());
    }
}

#[test]
fn a_trigger_that_was_sent_once_stays_so_if_it_cannot_be_sent_again() {
    let (knock, client) = knock([Fate::ActAndDrop, Fate::NotSent]);
    let work = || bulk::trigger(&workflows::trigger("closing").idempotency_key("k")).with(never());
    let mut run = work().start(&client, ["a"]).unwrap();
    chunks_of(&mut run);
    let mut again = work().resume(stored(&run.checkpoint())).start(&client, ["a"]).unwrap();
    assert!(matches!(chunks_of(&mut again)[0].outcome, Outcome::Failed(_)));
    knock.world.lock().unwrap().clock += secs(25 * HOUR);
    let mut last = work().resume(stored(&again.checkpoint())).start(&client, ["a"]).unwrap();
    assert!(matches!(chunks_of(&mut last)[0].outcome, Outcome::Unknown(None)));
    assert_eq!(knock.chunks().len(), 1);
}

#[test]
fn the_checkpoint_is_announced_before_what_is_not_harmless_is_sent() {
    let digest =
        || ids(0..2).into_iter().map(|id| ScheduleRequest::new("digest", id).repeat(RepeatRule::daily()));
    let (first, client) = knock([]);
    let mut run = bulk::create_schedules().max_items(1).in_flight(1).start(&client, digest()).unwrap();
    assert!(matches!(wait_for(run.try_next()).unwrap(), Some(Event::Checkpoint)));
    assert!(first.chunks().is_empty());
    let before = stored(&run.checkpoint());
    assert!(matches!(wait_for(run.try_next()).unwrap(), Some(Event::Checkpoint)), "it was sent");
    assert_eq!(first.chunks().len(), 1);
    drop(run);

    // The process was killed before it saved the second checkpoint.
    let work = bulk::create_schedules().max_items(1).in_flight(1).resume(before);
    let mut again = work.start(&client, digest()).unwrap();
    let outcomes: Vec<_> = chunks_of(&mut again).into_iter().map(|chunk| chunk.outcome).collect();
    assert!(matches!(&outcomes[..], [Outcome::Unknown(None), Outcome::Done]));
    assert_eq!(first.chunks(), [["u0"], ["u1"]]);
}

/// The error of starting or of the first event.
fn refusal<I>(bulk: Bulk<I>, items: Vec<impl Into<I>>) -> String {
    let (knock, client) = knock([]);
    let error: Error = match bulk.start(&client, items) {
        Err(error) => error,
        Ok(mut run) => {
            let mut events = std::iter::from_fn(|| wait_for(run.try_next()).transpose());
            let error = events.find_map(Result::err).expect("an error");
            assert!(events.next().is_none(), "it is over after an error");
            error
        }
    };
    assert!(knock.chunks().is_empty(), "nothing was sent");
    assert!(error.is_usage());
    error.message().to_owned()
}

#[test]
fn a_checkpoint_that_does_not_fit_is_refused() {
    let (_, client) = knock([]);
    let mut run = bulk::delete_users().max_items(2).start(&client, ids(0..6)).unwrap();
    wait_for(run.try_next()).unwrap();
    let checkpoint = run.checkpoint();
    let resumed = || bulk::delete_users().resume(checkpoint.clone());

    assert_eq!(
        refusal(bulk::identify_users().resume(checkpoint.clone()), ids(0..6)),
        "`checkpoint` is of `users.bulk_delete`; this is `users.bulk_identify`"
    );
    let other = "`checkpoint` is of another input: its first 4 items are not those of this one";
    assert_eq!(refusal(resumed(), ids(1..7)), other);
    assert_eq!(
        refusal(resumed(), ids(0..2)),
        "`checkpoint` is of another input, of which 6 items were read; this one has fewer, or other ones"
    );
    assert_eq!(
        refusal(resumed(), Vec::<String>::new()),
        "`checkpoint` is of another input, of which 6 items were read; this one has fewer, or other ones"
    );
    assert!(
        refusal(resumed(), [ids(0..3), ids(4..7)].concat()).starts_with("`checkpoint` is of another input")
    );

    let mut objects = bulk::delete_objects("projects").start(&client, ["a"]).unwrap();
    chunks_of(&mut objects);
    let message = refusal(bulk::delete_objects("assets").resume(objects.checkpoint()), vec!["a"]);
    assert!(
        message.starts_with("`checkpoint` is of `objects.bulk_delete` too, but has other arguments"),
        "{message}"
    );

    let trigger = || workflows::trigger("closing");
    let mut run = bulk::trigger(&trigger().idempotency_key("k1")).start(&client, ["a"]).unwrap();
    chunks_of(&mut run);
    let other = bulk::trigger(&trigger().idempotency_key("k2")).resume(run.checkpoint());
    assert_eq!(
        refusal(other, vec!["a"]),
        "`idempotency_key` is not the one of the checkpoint; use the same, or leave it out"
    );
}

#[test]
fn a_newer_or_damaged_checkpoint_cannot_be_read() {
    type Change = fn(&mut Value);
    let (_, client) = knock([]);
    let mut run = bulk::delete_users().max_items(2).start(&client, ids(0..6)).unwrap();
    wait_for(run.try_next()).unwrap();
    let good = serde_json::to_value(run.checkpoint()).unwrap();
    let error = |change: &dyn Fn(&mut Value)| {
        let mut changed = good.clone();
        change(&mut changed);
        serde_json::from_value::<Checkpoint>(changed).unwrap_err().to_string()
    };
    assert_eq!(
        error(&|value| *value = json!({ "version": 2, "pending": "elsewhere" })),
        "the checkpoint has version 2; this version of the SDK reads version 1"
    );
    let damage: [(Change, &str); 7] = [
        (|value| value["version"] = json!(null), "has no version"),
        (|value| *value = json!([]), "is not an object"),
        (|value| value["hash"] = json!("abc"), "hexadecimal"),
        (|value| value["pending"][0]["chunk"] = json!(9), "`pending`"),
        (|value| value["items"] = json!(0), "`items`"),
        (|value| value["unheard"] = json!(0), "unheard"),
        (|value| drop(value.as_object_mut().unwrap().remove("chunks")), "chunks"),
    ];
    for (change, expected) in damage {
        let error = error(&change);
        assert!(error.starts_with("the checkpoint is damaged: ") && error.contains(expected), "{error}");
    }
}

#[test]
fn invalid_settings_and_arguments_are_refused() {
    let users = || vec!["a"];
    assert_eq!(refusal(bulk::delete_users().in_flight(0), users()), "`in_flight` is 0; it must be 1 to 64");
    assert_eq!(
        refusal(bulk::delete_users().max_items(1001), users()),
        "`max_items` is 1001; it must be 1 to 1000"
    );
    assert_eq!(
        refusal(bulk::delete_users().max_bytes(15), users()),
        "`max_bytes` is 15, but a request without any item has 15 bytes already"
    );
    let trigger = workflows::trigger("closing").recipients(["a"]);
    assert_eq!(
        refusal(bulk::trigger(&trigger), users()),
        "`recipients` has 1 entries already; pass them as items of the bulk run"
    );
    assert!(
        refusal(bulk::trigger(&workflows::trigger("a").data("text")), users()).contains("`data` is a string")
    );
    let long = workflows::trigger("closing").idempotency_key("k".repeat(235));
    assert!(refusal(bulk::trigger(&long), users()).contains("has 235 characters; at most 234 are allowed"));
    let merge = PreferenceSetRequest::new().merge();
    assert!(refusal(bulk::set_user_preferences("default", merge), users()).contains("cannot be merged"));
}

#[test]
fn an_object_of_another_collection_is_refused() {
    let (_, client) = knock([]);
    let objects = [ObjectRequest::new("projects", "a"), ObjectRequest::new("assets", "b")];
    let chunks = chunks_of(&mut bulk::set_objects("projects").start(&client, objects).unwrap());
    let [refused] = &chunks[0].refused[..] else { panic!("{chunks:?}") };
    assert!(matches!(&refused.reason, Reason::Invalid(error) if error.field() == "object.collection"));
}

#[test]
fn a_run_can_be_sent_to_another_thread() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let (_, client) = knock([]);
    let run = bulk::identify_users().start(&client, ids(0..3)).unwrap();
    assert!(wait_for(is_send(is_send(run).finish())).unwrap().is_complete());
}

/// A transport to a strict emulator, in a world without real time: the clock goes on when everything waits for it.
struct Strict {
    emulator: Emulator,
    world: Arc<Mutex<(Duration, BTreeSet<Duration>)>>,
}

impl Transport for Strict {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        _: Attempt<'_>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let now = NOW.since(UnixTime::from_secs(0)) + self.world.lock().unwrap().0;
        Ok(self.emulator.handle(request, std::time::UNIX_EPOCH + now))
    }

    async fn sleep(&self, duration: Duration) {
        let end = self.world.lock().unwrap().0 + duration;
        std::future::poll_fn(|_| {
            let mut world = self.world.lock().unwrap();
            if world.0 >= end {
                return Poll::Ready(());
            }
            world.1.insert(end);
            Poll::Pending
        })
        .await;
    }

    fn now(&self) -> UnixTime {
        NOW + self.steady()
    }

    fn steady(&self) -> Duration {
        self.world.lock().unwrap().0
    }

    fn random(&self) -> Result<[u8; 16], TransportError> {
        Ok([7; 16])
    }
}

#[test]
fn a_run_keeps_to_the_rate_of_its_calls() {
    let emulator = Emulator::builder().rate_limits(RateLimits::new()).build();
    let world = Arc::new(Mutex::new((Duration::ZERO, BTreeSet::new())));
    let transport = Strict { emulator: emulator.clone(), world: Arc::clone(&world) };
    let config = knock_core::Config::new(knock_emulator::DEFAULT_KEY).unwrap();
    let client = Client::with_transport(config, transport);
    let mut run = pin!(bulk::identify_users().start(&client, ids(0..12_000)).unwrap().finish());
    let summary = loop {
        if let Poll::Ready(summary) = run.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            break summary.unwrap();
        }
        let mut world = world.lock().unwrap();
        // Without a sleeper, the run only gave way to other tasks.
        world.0 = world.1.pop_first().unwrap_or(world.0);
    };
    assert_eq!((summary.is_complete(), summary.settled.done), (true, 12_000));
    let requests = emulator.requests();
    assert!(requests.iter().all(|request| request.status.is_success()), "there is no 429");
    assert_eq!(requests.iter().filter(|request| request.path.ends_with("/identify")).count(), 12);
    let elapsed = world.lock().unwrap().0;
    assert!((secs(11)..secs(13)).contains(&elapsed), "one request per second: {elapsed:?}");
}

/// A user for each size: `None` is invalid.
fn users_of(sizes: &[Option<usize>]) -> Vec<UserRequest> {
    let user = |(index, size): (usize, &Option<usize>)| match size {
        Some(size) => UserRequest::new(format!("u{index}")).name("x".repeat(*size)),
        None => UserRequest::new(""),
    };
    sizes.iter().enumerate().map(user).collect()
}

fn sizes() -> impl Strategy<Value = Vec<Option<usize>>> {
    prop::collection::vec(prop::option::weighted(0.9, 0_usize..120), 0..60)
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        4 => Just(Fate::Act),
        1 => Just(Fate::ActAndDrop),
        1 => Just(Fate::NotSent),
        1 => prop::sample::select(vec![429, 503, 422]).prop_map(Fate::Status),
    ];
    prop::collection::vec(fate, 0..40)
}

/// What a program keeps, together with its checkpoint.
#[derive(Debug, Clone, Default)]
struct Ledger {
    checkpoint: Option<Checkpoint>,
    done: u64,
    /// The items whose outcome was reported.
    refused: Vec<u64>,
    unknown: Vec<u64>,
    settled_chunks: Vec<u64>,
}

impl Ledger {
    fn write(&mut self, chunk: &Chunk) {
        self.done += chunk.done;
        self.refused.extend(chunk.refused.iter().filter_map(|refused| refused.item.index));
        match chunk.outcome {
            Outcome::Done => self.settled_chunks.push(chunk.number),
            Outcome::Unknown(_) => {
                self.settled_chunks.push(chunk.number);
                let sent = chunk
                    .items
                    .clone()
                    .filter(|index| !chunk.refused.iter().any(|refused| refused.item.index == Some(*index)));
                self.unknown.extend(sent);
            }
            _ => {}
        }
    }
}

/// Runs, and is killed after so many polls of the run each time, until nothing is left to do.
fn run_and_kill<I: Clone>(
    knock: &Arc<Knock>,
    work: impl Fn() -> Bulk<I>,
    items: &[I],
    kills: &[usize],
) -> Ledger {
    let client = Client::with_transport(config(), Line(Arc::clone(knock)));
    let mut ledger = Ledger::default();
    let mut kills = kills.iter().copied();
    loop {
        let mut polls = kills.next().unwrap_or(usize::MAX);
        let mut bulk = work();
        if let Some(checkpoint) = &ledger.checkpoint {
            bulk = bulk.resume(stored(checkpoint));
        }
        let mut run = bulk.start(&client, items.to_vec()).unwrap();
        loop {
            let mut used = 0;
            let counted = async {
                let mut next = pin!(run.try_next());
                std::future::poll_fn(|context| {
                    used += 1;
                    next.as_mut().poll(context)
                })
                .await
            };
            let Some(event) = poll_up_to(polls.min(100_000), counted) else { break };
            polls = polls.saturating_sub(used);
            let Some(event) = event.unwrap() else {
                let summary = run.summary();
                if summary.failed + summary.unfinished == 0 {
                    return ledger;
                }
                break;
            };
            if let Event::Chunk(chunk) = event {
                ledger.write(&chunk);
            }
            ledger.checkpoint = Some(run.checkpoint());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn the_chunks_are_the_items_in_order_each_once(
        sizes in sizes(),
        max_items in 1_usize..20,
        max_bytes in 60_usize..400,
        in_flight in 1_usize..5,
    ) {
        let users = users_of(&sizes);
        let bytes = |user: &UserRequest| json!({ "users": [user] }).to_string().len();
        let (knock, client) = knock([]);
        let work = bulk::identify_users().max_items(max_items).max_bytes(max_bytes).in_flight(in_flight);
        let mut run = work.start(&client, users.clone()).unwrap();
        let chunks = chunks_of(&mut run);

        let mut end = 0;
        for (number, chunk) in chunks.iter().enumerate() {
            prop_assert_eq!((chunk.number, chunk.items.start), (number as u64, end));
            end = chunk.items.end;
        }
        prop_assert_eq!(end, users.len() as u64);
        let fitting = |user: &&UserRequest| !user.id().is_empty() && bytes(user) <= max_bytes;
        let expected: Vec<_> = users.iter().filter(fitting).map(|user| user.id().to_owned()).collect();
        prop_assert_eq!(knock.chunks().concat(), expected);
        for (_, body) in &knock.world.lock().unwrap().requests {
            prop_assert!(body.to_string().len() <= max_bytes);
            prop_assert!(body["users"].as_array().unwrap().len() <= max_items);
        }
        let refused: Vec<_> = chunks.iter().flat_map(|chunk| &chunk.refused).filter_map(|one| one.item.index).collect();
        let all = users.iter().enumerate();
        let expected: Vec<_> = all.filter(|(_, user)| !fitting(user)).map(|(index, _)| index as u64).collect();
        prop_assert_eq!(refused, expected);
    }

    #[test]
    fn a_killed_import_identifies_every_user_and_lists_each_refused_one_once(
        sizes in sizes(),
        max_items in 1_usize..8,
        in_flight in 1_usize..5,
        fetches in 0_u32..4,
        fates in fates(),
        delays in prop::collection::vec(0_u8..6, 0..60),
        kills in prop::collection::vec(1_usize..30, 0..12),
    ) {
        let mut users = users_of(&sizes);
        users.extend(["bad1", "bad2"].map(UserRequest::new));
        let knock = Arc::new(Knock::default());
        {
            let mut world = knock.world.lock().unwrap();
            (world.fates, world.delays, world.fetches) = (fates.into(), delays.into(), fetches);
        }
        let options = CallOptions::new().max_retries(1);
        let work = || bulk::identify_users().max_items(max_items).in_flight(in_flight).with(options.clone());
        let ledger = run_and_kill(&knock, work, &users, &kills);

        let acted = knock.acted();
        let is_good = |user: &UserRequest| !user.id().is_empty() && !user.id().starts_with("bad");
        for user in users.iter().filter(|user| is_good(user)) {
            prop_assert!(acted.contains_key(user.id()), "{} was lost", user.id());
        }
        let refused: Vec<_> =
            (0..).zip(&users).filter(|(_, user)| !is_good(user)).map(|(index, _)| index).collect();
        let mut told = ledger.refused.clone();
        told.sort_unstable();
        prop_assert_eq!(told, refused);
        prop_assert_eq!(ledger.done, acted.len() as u64);
        prop_assert!(ledger.unknown.is_empty());
    }

    #[test]
    fn a_killed_trigger_notifies_every_recipient_once(
        count in 0_u32..60,
        max_items in 1_usize..8,
        in_flight in 1_usize..5,
        fates in fates(),
        delays in prop::collection::vec(0_u8..6, 0..60),
        kills in prop::collection::vec(1_usize..30, 0..12),
    ) {
        let recipients: Vec<_> = ids(0..count).into_iter().map(RecipientRequest::from).collect();
        let knock = Arc::new(Knock::default());
        {
            let mut world = knock.world.lock().unwrap();
            (world.fates, world.delays) = (fates.into(), delays.into());
        }
        let trigger = workflows::trigger("closing").idempotency_key("k");
        let options = CallOptions::new().max_retries(1);
        let work = || bulk::trigger(&trigger).max_items(max_items).in_flight(in_flight).with(options.clone());
        let ledger = run_and_kill(&knock, work, &recipients, &kills);
        prop_assert_eq!(knock.acted(), ids(0..count).into_iter().map(|id| (id, 1)).collect());
        prop_assert_eq!(ledger.done, u64::from(count));
    }

    #[test]
    fn a_killed_run_creates_no_schedule_twice_and_knows_which_are_uncertain(
        count in 0_u32..60,
        max_items in 1_usize..8,
        in_flight in 1_usize..5,
        fetches in 0_u32..4,
        fates in fates(),
        delays in prop::collection::vec(0_u8..6, 0..60),
        kills in prop::collection::vec(1_usize..30, 0..12),
        at_once in any::<bool>(),
    ) {
        let knock = Arc::new(Knock::default());
        {
            let mut world = knock.world.lock().unwrap();
            (world.fates, world.delays, world.fetches) = (fates.into(), delays.into(), fetches);
        }
        let options = CallOptions::new().max_retries(1);
        let ledger = if at_once {
            let recipients: Vec<_> = ids(0..count).into_iter().map(RecipientRequest::from).collect();
            let create = schedules::create("digest").repeat(RepeatRule::daily());
            let work = || bulk::schedule(&create).max_items(max_items).in_flight(in_flight).with(options.clone());
            run_and_kill(&knock, work, &recipients, &kills)
        } else {
            let digest = |id| ScheduleRequest::new("digest", id).repeat(RepeatRule::daily());
            let digests: Vec<_> = ids(0..count).into_iter().map(digest).collect();
            let work = || bulk::create_schedules().max_items(max_items).in_flight(in_flight).with(options.clone());
            run_and_kill(&knock, work, &digests, &kills)
        };

        let acted = knock.acted();
        prop_assert!(acted.values().all(|times| *times == 1), "{acted:?}");
        let unknown: BTreeSet<_> = ledger.unknown.iter().map(|index| format!("u{index}")).collect();
        prop_assert_eq!(unknown.len(), ledger.unknown.len(), "each is reported once");
        for id in ids(0..count) {
            prop_assert!(acted.contains_key(&id) || unknown.contains(&id), "{id} was lost");
        }
        let certain = acted.keys().filter(|id| !unknown.contains(*id)).count();
        prop_assert_eq!(ledger.done, certain as u64);
        let mut chunks = ledger.settled_chunks.clone();
        chunks.sort_unstable();
        chunks.dedup();
        prop_assert_eq!(chunks.len(), ledger.settled_chunks.len(), "each chunk is settled once");
    }
}
