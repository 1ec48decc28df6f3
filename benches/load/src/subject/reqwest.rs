//! reqwest with hand-written types.

use std::hint::black_box;

use reqwest::Client;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use uuid::Uuid;

use super::by_hand::{Page, Run, Trigger};
use super::{API_KEY, TIMEOUT, WORKFLOW, Work, check_page};
use crate::Result;
use crate::measure;

/// reqwest as a careful service would use it, with only what the call needs: no retries and no validation.
#[derive(Debug)]
pub struct Subject {
    client: Client,
    url: String,
    work: Work,
}

impl Subject {
    /// Creates a client for the server at `url`.
    ///
    /// # Errors
    ///
    /// If TLS cannot be set up.
    pub fn new(url: &str, work: Work) -> Result<Self> {
        let mut authorization = HeaderValue::from_str(&format!("Bearer {API_KEY}"))?;
        authorization.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, authorization);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let client = Client::builder()
            .default_headers(headers)
            .user_agent("bench-load")
            .timeout(TIMEOUT)
            .redirect(Policy::none())
            .no_gzip()
            .build()?;
        Ok(Self { client, url: url.to_owned(), work })
    }
}

impl measure::Subject for Subject {
    async fn call(&self) -> Result<()> {
        match &self.work {
            Work::Trigger { recipients } => {
                let run: Run = self
                    .client
                    .post(format!("{}/v1/workflows/{WORKFLOW}/trigger", self.url))
                    .header("idempotency-key", Uuid::new_v4().to_string())
                    .json(&Trigger::new(recipients))
                    .send()
                    .await?
                    .error_for_status()?
                    .json()
                    .await?;
                black_box(run);
                Ok(())
            }
            Work::Messages { page_size } => {
                let page: Page = self
                    .client
                    .get(format!("{}/v1/messages", self.url))
                    .query(&[("page_size", page_size)])
                    .send()
                    .await?
                    .error_for_status()?
                    .json()
                    .await?;
                check_page(black_box(page).items.len(), *page_size)
            }
        }
    }
}
