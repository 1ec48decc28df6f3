//! hyper with hand-written types and no TLS: the lower bound for a client in Rust.

use std::hint::black_box;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::{Method, Request, request};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::by_hand::{Page, Run, Trigger};
use super::{API_KEY, TIMEOUT, WORKFLOW, Work, check_page};
use crate::measure;
use crate::{Result, drive};

/// The pooled client of hyper-util, over plain HTTP.
#[derive(Debug)]
pub struct Subject {
    client: Client<HttpConnector, Full<Bytes>>,
    authorization: HeaderValue,
    url: String,
    work: Work,
}

impl Subject {
    /// Creates a client for the server at `url`.
    ///
    /// # Errors
    ///
    /// If the API key is not a valid header value.
    pub fn new(url: &str, work: Work) -> Result<Self> {
        let mut authorization = HeaderValue::from_str(&format!("Bearer {API_KEY}"))?;
        authorization.set_sensitive(true);
        Ok(Self { client: drive::client(), authorization, url: url.to_owned(), work })
    }

    fn request(&self, method: Method, uri: String) -> request::Builder {
        Request::builder()
            .method(method)
            .uri(uri)
            .header(AUTHORIZATION, self.authorization.clone())
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .header(USER_AGENT, HeaderValue::from_static("bench-load"))
    }

    async fn send<T: DeserializeOwned>(&self, request: Request<Full<Bytes>>) -> Result<T> {
        let (status, body) = tokio::time::timeout(TIMEOUT, async {
            let response = self.client.request(request).await?;
            let status = response.status();
            crate::Result::Ok((status, response.into_body().collect().await?.to_bytes()))
        })
        .await??;
        if !status.is_success() {
            return Err(format!("the server responded with {status}").into());
        }
        Ok(serde_json::from_slice(&body)?)
    }
}

impl measure::Subject for Subject {
    async fn call(&self) -> Result<()> {
        match &self.work {
            Work::Trigger { recipients } => {
                let body = serde_json::to_vec(&Trigger::new(recipients))?;
                let request = self
                    .request(Method::POST, format!("{}/v1/workflows/{WORKFLOW}/trigger", self.url))
                    .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
                    .header("idempotency-key", Uuid::new_v4().to_string())
                    .body(Full::from(body))?;
                black_box(self.send::<Run>(request).await?);
                Ok(())
            }
            Work::Messages { page_size } => {
                let uri = format!("{}/v1/messages?page_size={page_size}", self.url);
                let request = self.request(Method::GET, uri).body(Full::default())?;
                let page: Page = self.send(request).await?;
                check_page(black_box(page).items.len(), *page_size)
            }
        }
    }
}
