//! The base URL of the API.

use std::fmt;

use bytes::Bytes;
use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};

use crate::error::Error;
use crate::value::{InvalidInput, Secret};

/// The base URL of Knock's API, unless another is set.
pub const DEFAULT_BASE_URL: &str = "https://api.knock.app";

/// The parts of an absolute `http` or `https` URL.
#[derive(Clone)]
pub(super) struct BaseUrl {
    pub(super) scheme: Scheme,
    pub(super) authority: Authority,
    /// Without a slash at the end; usually empty.
    path: String,
}

impl BaseUrl {
    pub(super) fn parse(url: &str) -> Result<Self, Error> {
        let refuse = |problem: &str| {
            Err(Error::configuration(format!(
                "the base URL {problem}; set KNOCK_BASE_URL, or pass a URL such as `{DEFAULT_BASE_URL}`"
            )))
        };
        let url = match Secret::pasted(url) {
            Ok(url) if url.is_ascii() => url,
            Ok(_) => return refuse("contains a character that is not ASCII"),
            Err(problem) => return refuse(problem),
        };
        let Ok(uri) = url.parse::<Uri>() else { return refuse("is not a URL") };
        let parts = uri.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return refuse("has no scheme or no host");
        };
        if scheme != Scheme::HTTPS && scheme != Scheme::HTTP {
            return refuse("is neither `https` nor `http`");
        }
        if authority.as_str().contains('@') {
            return refuse("contains a user name");
        }
        if authority.host().len() < authority.as_str().len() && authority.port_u16().is_none() {
            return refuse("has a port that is not a number from 0 to 65535");
        }
        let path = parts.path_and_query.unwrap_or_else(|| PathAndQuery::from_static("/"));
        if path.query().is_some() || url.contains('#') {
            return refuse("contains a query or a fragment");
        }
        let path = path.path().trim_end_matches('/');
        if path.ends_with("/v1") {
            return refuse("ends with `/v1`, which the SDK adds itself");
        }
        Ok(Self { scheme, authority, path: path.to_owned() })
    }

    pub(super) fn is_plain_http(&self) -> bool {
        self.scheme == Scheme::HTTP
    }

    /// Returns whether the host is this machine. A parser of addresses would add 2 KB to a Worker.
    pub(super) fn is_loopback(&self) -> bool {
        let host = self.authority.host().to_ascii_lowercase();
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        // An address of fewer parts means another one: `127.` is 0.0.0.127.
        let is_address = || host.split('.').count() == 4 && host.split('.').all(is_number);
        matches!(host.as_str(), "localhost" | "[::1]")
            || host.ends_with(".localhost")
            || host.starts_with("127.") && is_address()
    }

    pub(super) fn join(&self, target: PathAndQuery) -> Result<Uri, Error> {
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(if self.path.is_empty() {
            target
        } else {
            PathAndQuery::from_maybe_shared(Bytes::from(format!("{}{target}", self.path)))
                .map_err(|_| Error::from(InvalidInput::new("path", "is longer than 65,534 bytes")))?
        });
        Uri::from_parts(parts)
            .map_err(|_| Error::from(InvalidInput::new("path", "does not form a valid URL")))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.path)
    }
}
