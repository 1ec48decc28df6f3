//! This SDK.

use std::hint::black_box;

use knock_reqwest::{Knock, Operation, RetryPolicy, messages, workflows};

use super::{ACTOR, API_KEY, DATA, TENANT, WORKFLOW, Work, check_page};
use crate::Result;
use crate::measure;

/// This SDK with its defaults, except for retries, which would hide failures.
#[derive(Debug)]
pub struct Subject {
    knock: Knock,
    work: Work,
}

impl Subject {
    /// Creates a client for the server at `url`.
    ///
    /// # Errors
    ///
    /// If the URL is invalid.
    pub fn new(url: &str, work: Work) -> Result<Self> {
        let no_retries = RetryPolicy::default().max_retries(0);
        let knock = Knock::builder().api_key(API_KEY).base_url(url).retry(no_retries).build()?;
        Ok(Self { knock, work })
    }
}

impl measure::Subject for Subject {
    async fn call(&self) -> Result<()> {
        match &self.work {
            Work::Trigger { recipients } => {
                let run = workflows::trigger(WORKFLOW)
                    .recipients(recipients)
                    .actor(ACTOR)
                    .data(DATA)
                    .tenant(TENANT)
                    .send(&self.knock)
                    .await?;
                black_box(run);
                Ok(())
            }
            Work::Messages { page_size } => {
                let page = messages::list().page_size(*page_size).send(&self.knock).await?;
                check_page(black_box(page).items.len(), *page_size)
            }
        }
    }
}
