//! The page itself: its document and the files that this loads. `cargo xtask page` makes them.

use bytes::Bytes;
use http::Response;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, REFERRER_POLICY};

use crate::wire::response::{Failure, with_status};

/// The page runs and loads nothing but its own files, and nobody frames it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self' data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) fn index() -> Response<Bytes> {
    served("text/html; charset=utf-8", include_bytes!("../page/dist/index.html"))
}

pub(super) fn file(name: &str) -> Response<Bytes> {
    match name {
        "page.js" => served("text/javascript; charset=utf-8", include_bytes!("../page/dist/page.js")),
        "page.css" => served("text/css; charset=utf-8", include_bytes!("../page/dist/page.css")),
        "icon.svg" => served("image/svg+xml", include_bytes!("../page/dist/icon.svg")),
        _ => Failure::missing().response(),
    }
}

fn served(content_type: &'static str, body: &'static [u8]) -> Response<Bytes> {
    let mut response = with_status(200, Bytes::from_static(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
