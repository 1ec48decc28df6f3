//! Cross-origin requests: what browsers ask before they let a page call the API, and which pages can control the emulator.

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, HOST, HeaderMap,
    HeaderName, HeaderValue, ORIGIN, VARY,
};
use http::request::Parts;
use http::{Method, Response};

use crate::origins::Origins;
use crate::wire::call::header;
use crate::wire::response::{Failure, with_status};

const METHODS: &str = "GET, POST, PUT, DELETE";
/// The headers that Knock's own clients send from a browser, and this SDK, and those that tracing adds to them.
const HEADERS: &str = "accept, authorization, baggage, content-type, idempotency-key, sentry-trace, traceparent, tracestate, \
    user-agent, x-knock-branch, x-knock-client, x-knock-user-token, x-stainless-arch, x-stainless-lang, \
    x-stainless-os, x-stainless-package-version, x-stainless-retry-count, x-stainless-runtime, \
    x-stainless-runtime-version, x-stainless-timeout";
/// In seconds. Browsers shorten it to what they accept.
const MAX_AGE: &str = "7200";
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
/// A page of the internet asks for this before it calls a machine of a private network, such as its own.
const ASK_PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-request-private-network");
const ALLOW_PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-allow-private-network");

/// Responds to a preflight. Returns `None` for any other request.
pub(crate) fn preflight(origins: &Origins, parts: &Parts) -> Option<Response<Bytes>> {
    if parts.method != Method::OPTIONS || !parts.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
        return None;
    }
    let origin = header(&parts.headers, &ORIGIN)?;
    if !origins.admit(origin) {
        return Some(not_allowed(origin, "call").response());
    }
    let mut response = with_status(204, Bytes::new());
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(HEADERS));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
    if parts.headers.contains_key(ASK_PRIVATE_NETWORK) {
        headers.insert(ALLOW_PRIVATE_NETWORK, HeaderValue::from_static("true"));
    }
    share(origins, &parts.headers, &mut response);
    Some(response)
}

/// Lets pages of an allowed origin read a response, with all of its headers.
pub(crate) fn share(origins: &Origins, request: &HeaderMap, response: &mut Response<Bytes>) {
    let Some(origin) = request.get(ORIGIN) else { return };
    let headers = response.headers_mut();
    headers.append(VARY, HeaderValue::from_static("origin"));
    if !origin.to_str().is_ok_and(|origin| origins.admit(origin)) {
        return;
    }
    let names: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
    if let Ok(names) = HeaderValue::try_from(names.join(", ")) {
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, names);
    }
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
}

/// Refuses a request with a host name that a page could have pointed to this machine after it was loaded from elsewhere: the
/// browser then takes the emulator for the origin of the page, and sends no origin with a read.
pub(crate) fn admit_host(origins: &Origins, headers: &HeaderMap) -> Result<(), Failure> {
    check_host(headers, |host| origins.admit_host(host))
}

fn check_host(headers: &HeaderMap, is_safe: impl Fn(&str) -> bool) -> Result<(), Failure> {
    let Some(host) = headers.get(HOST) else { return Ok(()) };
    let host = String::from_utf8_lossy(host.as_bytes());
    if is_safe(&host) { Ok(()) } else { Err(host_not_allowed(&host)) }
}

/// Refuses a request to a control endpoint if a page of another origin could have caused it. A request without any of
/// these headers does not come from a browser.
pub(crate) fn guard(origins: &Origins, headers: &HeaderMap) -> Result<(), Failure> {
    check_host(headers, |host| origins.trust_host(host))?;
    match headers.get(ORIGIN) {
        Some(origin) => {
            let origin = String::from_utf8_lossy(origin.as_bytes());
            if origins.trust(&origin) { Ok(()) } else { Err(not_allowed(&origin, "control")) }
        }
        // A browser leaves out the origin if a page merely links to something or embeds it.
        None if headers.get(FETCH_SITE).is_some_and(|site| site == "cross-site") => {
            Err(not_allowed("another origin", "control"))
        }
        None => Ok(()),
    }
}

/// Refuses the page of the emulator itself as a control endpoint, but lets a link on any other page lead to it.
pub(crate) fn guard_page(origins: &Origins, headers: &HeaderMap) -> Result<(), Failure> {
    let is_link = headers.get(FETCH_DEST).is_some_and(|destination| destination == "document");
    if is_link && !headers.contains_key(ORIGIN) {
        return check_host(headers, |host| origins.trust_host(host));
    }
    guard(origins, headers)
}

/// Refuses to open a socket to a page that cannot call the API. A browser opens one without a preflight.
pub(crate) fn admit_socket(origins: &Origins, headers: &HeaderMap) -> Result<(), Failure> {
    admit_host(origins, headers)?;
    let Some(origin) = headers.get(ORIGIN) else { return Ok(()) };
    let origin = String::from_utf8_lossy(origin.as_bytes());
    if origins.admit(&origin) { Ok(()) } else { Err(not_allowed(&origin, "call")) }
}

fn host_not_allowed(host: &str) -> Failure {
    let shown: String = host.chars().take(200).collect();
    let message = format!(
        "The emulator does not accept the host name {shown}, since a web page could have pointed it to this machine. Use \
         localhost or an address, or start knock-emulator with `--allow-origin http://{shown}`, or call `allow_origin` of \
         the builder."
    );
    Failure::new(403, "host_not_allowed", &message, "authentication_error")
}

fn not_allowed(origin: &str, what: &str) -> Failure {
    let shown: String = origin.chars().take(200).collect();
    let message = format!(
        "Web pages of {shown} are not allowed to {what} the emulator. Only pages on this machine are, such as \
         http://localhost:3000. To allow another origin, start knock-emulator with `--allow-origin <origin>`, or call \
         `allow_origin` of the builder."
    );
    Failure::new(403, "origin_not_allowed", &message, "authentication_error")
}
