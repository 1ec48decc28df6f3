//! The call for a chunk.

use bytes::Bytes;

use crate::bulk::kind::{Kind, Place, Reads, Reply};
use crate::bulk::rows::Rows;
use crate::call::{OperationInfo, RateLimitTier};
use crate::config::CallOptions;
use crate::operation::{Operation, RequestEncoder};
use crate::value::InvalidInput;
use crate::wire::DecodeError;

/// The operation of a kind for some rows of a chunk.
#[derive(Debug)]
pub(super) struct ChunkCall<'a> {
    pub(super) kind: &'a Kind,
    pub(super) options: &'a CallOptions,
    pub(super) chunk: &'a Rows,
    pub(super) rows: &'a [usize],
    pub(super) idempotency_key: Option<String>,
}

impl Operation for ChunkCall<'_> {
    type Output = Reply;
    /// A placeholder. The facts are those of the kind.
    const INFO: OperationInfo = OperationInfo::post("bulk", "", RateLimitTier::Tier1);

    fn info(&self) -> OperationInfo {
        self.kind.info
    }

    fn options(&self) -> Option<&CallOptions> {
        Some(self.options)
    }

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    fn accepts_empty_response(&self) -> bool {
        self.kind.reads == Reads::Nothing
    }

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        let template = self.kind.template.as_ref().map_err(Clone::clone)?;
        for (name, value) in &template.path {
            request.path(name, value.as_str())?;
        }
        request.raw_query(template.query);
        let (open, separator, close) = self.kind.envelope()?;
        let bytes: usize = self.rows.iter().map(|row| self.chunk.text(*row).len() + 1).sum();
        let mut text = Vec::with_capacity(open.len() + bytes + close.len());
        text.extend_from_slice(&open);
        for (position, row) in self.rows.iter().enumerate() {
            if position > 0 {
                text.push(separator);
            }
            text.extend_from_slice(self.chunk.text(*row));
        }
        text.extend_from_slice(&close);
        match self.kind.place {
            Place::Body => request.raw_body(text),
            // A query is percent-encoded, so it is ASCII.
            Place::Query => request.raw_query(&String::from_utf8_lossy(&text)),
        }
        Ok(())
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Reply, DecodeError> {
        self.kind.read(response)
    }
}
