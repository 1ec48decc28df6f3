//! A kind of bulk work, as data: how the items of a chunk become a request, and how its response is read.

use bytes::Bytes;
use http::HeaderMap;
use serde::de::IgnoredAny;
use sha2::{Digest, Sha256};

use crate::api::bulk_operations::BulkOperation;
use crate::api::workflows::TriggerResponse;
use crate::call::OperationInfo;
use crate::operation::Template;
use crate::value::{InvalidInput, Text};
use crate::wire::{DecodeError, json, knock_json, no_json, rate_limited_ids};

/// The largest query of a kind whose items are sent in the URL, in bytes. Servers commonly refuse URLs over 8,000 bytes.
const MAX_QUERY_BYTES: usize = 4000;

/// How an item is identified and encoded.
#[derive(Debug)]
pub(super) struct Encoding<I> {
    pub(super) id: fn(&I) -> Text,
    /// Checks an item, and appends it to a chunk as it is sent.
    pub(super) write: fn(&Kind, &I, &mut Vec<u8>) -> Result<(), InvalidInput>,
}

/// A kind of bulk work: an operation that takes a list of items.
#[derive(Debug, Clone)]
pub(super) struct Kind {
    pub(super) info: OperationInfo,
    /// The name of the list in the request, and of the header that lists rate-limited items.
    pub(super) list: &'static str,
    /// The largest number of items in one call.
    pub(super) max_items: usize,
    pub(super) reads: Reads,
    pub(super) place: Place,
    /// The arguments of the operation besides its items.
    pub(super) template: Result<Template, InvalidInput>,
    pub(super) idempotency_key: Option<Text>,
}

/// Where the items are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Body,
    Query,
}

/// What the response contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reads {
    /// A bulk operation, which goes on in the background.
    BulkOperation,
    /// The changed entities. The call has taken effect.
    List,
    /// Nothing. The call has taken effect.
    Nothing,
    /// The id of a workflow run.
    WorkflowRun,
}

/// What the response to a chunk says.
#[derive(Debug, Default)]
pub(super) struct Reply {
    pub(super) operation: Option<BulkOperation>,
    pub(super) workflow_run_id: Option<String>,
    pub(super) rate_limited: Vec<String>,
}

impl Kind {
    pub(super) fn new(info: OperationInfo, list: &'static str, max_items: usize, reads: Reads) -> Self {
        let template = Ok(Template::default());
        Self { info, list, max_items, reads, place: Place::Body, template, idempotency_key: None }
    }

    pub(super) fn path(mut self, name: &'static str, value: Text) -> Self {
        self.template = self.template.map(|template| template.path(name, value));
        self
    }

    /// Whether a parameter of the route has this value.
    pub(super) fn has_path(&self, value: &Text) -> bool {
        self.template.as_ref().is_ok_and(|template| template.path.iter().any(|(_, own)| own == value))
    }

    /// The text before the items, between two of them, and after them.
    pub(super) fn envelope(&self) -> Result<(Vec<u8>, u8, Vec<u8>), InvalidInput> {
        let template = self.template.as_ref().map_err(Clone::clone)?;
        Ok(match self.place {
            Place::Body => {
                let open = format!("{{\"{}\":[", self.list).into_bytes();
                (open, b',', [b"]", template.members.as_slice(), b"}"].concat())
            }
            Place::Query => (b"?".to_vec(), b'&', Vec::new()),
        })
    }

    /// The largest size of a chunk that this kind allows, in bytes.
    pub(super) fn max_bytes(&self) -> usize {
        match self.place {
            Place::Body => usize::MAX,
            Place::Query => MAX_QUERY_BYTES,
        }
    }

    /// Whether a chunk may be sent again without an idempotency key.
    pub(super) fn is_harmless_to_repeat(&self) -> bool {
        self.info.repeatable && !self.info.idempotency_key
    }

    /// A hash of the arguments, by which a checkpoint of other arguments is found out.
    pub(super) fn arguments(&self) -> Result<Hash, InvalidInput> {
        let template = self.template.as_ref().map_err(Clone::clone)?;
        let mut hasher = Sha256::new();
        for (name, value) in &template.path {
            hash_part(&mut hasher, name.as_bytes());
            hash_part(&mut hasher, value.as_str().as_bytes());
        }
        hash_part(&mut hasher, template.query.as_bytes());
        hash_part(&mut hasher, &template.members);
        Ok(Hash::of(&hasher))
    }

    pub(super) fn read(&self, response: &http::Response<Bytes>) -> Result<Reply, DecodeError> {
        let mut reply = Reply::default();
        match self.reads {
            Reads::BulkOperation => reply.operation = Some(knock_json(response)?),
            Reads::List => drop(knock_json::<Vec<IgnoredAny>>(response)?),
            Reads::Nothing => no_json(response)?,
            Reads::WorkflowRun => {
                reply.workflow_run_id = Some(json::<TriggerResponse>(response)?.workflow_run_id);
            }
        }
        reply.rate_limited = self.rate_limited(response.headers());
        Ok(reply)
    }

    /// What remains of a response whose body cannot be read, if the call has taken effect.
    pub(super) fn read_without_body(&self, headers: &HeaderMap) -> Option<Reply> {
        // What a bulk operation did cannot be known without its id.
        let reply = || Reply { rate_limited: self.rate_limited(headers), ..Reply::default() };
        (self.reads != Reads::BulkOperation).then(reply)
    }

    fn rate_limited(&self, headers: &HeaderMap) -> Vec<String> {
        if self.info.repetition.deduplicated { rate_limited_ids(headers, self.list) } else { Vec::new() }
    }
}

/// A hash of arguments or items: the first half of their SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hash([u8; 16]);

impl Hash {
    /// The hash of what was passed to `hasher` so far.
    pub(super) fn of(hasher: &Sha256) -> Self {
        let mut half = [0; 16];
        half.copy_from_slice(&hasher.clone().finalize()[..16]);
        Self(half)
    }

    pub(super) fn to_hex(self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.0))
    }

    pub(super) fn from_hex(text: &str) -> Option<Self> {
        let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = digits.then(|| u128::from_str_radix(text, 16).ok()).flatten()?;
        Some(Self(number.to_be_bytes()))
    }
}

/// Adds a part to a hash, so that parts of other lengths give another hash.
pub(super) fn hash_part(hasher: &mut Sha256, part: &[u8]) {
    hasher.update((part.len() as u64).to_be_bytes());
    hasher.update(part);
}
