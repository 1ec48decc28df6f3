//! All open sockets: what they have joined, and the frames that wait to be sent.

use std::collections::{BTreeMap, VecDeque};
use std::task::{Context, Poll, Waker};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::frame::Frame;
use super::membership::{Membership, Topic};
use crate::user_token::UserToken;
use crate::world::World;
use crate::world::message::Message;

/// The maximum number of open sockets.
const MAX_SOCKETS: usize = 4096;
/// The maximum number of topics of a socket.
const MAX_TOPICS: usize = 100;
/// The bytes that wait for a slow reader. If there are more, its socket is closed.
const MAX_QUEUED: usize = 256 * 1024;

#[derive(Debug, Default)]
pub(crate) struct Hub {
    peers: BTreeMap<u64, Peer>,
    next: u64,
}

#[derive(Debug, Default)]
struct Peer {
    /// Limits what can be joined.
    token: Option<UserToken>,
    topics: BTreeMap<String, Membership>,
    queue: VecDeque<String>,
    queued: usize,
    waker: Option<Waker>,
    closed: bool,
    silent: bool,
}

/// The text is not a frame.
#[derive(Debug)]
pub(crate) struct Garbage;

impl Hub {
    /// Opens a socket. Returns `None` if too many are open.
    pub(crate) fn open(&mut self, token: Option<UserToken>) -> Option<u64> {
        if self.peers.len() >= MAX_SOCKETS {
            return None;
        }
        self.next += 1;
        self.peers.insert(self.next, Peer { token, ..Peer::default() });
        Some(self.next)
    }

    pub(crate) fn close(&mut self, id: u64) {
        self.peers.remove(&id);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.peers.is_empty()
    }

    /// Closes the sockets whose tokens have expired. Their clients have to connect with new ones.
    pub(crate) fn expire(&mut self, now: Timestamp) {
        for peer in self.peers.values_mut() {
            if peer.token.as_ref().and_then(|token| token.expires_at).is_some_and(|end| end <= now) {
                peer.end();
            }
        }
    }

    /// Takes a frame from a client, and queues the reply.
    pub(crate) fn receive(&mut self, world: &World, id: u64, text: &str) -> Result<(), Garbage> {
        let Some(peer) = self.peers.get_mut(&id).filter(|peer| !peer.silent) else { return Ok(()) };
        let frame = Frame::parse(text).ok_or(Garbage)?;
        peer.take(world, &frame);
        Ok(())
    }

    /// The next frame for a client, or `None` once its socket is to be closed.
    pub(crate) fn poll(&mut self, id: u64, context: &mut Context<'_>) -> Poll<Option<String>> {
        let Some(peer) = self.peers.get_mut(&id).filter(|peer| !peer.closed) else {
            return Poll::Ready(None);
        };
        if !peer.silent
            && let Some(text) = peer.queue.pop_front()
        {
            peer.queued -= text.len();
            return Poll::Ready(Some(text));
        }
        peer.waker = Some(context.waker().clone());
        Poll::Pending
    }

    /// Announces new messages to everyone who shows them. Messages that arrive together are announced together.
    pub(crate) fn announce(&mut self, world: &World, arrived: &[&Message]) {
        for peer in self.peers.values_mut().filter(|peer| !peer.silent) {
            let frames: Vec<Frame> = peer
                .topics
                .iter()
                .filter_map(|(topic, membership)| {
                    let payload = membership.announce(world, arrived)?;
                    Some(push(topic, membership.join_ref.clone(), "new-message", payload))
                })
                .collect();
            for frame in &frames {
                peer.queue(frame);
            }
        }
    }

    /// Closes all sockets without a farewell, as if the network had failed.
    pub(crate) fn drop_all(&mut self) {
        self.peers.values_mut().for_each(Peer::end);
    }

    /// Makes all open sockets silent: they stay open, but nothing is received or sent any more.
    pub(crate) fn silence_all(&mut self) {
        self.peers.values_mut().for_each(|peer| peer.silent = true);
    }

    /// The topics of each open socket.
    pub(crate) fn render(&self) -> Vec<Value> {
        self.peers
            .values()
            .filter(|peer| !peer.closed)
            .map(|peer| json!({ "topics": peer.topics.keys().collect::<Vec<_>>(), "silent": peer.silent }))
            .collect()
    }
}

impl Peer {
    fn take(&mut self, world: &World, frame: &Frame) {
        let reply = match (frame.topic.as_str(), frame.event.as_str()) {
            ("phoenix", "heartbeat") => frame.reply("ok", json!({})),
            (_, "phx_join") => match self.join(world, frame) {
                Ok(()) => frame.reply("ok", json!({})),
                Err(reason) => frame.reply("error", json!({ "reason": reason })),
            },
            (topic, "phx_leave") => return self.leave(topic, frame),
            (topic, _) if !self.topics.contains_key(topic) => {
                frame.reply("error", json!({ "reason": "unmatched topic" }))
            }
            _ => frame.reply("error", json!({ "reason": "unmatched event" })),
        };
        self.queue(&reply);
    }

    fn join(&mut self, world: &World, frame: &Frame) -> Result<(), String> {
        let topic = Topic::parse(&frame.topic).ok_or("unmatched topic")?;
        if self.topics.len() >= MAX_TOPICS && !self.topics.contains_key(&frame.topic) {
            return Err(format!("more than {MAX_TOPICS} topics"));
        }
        if self.token.as_ref().is_some_and(|token| !topic.is_permitted(token, &frame.payload)) {
            return Err("invalid_user_token".to_owned());
        }
        let membership = Membership::join(world, topic, frame.join_ref.clone(), &frame.payload)?;
        self.topics.insert(frame.topic.clone(), membership);
        Ok(())
    }

    /// A page that changes its filters leaves and joins at once. What it leaves is its earlier join.
    fn leave(&mut self, topic: &str, frame: &Frame) {
        if self.topics.get(topic).is_some_and(|membership| membership.join_ref == frame.join_ref) {
            self.topics.remove(topic);
        }
        self.queue(&frame.reply("ok", json!({})));
        self.queue(&push(topic, frame.join_ref.clone(), "phx_close", json!({})));
    }

    fn queue(&mut self, frame: &Frame) {
        let text = frame.render();
        self.queued += text.len();
        if self.closed || self.queued > MAX_QUEUED {
            return self.end();
        }
        self.queue.push_back(text);
        self.wake();
    }

    fn end(&mut self) {
        self.closed = true;
        self.queue = VecDeque::new();
        self.queued = 0;
        self.topics.clear();
        self.wake();
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// A frame that does not reply to one.
fn push(topic: &str, join_ref: Option<String>, event: &str, payload: Value) -> Frame {
    Frame { join_ref, reference: None, topic: topic.to_owned(), event: event.to_owned(), payload }
}
