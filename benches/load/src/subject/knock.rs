//! This SDK.

use std::hint::black_box;

use knock_reqwest::{Config, Knock, Operation, RetryPolicy, messages, workflows};

use super::{ACTOR, API_KEY, DATA, TENANT, WORKFLOW, Work, check_page};
use crate::Result;
use crate::measure;

/// This SDK, with its defaults but for retries, which would hide failures.
#[derive(Debug)]
pub struct Subject {
    knock: Knock,
    work: Work,
}

impl Subject {
    /// This SDK on the server at `url`.
    ///
    /// # Errors
    ///
    /// Where the URL is none.
    pub fn new(url: &str, work: Work) -> Result<Self> {
        let no_retries = RetryPolicy::default().max_retries(0);
        let config = Config::builder(API_KEY).base_url(url).retry(no_retries).build()?;
        Ok(Self { knock: Knock::with_config(config)?, work })
    }
}

impl measure::Subject for Subject {
    async fn call(&self) -> Result<()> {
        match &self.work {
            Work::Trigger { recipients } => {
                let run = workflows::trigger(WORKFLOW)
                    .recipients(recipients.iter().map(String::as_str))
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
