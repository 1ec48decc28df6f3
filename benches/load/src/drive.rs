//! A closed-loop load on any URL, for measuring servers such as Workers.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::Result;
use crate::measure::Subject;

/// The request to send repeatedly.
#[derive(Debug, Clone)]
pub struct Template {
    /// The URL.
    pub url: Uri,
    /// The method.
    pub method: Method,
    /// The headers, in addition to those that HTTP itself needs.
    pub headers: HeaderMap,
    /// The body, empty for none.
    pub body: Bytes,
}

impl Template {
    /// Creates a `GET` request without headers or body.
    ///
    /// # Errors
    ///
    /// If the URL is invalid.
    pub fn new(url: &str) -> Result<Self> {
        Ok(Self { url: url.parse()?, method: Method::GET, headers: HeaderMap::new(), body: Bytes::new() })
    }

    /// Adds a header, written `name: value`.
    ///
    /// # Errors
    ///
    /// If the line is not a valid header.
    pub fn add_header(&mut self, line: &str) -> Result<()> {
        let (name, value) = line.split_once(':').ok_or_else(|| format!("not `name: value`: {line}"))?;
        let name: HeaderName = name.trim().parse()?;
        self.headers.append(name, HeaderValue::from_str(value.trim())?);
        Ok(())
    }
}

/// Sends a [`Template`]. A response with a status other than 2xx is an error.
#[derive(Debug)]
pub struct Driver {
    client: Client<HttpConnector, Full<Bytes>>,
    template: Template,
}

impl Driver {
    /// Creates a driver with its own pool of connections.
    pub fn new(template: Template) -> Self {
        Self { client: client(), template }
    }
}

impl Subject for Driver {
    async fn call(&self) -> Result<()> {
        let mut request = Request::new(Full::new(self.template.body.clone()));
        *request.uri_mut() = self.template.url.clone();
        *request.method_mut() = self.template.method.clone();
        *request.headers_mut() = self.template.headers.clone();
        let response = self.client.request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        if status.is_success() {
            return Ok(());
        }
        Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into())
    }
}

/// Creates a client for plain HTTP with `TCP_NODELAY`.
pub(crate) fn client() -> Client<HttpConnector, Full<Bytes>> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new()).build(connector)
}
