//! Hostile servers and broken connections: what the error claims, how many requests arrived, and where.

use std::time::Duration;

use knock_core::{
    CallOptions, Client, Config, ConfigBuilder, Error, Method, Operation, Outcome, StopReason, Transport,
    custom, users, workflows,
};
use serde_json::{Value, json};

use crate::Host;
use crate::failure::{Failure, ensure, error_of, same};
use crate::hostile::Hostile;

/// The number of attempts of a call that is retried.
const ATTEMPTS: usize = 3;
/// The timeout of an attempt that has to time out.
const SHORT: Duration = Duration::from_millis(250);
/// The timeout of an attempt that has no server. Connecting may take half of it.
const UNSENT: Duration = Duration::from_secs(2);
/// The longest that the calls of all classes with such attempts may take on a slow machine.
const SOON: Duration = Duration::from_secs(9);

/// A call of each class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Safe to repeat because of its idempotency key.
    Trigger,
    /// Safe to repeat, and without output.
    Delete,
    /// Not safe to repeat.
    Create,
}

impl Class {
    const ALL: [Self; 3] = [Self::Trigger, Self::Delete, Self::Create];

    const fn method(self) -> &'static str {
        match self {
            Self::Trigger | Self::Create => "POST",
            Self::Delete => "DELETE",
        }
    }

    async fn send<T: Transport>(self, knock: &Client<T>) -> Result<(), Error> {
        let secretive = CallOptions::new().header("x-own", "own-secret");
        match self {
            Self::Trigger => {
                let trigger = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]);
                trigger.with(secretive).send(knock).await.map(drop)
            }
            Self::Delete => users::delete("jhammond").with(secretive).send(knock).await,
            Self::Create => {
                let create =
                    custom::request::<Value>(Method::Post, "/v1/fences").json(&json!({ "volt": 10_000 }));
                create.with(secretive).send(knock).await.map(drop)
            }
        }
    }
}

/// What every call to a fault must lead to.
struct Expected<'a> {
    /// The possible kinds, as [`kind_of`] names them.
    kinds: &'a [&'a str],
    /// Whether the failure may be temporary.
    transient: bool,
    /// Whether the requests arrive.
    arrives: bool,
    /// Whether the connection breaks.
    breaks: bool,
}

impl<'a> Expected<'a> {
    /// Returns a failure that may be temporary, of a request that arrives.
    const fn temporary(kinds: &'a [&'a str]) -> Self {
        Self { kinds, transient: true, arrives: true, breaks: false }
    }

    /// Returns a failure that will occur again, of a request that arrives.
    const fn lasting(kinds: &'a [&'a str]) -> Self {
        Self { kinds, transient: false, arrives: true, breaks: false }
    }

    /// Returns a failure that may be temporary, of a request that never arrives.
    const fn unsent(kinds: &'a [&'a str]) -> Self {
        Self { kinds, transient: true, arrives: false, breaks: false }
    }
}

/// Names what happened to the last attempt if it got no response, or else the kind of the error.
fn kind_of(error: &Error) -> String {
    error.transport_kind().map_or_else(|| format!("{:?}", error.kind()), |kind| kind.as_str().to_owned())
}

/// Makes a call of each class to a fault of the server, and checks all that is known about it.
async fn all_fail<T: Transport, F: Fn(Config) -> Client<T>>(
    host: &Host<F>,
    hostile: &Hostile,
    fault: &str,
    change: impl Fn(ConfigBuilder) -> ConfigBuilder,
    expected: &Expected<'_>,
) -> Result<Vec<Error>, Failure> {
    let mut errors = Vec::new();
    for class in Class::ALL {
        let knock = hostile.client(host, fault, &change)?;
        let error = one_fails(host, hostile, &knock, class, expected).await;
        errors.push(error.map_err(|failure| failure.at(format_args!("{fault}, {class:?}")))?);
    }
    Ok(errors)
}

/// Makes a call, and compares what its error claims with what arrived.
async fn one_fails<T: Transport, F: Fn(Config) -> Client<T>>(
    host: &Host<F>,
    hostile: &Hostile,
    knock: &Client<T>,
    class: Class,
    expected: &Expected<'_>,
) -> Result<Error, Failure> {
    hostile.reset(host).await?;
    let error = error_of("the call", class.send(knock).await)?;
    let kind = kind_of(&error);
    ensure(expected.kinds.contains(&kind.as_str()), format!("its kind is {kind}: {error} {error:?}"))?;
    check_claims(&error, class, expected)?;

    let seen = hostile.log(host).await?.seen;
    let arrived = if expected.arrives { error.attempts() as usize } else { 0 };
    // A platform that repeats a request itself does so once per attempt, if it used an open connection.
    let repeats = expected.breaks && host.repeats.iter().any(|method| method == class.method());
    let most = if repeats { 2 * arrived } else { arrived };
    ensure(
        (arrived..=most).contains(&seen.len()),
        format!("{} requests arrived, not {arrived}", seen.len()),
    )?;
    for request in &seen {
        same("the method", request.method.as_str(), class.method())?;
        same("the idempotency key", request.key.as_deref(), error.idempotency_key())?;
        same("whether there is one", request.key.is_some(), class == Class::Trigger)?;
    }
    let text = format!("{error} {error:?}");
    for secret in ["sk_test", "own-secret", "jhammond", "token=abc", "eyJ"] {
        ensure(!text.contains(secret), format!("the error shows {secret}: {text}"))?;
    }
    Ok(error)
}

/// Fails unless the outcome, the number of attempts and the reason to stop fit the kind of the error.
fn check_claims(error: &Error, class: Class, expected: &Expected<'_>) -> Result<(), Failure> {
    // Any response that is not Knock's leaves it open whether the request got to Knock.
    let unknown = error.transport_kind().is_none_or(|kind| kind.may_have_acted());
    let outcome = if unknown { Outcome::Unknown } else { Outcome::NotApplied };
    same("its outcome", error.outcome(), outcome)?;
    ensure(unknown || !expected.arrives, "the error claims that nothing was sent")?;
    let repeats = expected.transient && (class != Class::Create || !unknown);
    let (attempts, reason) = match (expected.transient, repeats) {
        (_, true) => (ATTEMPTS, StopReason::AttemptsExhausted),
        (true, false) => (1, StopReason::NotRepeatable),
        (false, false) => (1, StopReason::NotRetryable),
    };
    same("why it was not repeated", error.stopped_by(), Some(reason))?;
    same("its attempts", error.attempts() as usize, attempts)?;
    same("whether it is retryable", error.is_retryable(), repeats)
}

pub async fn redirect<T: Transport, F: Fn(Config) -> Client<T>>(
    host: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    let hostile = Hostile::find(knock).await?;
    // A browser's `fetch` hides the status and the headers of a redirect.
    let expected = Expected::lasting(&["UnexpectedStatus", "redirected"]);
    let as_user = |config: ConfigBuilder| config.user_token("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJqIn0.c2ln");
    for status in [301, 302, 303, 307, 308] {
        let fault = format!("redirect/{status}");
        for error in all_fail(host, &hostile, &fault, as_user, &expected).await? {
            let Some(seen) = error.status_code() else { continue };
            same("its status", seen.as_u16(), status)?;
            ensure(
                error.to_string().contains(&hostile.elsewhere),
                format!("where it leads is missing: {error}"),
            )?;
        }
    }
    Ok(())
}

pub async fn page<T: Transport, F: Fn(Config) -> Client<T>>(
    host: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    let hostile = Hostile::find(knock).await?;
    let expected = Expected::temporary(&["UnexpectedResponse"]);
    for fault in ["html", "text"] {
        for error in all_fail(host, &hostile, fault, |config| config, &expected).await? {
            same("its status", error.status_code().map(|status| status.as_u16()), Some(200))?;
        }
    }
    Ok(())
}

pub async fn too_large<T: Transport, F: Fn(Config) -> Client<T>>(
    host: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    let hostile = Hostile::find(knock).await?;
    let expected = Expected::lasting(&["response_too_large"]);
    let small = |config: ConfigBuilder| config.max_response_bytes(100_000).timeout(Duration::from_secs(10));
    // One body that does not end, and one that is announced and never comes.
    for fault in ["endless", "announced"] {
        all_fail(host, &hostile, fault, small, &expected).await?;
        hostile.all_closed(host).await.map_err(|failure| failure.at(fault))?;
    }
    // Node refuses a response that has a length and chunks. If a host reads it, the length does not count.
    let limited = hostile.client(host, "endless-sized", small)?;
    let error = error_of("a length that does not count", users::get("jhammond").send(&limited).await)?;
    let kind = kind_of(&error);
    let is_expected = matches!(kind.as_str(), "response_too_large" | "interrupted");
    ensure(is_expected, format!("endless-sized: its kind is {kind}: {error}"))?;
    hostile.all_closed(host).await.map_err(|failure| failure.at("endless-sized"))
}

pub async fn exact_limit<T: Transport, F: Fn(Config) -> Client<T>>(
    host: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    // The size of the body of `sized`.
    const SIZE: usize = 4000;
    let hostile = Hostile::find(knock).await?;
    let limited = |bytes| hostile.client(host, "sized", move |config| config.max_response_bytes(bytes));
    let user = users::get("jhammond").send(&limited(SIZE)?).await?;
    same("the id", user.id.as_str(), "jhammond")?;
    let error =
        error_of("a byte more than the limit", users::get("jhammond").send(&limited(SIZE - 1)?).await)?;
    same("its kind", kind_of(&error), "response_too_large")
}

pub async fn bomb<T: Transport, F: Fn(Config) -> Client<T>>(
    host: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    let hostile = Hostile::find(knock).await?;
    let small = |config: ConfigBuilder| config.max_response_bytes(1_000_000).timeout(Duration::from_secs(10));
    // The second announces its length and does not end, so reading all of it would take as long as the timeout.
    for fault in ["bomb", "bomb-sized"] {
        let limited = hostile.client(host, fault, small)?;
        let error = error_of("20 MB in 20 KB", users::get("jhammond").send(&limited).await)?;
        match kind_of(&error).as_str() {
            "response_too_large" => same("its attempts", error.attempts(), 1)?,
            // A host that does not unpack passes on bytes that are not JSON.
            "UnexpectedResponse" => return same("its attempts", error.attempts() as usize, ATTEMPTS),
            kind => return Err(Failure::new(format!("{fault}: its kind is {kind}: {error}"))),
        }
        hostile.all_closed(host).await.map_err(|failure| failure.at(fault))?;
    }
    Ok(())
}

pub async fn silent<T: Transport, F: Fn(Config) -> Client<T>>(
    host: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    let hostile = Hostile::find(knock).await?;
    let expected = Expected::temporary(&["timeout"]);
    // Before the head of the response, in its body, and in a body that comes too slowly.
    for fault in ["silent", "silent-body", "drip"] {
        let before = knock.transport().steady();
        all_fail(host, &hostile, fault, |config| config.timeout(SHORT), &expected).await?;
        let took = knock.transport().steady().saturating_sub(before);
        ensure(took < SOON, format!("{fault}: it took {took:?}"))?;
        hostile.all_closed(host).await.map_err(|failure| failure.at(fault))?;
    }
    Ok(())
}

pub async fn broken<T: Transport, F: Fn(Config) -> Client<T>>(
    host: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    let hostile = Hostile::find(knock).await?;
    let expected = Expected { breaks: true, ..Expected::temporary(&["interrupted"]) };
    // In the last three, the part of the body that arrives would be a complete response.
    for fault in ["reset", "close", "garbage", "reset-body", "short-body", "no-last-chunk"] {
        all_fail(host, &hostile, fault, |config| config, &expected).await?;
    }
    Ok(())
}

pub async fn refused<T: Transport, F: Fn(Config) -> Client<T>>(
    host: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    let hostile = Hostile::find(knock).await?;
    // `fetch` does not tell whether a connection was refused or broke, so that it may have been sent.
    let expected = Expected::unsent(&["connection_refused", "interrupted"]);
    unsent(host, &hostile, &hostile.closed, &expected).await
}

pub async fn not_accepted<T: Transport, F: Fn(Config) -> Client<T>>(
    host: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    let hostile = Hostile::find(knock).await?;
    // `fetch` does not tell in which phase an attempt timed out, so that it may have been sent.
    let kind = if host.times_connecting { "connect_timeout" } else { "timeout" };
    unsent(host, &hostile, &hostile.full, &Expected::unsent(&[kind])).await
}

pub async fn no_tls<T: Transport, F: Fn(Config) -> Client<T>>(
    host: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    let hostile = Hostile::find(knock).await?;
    // `fetch` tells as little about TLS.
    let expected = Expected::unsent(&["tls", "interrupted"]);
    unsent(host, &hostile, &hostile.https(), &expected).await
}

pub async fn silent_tls<T: Transport, F: Fn(Config) -> Client<T>>(
    host: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    let hostile = Hostile::find(knock).await?;
    // No host tells in which phase this is: that of connecting ends before TLS, also where it has a limit. So the request
    // may have been sent.
    unsent(host, &hostile, &hostile.mute, &Expected::unsent(&["timeout"])).await
}

pub async fn no_such_host<T: Transport, F: Fn(Config) -> Client<T>>(
    host: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    let hostile = Hostile::find(knock).await?;
    // `fetch` tells as little about names. A resolver without a network may take longer than the attempt.
    let expected = Expected::unsent(&["dns", "interrupted", "timeout"]);
    unsent(host, &hostile, "https://knock.invalid", &expected).await
}

/// Makes a call of each class to a URL at which no request can arrive.
async fn unsent<T: Transport, F: Fn(Config) -> Client<T>>(
    host: &Host<F>,
    hostile: &Hostile,
    url: &str,
    expected: &Expected<'_>,
) -> Result<(), Failure> {
    for class in Class::ALL {
        let knock = host.client_with(|config| config.base_url(url).timeout(UNSENT))?;
        let error = one_fails(host, hostile, &knock, class, expected).await;
        error.map_err(|failure| failure.at(format_args!("{class:?}")))?;
    }
    Ok(())
}
