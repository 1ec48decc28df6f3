//! Many calls: bulk work, and a pace. Both wait by the timers of the platform.

use std::time::Duration;

use knock_core::bulk;
use knock_core::users::{self, UserRequest};
use knock_core::{Client, Config, Operation, Pace, Transport};

use crate::Host;
use crate::control::Emulator;
use crate::failure::{Failure, ensure, same};

pub async fn import<T: Transport, F: Fn(Config) -> Client<T>>(
    _: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    let visitors = (0..1500).map(|number| UserRequest::new(format!("visitor-{number}")).name("A visitor"));
    let mut import = bulk::identify_users().start(knock, visitors)?;
    while import.try_next().await?.is_some() {}
    same("the users that were identified", import.summary().settled.done, 1500)?;
    let last = users::get("visitor-1499").send(knock).await?;
    same("the name of the last one", last.name.as_deref(), Some("A visitor"))?;
    let requests = Emulator(knock).requests().await?;
    let calls = requests.iter().filter(|seen| seen.path == "/v1/users/bulk/identify").count();
    same("the number of calls", calls, 2)
}

pub async fn pace<T: Transport, F: Fn(Config) -> Client<T>>(
    host: &Host<F>,
    _: &Client<T>,
) -> Result<(), Failure> {
    let paced = host.client_with(|config| config.pace(Pace::new()))?;
    let before = paced.transport().steady();
    // Knock allows one call of this operation per second.
    for _ in 0..3 {
        users::bulk_delete(["nobody"]).send(&paced).await?;
    }
    let took = paced.transport().steady().saturating_sub(before);
    ensure(took >= Duration::from_secs(2), format!("three calls took only {took:?}"))
}
