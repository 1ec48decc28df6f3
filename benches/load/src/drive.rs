//! A closed-loop load on any URL, for servers that are measured, as Workers.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::Result;
use crate::measure::Subject;

/// The request that is sent over and over.
#[derive(Debug, Clone)]
pub struct Template {
    /// Where to.
    pub url: Uri,
    /// The method.
    pub method: Method,
    /// The headers, beside those that HTTP itself needs.
    pub headers: HeaderMap,
    /// The body; empty for none.
    pub body: Bytes,
}

impl Template {
    /// A `GET` without headers or body.
    ///
    /// # Errors
    ///
    /// Where the URL is none.
    pub fn new(url: &str) -> Result<Self> {
        Ok(Self { url: url.parse()?, method: Method::GET, headers: HeaderMap::new(), body: Bytes::new() })
    }

    /// Adds a header, written `name: value`.
    ///
    /// # Errors
    ///
    /// Where it is not one.
    pub fn add_header(&mut self, line: &str) -> Result<()> {
        let (name, value) = line.split_once(':').ok_or_else(|| format!("not `name: value`: {line}"))?;
        let name: HeaderName = name.trim().parse()?;
        self.headers.append(name, HeaderValue::from_str(value.trim())?);
        Ok(())
    }
}

/// Sends a [`Template`]; any answer that is not 2xx is an error.
#[derive(Debug)]
pub struct Driver {
    client: Client<HttpConnector, Full<Bytes>>,
    template: Template,
}

impl Driver {
    /// A driver with connections of its own, kept alive.
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

/// A client of plain HTTP that does not wait to fill packets.
pub(crate) fn client() -> Client<HttpConnector, Full<Bytes>> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new()).build(connector)
}
