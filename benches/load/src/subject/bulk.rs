//! Bulk runs, by this SDK and by hand. Both divide the items of an iterator into calls with 1,000 of them, and have 4 in
//! flight. The one by hand has no checkpoint, no retries, no checks and no limit for the size of a body.

use futures_util::{StreamExt, TryStreamExt, stream};
use knock_reqwest::users::UserRequest;
use knock_reqwest::{Knock, bulk, workflows};
use reqwest::Client;
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::by_hand::{Run, Trigger};
use super::{ACTOR, API_KEY, DATA, TENANT, TIMEOUT, WORKFLOW};
use crate::Result;
use crate::bulk::Work;

const IN_FLIGHT: usize = 4;
const CHUNK: u64 = 1000;

/// A user, as a row of the caller's database.
#[derive(Debug, Serialize)]
struct User {
    id: String,
    name: String,
    email: String,
}

impl User {
    fn number(number: u64) -> Self {
        let (id, name) = (format!("user-{number}"), format!("Visitor {number}"));
        Self { id, name, email: format!("visitor-{number}@ingen.net") }
    }
}

/// Runs with this SDK, and returns the number of items that were done.
///
/// # Errors
///
/// If the run fails.
pub async fn knock(url: &str, work: Work) -> Result<u64> {
    let knock = Knock::builder().api_key(API_KEY).base_url(url).build()?;
    let summary = match work {
        Work::Import(count) => {
            let users = (0..count).map(User::number);
            let users = users.map(|user| UserRequest::new(user.id).name(user.name).email(user.email));
            let mut run = bulk::identify_users().in_flight(IN_FLIGHT).pace(None).start(&knock, users)?;
            // As a program does that can go on after a crash.
            while run.try_next().await?.is_some() {
                std::hint::black_box(serde_json::to_string(&run.checkpoint())?);
            }
            run.summary().clone()
        }
        Work::Trigger(count) => {
            let trigger = workflows::trigger(WORKFLOW).actor(ACTOR).data(DATA).tenant(TENANT);
            let recipients = (0..count).map(|number| format!("user-{number}"));
            let run = bulk::trigger(&trigger).in_flight(IN_FLIGHT).pace(None).start(&knock, recipients)?;
            run.finish().await?
        }
    };
    Ok(summary.settled.done)
}

/// Runs with reqwest and hand-written types, and returns the number of items that were done.
///
/// # Errors
///
/// If a call fails.
pub async fn by_hand(url: &str, work: Work) -> Result<u64> {
    let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
    let client = Client::builder().timeout(TIMEOUT).default_headers(headers).no_gzip().build()?;
    let (Work::Import(count) | Work::Trigger(count)) = work;
    let chunks = (0..count.div_ceil(CHUNK)).map(|chunk| chunk * CHUNK..count.min((chunk + 1) * CHUNK));
    let calls = chunks.map(|items| {
        let client = &client;
        async move {
            let done = items.end - items.start;
            match work {
                Work::Import(_) => import(client, url, items.map(User::number).collect()).await?,
                Work::Trigger(_) => {
                    let recipients = items.map(|number| format!("user-{number}")).collect();
                    trigger(client, url, recipients).await?;
                }
            }
            crate::Result::Ok(done)
        }
    });
    stream::iter(calls).buffered(IN_FLIGHT).try_fold(0, |sum, done| async move { Ok(sum + done) }).await
}

#[derive(Serialize)]
struct Import {
    users: Vec<User>,
}

#[derive(Deserialize)]
struct BulkOperation {
    status: String,
    error_count: u64,
}

async fn import(client: &Client, url: &str, users: Vec<User>) -> Result<()> {
    let request =
        client.post(format!("{url}/v1/users/bulk/identify")).bearer_auth(API_KEY).json(&Import { users });
    let operation: BulkOperation = request.send().await?.error_for_status()?.json().await?;
    if operation.status == "completed" && operation.error_count == 0 {
        return Ok(());
    }
    Err(format!("the bulk operation is {}", operation.status).into())
}

async fn trigger(client: &Client, url: &str, recipients: Vec<String>) -> Result<()> {
    let request = client
        .post(format!("{url}/v1/workflows/{WORKFLOW}/trigger"))
        .bearer_auth(API_KEY)
        .header("idempotency-key", Uuid::new_v4().to_string())
        .json(&Trigger::new(&recipients));
    let run: Run = request.send().await?.error_for_status()?.json().await?;
    std::hint::black_box(run);
    Ok(())
}
