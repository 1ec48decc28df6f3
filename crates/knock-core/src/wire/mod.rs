//! Encoding and decoding: paths, queries, headers and JSON.

mod check;
mod decode;
mod headers;
mod json;
mod open_enum;
mod path;
mod place;
mod query;

pub(crate) use check::{
    check_count, check_filter, check_filter_value, check_id, check_idempotency_key, check_ids,
    check_optional_id, check_size,
};
pub use decode::{DecodeError, json};
pub(crate) use decode::{
    borrowed_json, check_is_knocks, is_json_or_cut, knock_json, no_json, or_default, read_part,
    readable_items,
};
pub(crate) use headers::{is_replayed, rate_limited_ids, request_id, retry_after, should_retry};
pub(crate) use json::{
    JsonText, Members, NO_JSON, ObjectSink, ObjectText, WriteJson, check_flat, members_of, serialize_object,
    write_object,
};
pub(crate) use open_enum::{TextVisitor, open_enum};
pub(crate) use path::push_segment;
pub use query::{Query, QueryValue};
