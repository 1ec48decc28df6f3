//! Samples: one of each operation, in all its forms, without its type.

use bytes::Bytes;
use http::StatusCode;
use knock_core::{Batch, Error, Operation, OperationInfo, Page, Paged, PreparedCall, UnixTime};
use serde::Serialize;
use serde_json::{Value, json};

/// What an operation sends.
pub type Request = Result<PreparedCall, Error>;
/// Reads an answer and gives it back as JSON.
type Read = Box<dyn Fn(StatusCode, &Value) -> Result<Value, Error>>;

/// One operation: what it sends with all that it can, with only what it must, and in other forms; and how it reads.
pub struct Sample {
    /// The operation's facts.
    pub info: OperationInfo,
    /// With only what it must have.
    pub required: Request,
    /// With all that it can have; more than one where not all can be had at once.
    pub full: Vec<Request>,
    read: Read,
}

impl std::fmt::Debug for Sample {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sample({})", self.info.name)
    }
}

impl Sample {
    /// An operation with only what it must have, whose answer is one value.
    pub fn of<O>(required: O) -> Self
    where
        O: Operation<Output: Serialize> + 'static,
    {
        Self::new(required, |output| json!(output))
    }

    /// The same for an operation that has no optional parts but many forms; the first is the required one.
    pub fn each<O>(operations: impl IntoIterator<Item = O>) -> Self
    where
        O: Operation<Output: Serialize> + 'static,
    {
        let mut operations = operations.into_iter();
        let first = Self::of(operations.next().unwrap());
        operations.fold(first, Self::full)
    }

    /// The same for an operation whose answer is a page of a list.
    pub fn list<O, T>(required: O) -> Self
    where
        O: Paged<Item = T, Output = Page<T, O>> + 'static,
        T: Serialize,
    {
        Self::new(
            required,
            |page| json!({ "items": page.items, "page_info": page.info, "has_next": page.next.is_some() }),
        )
    }

    /// The same for an operation on many entities.
    pub fn batch<O, T>(required: O) -> Self
    where
        O: Operation<Output = Batch<T>> + 'static,
        T: Serialize,
    {
        Self::new(required, |batch| json!(batch.value))
    }

    /// The same, with `to_json` for an answer of another kind.
    pub fn new<O: Operation + 'static>(required: O, to_json: fn(O::Output) -> Value) -> Self {
        Self {
            info: O::INFO,
            required: required.prepare(),
            full: Vec::new(),
            read: Box::new(move |status, body| required.parse(response(status, body), NOW).map(to_json)),
        }
    }

    /// The operation with all that it can have; once more for what cannot be had at the same time.
    // By value: in the table, a reference would be noise.
    #[allow(clippy::needless_pass_by_value)]
    pub fn full(mut self, operation: impl Operation) -> Self {
        self.full.push(operation.prepare());
        self
    }

    /// Every request; the required one is the full one where there is no more to say.
    pub fn requests(&self) -> impl Iterator<Item = &Request> {
        std::iter::once(&self.required).chain(&self.full)
    }

    /// Reads an answer and gives it back as JSON.
    pub fn read(&self, status: StatusCode, body: &Value) -> Result<Value, Error> {
        (self.read)(status, body)
    }
}

const NOW: UnixTime = UnixTime::from_secs(1_790_000_000);

fn response(status: StatusCode, body: &Value) -> http::Response<Bytes> {
    let mut response = http::Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    response
}
