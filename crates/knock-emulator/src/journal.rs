//! The state file: a journal of the calls that changed something.
//!
//! An emulator does the same for the same calls, so performing them again at the same times restores everything: records,
//! ids, schedules and paused runs. The form of the file is that of Knock's API, which changes less than the records of the
//! emulator. A call is appended before its response is sent, so a process that is killed loses at most a call in flight.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use http::request::Parts;
use http::{Method, Request, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::settings::DEFAULT_KEY;
use crate::wire::call::header;
use crate::wire::idempotency::IDEMPOTENCY_KEY;

/// The first line of a state file.
const HEADER: &[u8] = b"knock-emulator state 1\n";
const NO_HEADER: &str = "this is not the first line of a state file of this version";
/// The prefix of the headers that list what was not changed.
const THROTTLED: &str = "x-ratelimited-";
/// The beginning of the paths of control endpoints.
#[cfg(feature = "workflows")]
const INTERVENTION: &str = "/_emulator/";
const JSON: &str = "application/json";

/// Why a state file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The file cannot be opened, read or written.
    #[error("the state file {path} cannot be used")]
    Io {
        /// The path of the file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Another process uses the file.
    #[error("the state file {path} is in use by another process")]
    InUse {
        /// The path of the file.
        path: PathBuf,
    },
    /// The file is not a state file, or it was damaged. It was left as it is.
    #[error("the state file {path} is damaged at line {line}: {problem}; it was left as it is")]
    Damaged {
        /// The path of the file.
        path: PathBuf,
        /// The number of the line, starting at 1.
        line: usize,
        /// What is wrong with the line.
        problem: &'static str,
    },
}

/// A call that changed something.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) at: Timestamp,
    pub(crate) request_id: String,
    method: String,
    uri: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    body: String,
    /// The entities that were rate-limited and not changed: the parameter and its ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) throttled: Option<(String, Vec<String>)>,
}

impl Record {
    /// Returns the record of a call, unless the call changed nothing.
    pub(crate) fn of(
        parts: &Parts,
        body: &[u8],
        response: &Response<Bytes>,
        throttled: Option<(String, Vec<String>)>,
        request_id: &str,
        at: Timestamp,
    ) -> Option<Self> {
        let is_replay = response.headers().contains_key("idempotent-replayed");
        if !response.status().is_success() || is_replay || !may_change(parts) {
            return None;
        }
        Some(Self {
            at,
            request_id: request_id.to_owned(),
            method: parts.method.to_string(),
            uri: parts.uri.path_and_query().map_or("/", |uri| uri.as_str()).to_owned(),
            key: header(&parts.headers, &IDEMPOTENCY_KEY).map(str::to_owned),
            // A call that succeeds has a body in JSON, or its body was not read.
            body: String::from_utf8_lossy(body).into_owned(),
            throttled: throttled.or_else(|| throttled_by(response)),
        })
    }

    /// Returns the record of a call of a control endpoint.
    #[cfg(feature = "workflows")]
    pub(crate) fn intervention(path: &str, body: &serde_json::Value, at: Timestamp) -> Self {
        Self {
            at,
            request_id: String::new(),
            method: Method::POST.to_string(),
            uri: format!("{INTERVENTION}{path}"),
            key: None,
            body: body.to_string(),
            throttled: None,
        }
    }

    /// The path and the body of a call of a control endpoint.
    #[cfg(feature = "workflows")]
    pub(crate) fn intervened(&self) -> Option<(&str, serde_json::Value)> {
        let path = self.uri.strip_prefix(INTERVENTION)?;
        Some((path, serde_json::from_str(&self.body).ok()?))
    }

    /// Returns the request, with a key that may do everything. Credentials are not recorded.
    pub(crate) fn request(&self) -> Option<(Parts, Bytes)> {
        let mut request = Request::builder()
            .method(self.method.as_str())
            .uri(self.uri.as_str())
            .header(AUTHORIZATION, format!("Bearer {DEFAULT_KEY}"))
            .header(CONTENT_TYPE, JSON);
        if let Some(key) = &self.key {
            request = request.header(IDEMPOTENCY_KEY, key);
        }
        request.body(Bytes::from(self.body.clone())).ok().map(Request::into_parts)
    }
}

/// Reading a bulk operation completes it. No other read changes anything.
fn may_change(parts: &Parts) -> bool {
    parts.method != Method::HEAD
        && (parts.method != Method::GET || parts.uri.path().starts_with("/v1/bulk_operations/"))
}

fn throttled_by(response: &Response<Bytes>) -> Option<(String, Vec<String>)> {
    let named = |name: &HeaderName| name.as_str().strip_prefix(THROTTLED).map(str::to_owned);
    let (param, ids) = response.headers().iter().find_map(|(name, ids)| Some((named(name)?, ids)))?;
    Some((param, ids.to_str().ok()?.split(',').map(str::to_owned).collect()))
}

/// An open state file, which no other process can open.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
}

impl Journal {
    /// Opens a state file, or creates it, and calls a function with each of its records.
    pub(crate) fn open(path: &Path, mut restore: impl FnMut(Record)) -> Result<Self, StateError> {
        let failed = |source| StateError::Io { path: path.to_owned(), source };
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let file = options.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StateError::InUse { path: path.to_owned() }),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let mut journal = Self { file };
        let mut lines = Lines { input: BufReader::new(&journal.file), line: 0, end: 0 };
        let damaged = |line, problem| StateError::Damaged { path: path.to_owned(), line, problem };
        while let Some(line) = lines.next().map_err(failed)? {
            if lines.line > 1 {
                restore(parse(&line).map_err(|problem| damaged(lines.line, problem))?);
            } else if line != HEADER {
                return Err(damaged(1, NO_HEADER));
            }
        }
        let (end, is_new) = (lines.end, lines.line == 0);
        let rest = lines.input.fill_buf().map_err(failed)?;
        if is_new && !HEADER.starts_with(rest) {
            return Err(damaged(1, NO_HEADER));
        }
        journal.start(end, is_new).map_err(failed)?;
        Ok(journal)
    }

    /// Appends after the last whole record: what follows was in flight when the process ended.
    fn start(&mut self, end: u64, is_new: bool) -> io::Result<()> {
        self.file.set_len(end)?;
        self.file.seek(SeekFrom::Start(end))?;
        if is_new { self.file.write_all(HEADER) } else { Ok(()) }
    }

    pub(crate) fn append(&mut self, record: &Record) -> io::Result<()> {
        let json = serde_json::to_string(record)?;
        self.file.write_all(format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes())).as_bytes())
    }

    /// Removes all records.
    pub(crate) fn clear(&mut self) -> io::Result<()> {
        self.start(0, true)
    }
}

/// The file may still be open in a child process that was just forked, and would then stay locked.
impl Drop for Journal {
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

fn parse(line: &[u8]) -> Result<Record, &'static str> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let (sum, json) = line.split_at_checked(9).ok_or("it is too short")?;
    let sum =
        std::str::from_utf8(sum).ok().and_then(|sum| u32::from_str_radix(sum.strip_suffix(' ')?, 16).ok());
    if sum != Some(crc32fast::hash(json)) {
        return Err("its checksum is wrong");
    }
    let record: Record = serde_json::from_slice(json).map_err(|_| "it is not a record of this version")?;
    if record.request().is_none() {
        return Err("it is not a request");
    }
    Ok(record)
}

/// The lines of a file that end with a line feed.
struct Lines<R> {
    input: BufReader<R>,
    line: usize,
    /// The number of bytes of these lines.
    end: u64,
}

impl<R: Read + Seek> Lines<R> {
    /// Returns the next line. A rest without a line feed is no line.
    fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        self.input.read_until(b'\n', &mut line)?;
        if !line.ends_with(b"\n") {
            self.input.seek(SeekFrom::Start(self.end))?;
            return Ok(None);
        }
        self.line += 1;
        self.end += line.len() as u64;
        Ok(Some(line))
    }
}
