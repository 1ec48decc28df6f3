//! Samples: one per operation, in all its forms, with its type erased.

use bytes::Bytes;
use http::StatusCode;
use knock_core::{Batch, Error, Items, Operation, OperationInfo, Page, Paged, PreparedCall, UnixTime};
use serde::Serialize;
use serde_json::{Value, json};

/// What an operation sends.
pub type Request = Result<PreparedCall, Error>;
/// Reads a response and returns its value as JSON.
type Read = Box<dyn Fn(http::Response<Bytes>) -> Result<Value, Error>>;

/// One operation: what it sends with only its required arguments, with all of them, and in other forms, and how it reads
/// a response.
pub struct Sample {
    /// The facts of the operation.
    pub info: OperationInfo,
    /// The request with only the required arguments.
    pub required: Request,
    /// The requests with all arguments. There are several if some arguments exclude each other.
    pub full: Vec<Request>,
    read: Read,
}

impl std::fmt::Debug for Sample {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sample({})", self.info.name)
    }
}

impl Sample {
    /// Returns a sample of an operation with only its required arguments, whose response is one value.
    pub fn of<O>(required: O) -> Self
    where
        O: Operation<Output: Serialize> + 'static,
    {
        Self::new(required, |output| json!(output))
    }

    /// Returns a sample of an operation that has no optional arguments but many forms. The first counts as the required
    /// one.
    pub fn each<O>(operations: impl IntoIterator<Item = O>) -> Self
    where
        O: Operation<Output: Serialize> + 'static,
    {
        let mut operations = operations.into_iter();
        let first = Self::of(operations.next().unwrap());
        operations.fold(first, Self::full)
    }

    /// Returns a sample of an operation whose response is a page of a list.
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

    /// Returns a sample of an operation whose response lists what it created, changed or deleted.
    pub fn items<O, T>(required: O) -> Self
    where
        O: Operation<Output = Items<T>> + 'static,
        T: Serialize,
    {
        Self::new(required, |items| json!(items.items))
    }

    /// Returns a sample of an operation on many entities.
    pub fn batch<O, T>(required: O) -> Self
    where
        O: Operation<Output = Batch<T>> + 'static,
        T: Serialize,
    {
        Self::new(required, |batch| json!(batch.value))
    }

    /// Returns a sample of an operation whose response is converted by `to_json`.
    pub fn new<O: Operation + 'static>(required: O, to_json: fn(O::Output) -> Value) -> Self {
        Self {
            info: O::INFO,
            required: required.prepare(RANDOM),
            full: Vec::new(),
            read: Box::new(move |response| required.parse(response, NOW).map(to_json)),
        }
    }

    /// Adds the operation with all arguments, or with those that another one excludes.
    // By value, because references would clutter the tables.
    #[allow(clippy::needless_pass_by_value)]
    pub fn full(mut self, operation: impl Operation) -> Self {
        self.full.push(operation.prepare(RANDOM));
        self
    }

    /// All requests: the required one, and then the full ones.
    pub fn requests(&self) -> impl Iterator<Item = &Request> {
        std::iter::once(&self.required).chain(&self.full)
    }

    /// Reads a response and returns its value as JSON.
    pub fn read(&self, status: StatusCode, body: &Value) -> Result<Value, Error> {
        self.parse(response(status, body))
    }

    /// Reads a response as it was received, and returns its value as JSON.
    pub fn parse(&self, response: http::Response<Bytes>) -> Result<Value, Error> {
        (self.read)(response)
    }
}

/// At most one sample takes an idempotency key and sets none, so that no two requests share the one made from this.
const RANDOM: [u8; 16] = [7; 16];

const NOW: UnixTime = UnixTime::from_secs(1_790_000_000);

fn response(status: StatusCode, body: &Value) -> http::Response<Bytes> {
    let mut response = http::Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    response
}
