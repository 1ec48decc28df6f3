//! The state file: a journal of the calls that changed something.
//!
//! An emulator does the same for the same calls, so performing them again at the same times restores everything: records,
//! ids, schedules and paused runs. The form of the file is that of Knock's API, which changes less than the records of the
//! emulator. A call is appended before its response is sent, so a process that is killed loses at most a call in flight.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{Method, Request, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::wire::call::{Call, Throttled, header};
use crate::wire::idempotency::IDEMPOTENCY_KEY;

/// The first line of a state file.
const HEADER: &[u8] = b"knock-emulator state 1\n";
const NO_HEADER: &str = "this is not the first line of a state file of this version";
/// The length of the checksum of a record, in hexadecimal, and of the space that follows.
const SUM: usize = 9;
/// The beginning of the paths of control endpoints.
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
    /// A call of the file does not succeed with the settings of now, for example because its workflow is not declared. The
    /// file was left as it is.
    #[error(
        "line {line} of the state file {path} cannot be repeated with these workflows, channels and latency ({problem}); \
         the file was left as it is: start with the settings of before, or with another file"
    )]
    NotRepeatable {
        /// The path of the file.
        path: PathBuf,
        /// The number of the line, starting at 1.
        line: usize,
        /// The status and the code of the response.
        problem: String,
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
    throttled: Option<Throttled>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    users_only: bool,
}

impl Record {
    /// Returns the record of a call, unless the call changed nothing.
    pub(crate) fn of(
        call: &Call,
        parts: &Parts,
        body: &[u8],
        response: &Response<Bytes>,
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
            throttled: call.throttled.clone().filter(|(_, ids)| !ids.is_empty()),
            users_only: call.users_only,
        })
    }

    /// Restricts the call as it was restricted when it was made.
    pub(crate) fn restrict(&self, call: Call) -> Call {
        Call { throttled: self.throttled.clone(), users_only: self.users_only, ..call }
    }

    /// Returns the record of a call of a control endpoint.
    pub(crate) fn intervention(method: &str, path: &str, body: &Value, at: Timestamp) -> Self {
        Self {
            at,
            request_id: String::new(),
            method: method.to_owned(),
            uri: format!("{INTERVENTION}{path}"),
            key: None,
            body: body.to_string(),
            throttled: None,
            users_only: false,
        }
    }

    /// The method, the path and the body of a call of a control endpoint.
    pub(crate) fn intervened(&self) -> Option<(&str, &str, Value)> {
        let path = self.uri.strip_prefix(INTERVENTION)?;
        Some((&self.method, path, serde_json::from_str(&self.body).ok()?))
    }

    /// Returns the request. Credentials are not recorded.
    pub(crate) fn request(&self) -> Option<(Parts, Bytes)> {
        let mut request =
            Request::builder().method(self.method.as_str()).uri(self.uri.as_str()).header(CONTENT_TYPE, JSON);
        if let Some(key) = &self.key {
            request = request.header(IDEMPOTENCY_KEY, key);
        }
        request.body(Bytes::from(self.body.clone())).ok().map(Request::into_parts)
    }
}

/// Reading a bulk operation completes it. No other read changes anything.
pub(crate) fn may_change(parts: &Parts) -> bool {
    parts.method != Method::HEAD
        && (parts.method != Method::GET || parts.uri.path().starts_with("/v1/bulk_operations/"))
}

/// An open state file, which no other process can open.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
    /// The number of bytes of the header and the whole records.
    end: u64,
    /// Why a call could not be written. What follows from it must not be written either.
    failed: Option<String>,
}

impl Journal {
    /// Opens a state file, or creates it, and calls a function with each of its records.
    pub(crate) fn open(
        path: &Path,
        mut restore: impl FnMut(&Record) -> Result<(), String>,
    ) -> Result<Self, StateError> {
        let failed = |source| StateError::Io { path: path.to_owned(), source };
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let file = options.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StateError::InUse { path: path.to_owned() }),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let mut journal = Self { file, end: 0, failed: None };
        let damaged = |line, problem| StateError::Damaged { path: path.to_owned(), line, problem };
        let mut restore = |number, line: &[u8]| {
            let record = parse(line).map_err(|problem| damaged(number, problem))?;
            restore(&record).map_err(|problem| {
                let path = path.to_owned();
                StateError::NotRepeatable { path, line: number, problem }
            })
        };
        let mut lines = Lines { input: BufReader::new(&journal.file), line: 0, end: 0 };
        while let Some(line) = lines.next().map_err(failed)? {
            if lines.line > 1 {
                restore(lines.line, &line)?;
            } else if line != HEADER {
                return Err(damaged(1, NO_HEADER));
            }
        }
        let (number, end, rest) = (lines.line, lines.end, lines.rest().map_err(failed)?);
        if number == 0 && !HEADER.starts_with(&rest) {
            return Err(damaged(1, NO_HEADER));
        }
        let started = if number == 0 {
            journal.start(0, HEADER)
        } else if is_torn(&rest) {
            journal.start(end, b"")
        } else {
            // A record of which only the line feed is missing.
            restore(number + 1, &rest)?;
            journal.start(end + rest.len() as u64, b"\n")
        };
        started.map_err(failed)?;
        Ok(journal)
    }

    /// Removes what follows after `end`, and appends there.
    fn start(&mut self, end: u64, text: &[u8]) -> io::Result<()> {
        self.file.set_len(end)?;
        self.file.seek(SeekFrom::Start(end))?;
        self.file.write_all(text)?;
        self.end = end + text.len() as u64;
        Ok(())
    }

    /// Returns why a call could not be written, if there was one. Until [`clear`](Self::clear) nothing can be written then.
    pub(crate) fn failure(&self) -> Option<&str> {
        self.failed.as_deref()
    }

    pub(crate) fn append(&mut self, record: &Record) -> io::Result<()> {
        let json = serde_json::to_string(record)?;
        let line = format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes()));
        if let Err(error) = self.file.write_all(line.as_bytes()) {
            self.failed = Some(error.to_string());
            // If this fails, the next start takes what was written for a call in flight, which it was.
            let _ = self.start(self.end, b"");
            return Err(error);
        }
        self.end += line.len() as u64;
        Ok(())
    }

    /// Removes all records.
    pub(crate) fn clear(&mut self) -> io::Result<()> {
        let cleared = self.start(0, HEADER);
        self.failed = cleared.as_ref().err().map(ToString::to_string);
        cleared
    }

    /// A journal whose file cannot be written.
    #[cfg(test)]
    pub(crate) fn unwritable(path: &Path) -> Self {
        let file = File::open(path).expect("the file exists");
        Self { file, end: 0, failed: None }
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
    let (sum, json) = line.split_at_checked(SUM).ok_or("it is too short")?;
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

    /// Returns what follows the last line.
    fn rest(mut self) -> io::Result<Vec<u8>> {
        let mut rest = Vec::new();
        self.input.read_to_end(&mut rest)?;
        Ok(rest)
    }
}

/// Whether a rest is the beginning of a record, or empty: the process was killed, or the disk was full, while the record was
/// written. A zero byte or any other damage is not.
fn is_torn(rest: &[u8]) -> bool {
    let (sum, json) = rest.split_at(rest.len().min(SUM));
    let is_sum = sum.iter().enumerate().all(|(at, byte)| match at {
        8 => *byte == b' ',
        _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(byte),
    });
    let is_beginning = || matches!(serde_json::from_slice::<Record>(json), Err(error) if error.is_eof());
    is_sum && is_beginning()
}
