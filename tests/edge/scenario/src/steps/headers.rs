//! The headers of every request. `Content-Length` is checked on the wire, outside the platform.

use knock_core::users::{self, UserRequest};
use knock_core::{CallOptions, Client, Config, Operation, Transport, workflows};

use crate::Host;
use crate::control::{Emulator, Seen};
use crate::failure::{Failure, ensure, same};

pub async fn all<T: Transport, F: Fn(Config) -> Client<T>>(
    _: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    let traced = CallOptions::new()
        .branch("new-onboarding")
        .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    users::identify(UserRequest::new("jhammond")).send(knock).await?;
    users::get("jhammond").send(knock).await?;
    workflows::trigger("dinosaurs-loose").recipients(["jhammond"]).with(traced).send(knock).await?;
    let requests = Emulator(knock).requests().await?;
    let [put, get, post] = requests.as_slice() else {
        return Err(Failure::new(format!("{} requests arrived, not 3", requests.len())));
    };
    for seen in [put, get, post] {
        let check = || {
            same("accept", seen.header("accept"), Some("application/json"))?;
            let agent = seen.header("user-agent").unwrap_or_default();
            ensure(agent.starts_with("edge-scenario/1 knock-rust/"), format!("user-agent is {agent}"))?;
            let json = (seen.method != "GET").then_some("application/json");
            same("content-type", seen.header("content-type"), json)
        };
        check().map_err(|failure| failure.at(&seen.method))?;
    }
    only_on_post(put, post, "idempotency-key")?;
    only_on_post(put, post, "x-knock-branch")?;
    only_on_post(put, post, "traceparent")?;
    same("the branch", post.header("x-knock-branch"), Some("new-onboarding"))?;
    let key = post.header("idempotency-key").unwrap_or_default();
    ensure(key.starts_with("knock-rust-"), format!("the idempotency key is {key}"))
}

fn only_on_post(put: &Seen, post: &Seen, name: &str) -> Result<(), Failure> {
    ensure(put.header(name).is_none(), format!("{name} is on the PUT"))?;
    ensure(post.header(name).is_some(), format!("{name} is not on the POST"))
}
