//! HTTP/2 over TLS: silent connections, and requests that the server refuses.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use knock_reqwest::{
    CallOptions, Config, Knock, Operation, Outcome, ReqwestTransport, RetryPolicy,
    TransportErrorKind as Kind, users,
};
use network_tests::{
    Authority, Call, Certificate, Ledger, PATIENCE, Relay, Server, alone, builder, check_line, quick,
};

async fn behind_relay(authority: &Authority, protocols: &[&str]) -> (Server, Relay, String) {
    let server = Server::modern(authority.acceptor(Certificate::Valid, protocols), Duration::ZERO).await;
    let relay = Relay::start(server.address(), Duration::ZERO).await;
    let url = format!("https://{}", relay.address());
    (server, relay, url)
}

#[test]
fn a_swallowed_connection_is_left_within_the_call() {
    alone("a_swallowed_connection_is_left_within_the_call", |authority| async move {
        for protocols in [&["h2"][..], &["http/1.1"]] {
            let (server, relay, url) = behind_relay(&authority, protocols).await;
            let knock = Knock::with_config(builder(&url).build().unwrap()).unwrap();
            Call::Get.send(&knock).await.unwrap();
            assert_eq!(relay.connections(), 1);
            relay.swallow();
            for call in Call::ALL.into_iter().filter(|call| call.is_repeatable()) {
                call.send(&knock).await.unwrap();
            }
            // A busy machine can cost further attempts.
            assert!(server.ledger().requests() >= 5, "{protocols:?}");
            assert!(relay.connections() >= 2, "{protocols:?}");
            assert_eq!(server.ledger().applied(), 3);
        }
    });
}

#[test]
fn an_idle_connection_that_was_swallowed_is_closed_before_the_next_call() {
    alone("an_idle_connection_that_was_swallowed_is_closed_before_the_next_call", |authority| async move {
        let (server, relay, url) = behind_relay(&authority, &["h2"]).await;
        let knock = Knock::with_config(builder(&url).retry(RetryPolicy::never()).build().unwrap()).unwrap();
        Call::Get.send(&knock).await.unwrap();
        relay.swallow();
        tokio::time::sleep(PATIENCE).await;
        // Not even a call that must not be repeated notices it.
        Call::Post.send(&knock).await.unwrap();
        assert_eq!((server.ledger().requests(), relay.connections()), (2, 2));
    });
}

#[test]
fn without_pings_the_next_attempt_uses_another_connection_too() {
    alone("without_pings_the_next_attempt_uses_another_connection_too", |authority| async move {
        for protocols in [&["h2"][..], &["http/1.1"]] {
            let (server, relay, url) = behind_relay(&authority, protocols).await;
            let config = builder(&url).timeout(Duration::from_secs(60)).build().unwrap();
            let transport = ReqwestTransport::builder().no_http2_ping().build(&config).unwrap();
            let knock = Knock::with_transport(config, transport);
            // Several connections over HTTP/1.1, so that the pool has more than one that is dead.
            let calls = std::iter::repeat_with(|| Call::Get.send(&knock)).take(4);
            futures_util::future::try_join_all(calls).await.unwrap();
            let before = server.ledger().requests();
            relay.swallow();

            // The options of one call are shorter than the client's.
            let impatient = CallOptions::new().timeout(Duration::from_millis(150));
            users::get("jane").with(impatient).send(&knock).await.unwrap();
            assert_eq!(server.ledger().requests(), before + 1, "{protocols:?}");
        }
    });
}

#[test]
fn a_slow_call_does_not_cost_the_others_their_connection() {
    alone("a_slow_call_does_not_cost_the_others_their_connection", |authority| async move {
        let acceptor = authority.acceptor(Certificate::Valid, &["h2"]);
        let server = Server::modern(acceptor, Duration::from_millis(300)).await;
        let knock = Knock::with_config(builder(&server.url()).build().unwrap()).unwrap();
        Call::Get.send(&knock).await.unwrap();
        let slow = async {
            let impatient = CallOptions::new().timeout(Duration::from_millis(250)).max_retries(0);
            tokio::time::sleep(Duration::from_millis(100)).await;
            users::get("jane").with(impatient).send(&knock).await.unwrap_err()
        };
        // The response to the first comes while the second waits.
        let (first, slow) = tokio::join!(Call::Get.send(&knock), slow);
        first.unwrap();
        assert_eq!(slow.transport_kind(), Some(Kind::Timeout));
        Call::Get.send(&knock).await.unwrap();
        assert_eq!(server.ledger().connections(), 1);
    });
}

/// What a server over HTTP/2 does with its first requests.
#[derive(Clone, Copy, PartialEq)]
enum Refusal {
    /// `REFUSED_STREAM`: not processed.
    Stream,
    /// `INTERNAL_ERROR`: perhaps processed.
    Reset,
    /// The connection closes.
    Close,
}

async fn refusing(authority: &Authority, refusal: Refusal, times: usize) -> (Server, Arc<AtomicUsize>) {
    let acceptor = authority.acceptor(Certificate::Valid, &["h2"]);
    let seen = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&seen);
    let server = Server::listen("https", move |stream, ledger: Arc<Ledger>| {
        let (acceptor, seen) = (acceptor.clone(), Arc::clone(&count));
        async move {
            let stream = acceptor.accept(stream).await.ok()?;
            let mut connection = h2::server::handshake(stream).await.ok()?;
            while let Some(Ok((request, mut respond))) = connection.accept().await {
                let fails = seen.fetch_add(1, Ordering::SeqCst) < times;
                match refusal {
                    _ if !fails => {
                        ledger.record();
                        ledger.apply(request.method(), request.uri().path(), request.headers());
                        let body = if request.method() == http::Method::DELETE {
                            ""
                        } else {
                            "{\"id\":\"jane\",\"workflow_run_id\":\"r\"}"
                        };
                        let mut send = respond.send_response(Response::new(()), false).ok()?;
                        send.send_data(Bytes::from(body), true).ok()?;
                    }
                    Refusal::Stream => respond.send_reset(h2::Reason::REFUSED_STREAM),
                    Refusal::Reset => respond.send_reset(h2::Reason::INTERNAL_ERROR),
                    Refusal::Close => return None,
                }
            }
            Some(())
        }
    })
    .await;
    (server, seen)
}

#[test]
fn only_the_sdk_repeats_and_counts() {
    alone("only_the_sdk_repeats_and_counts", |authority| async move {
        for (refusal, kind) in [
            (Refusal::Stream, Kind::NotProcessed),
            (Refusal::Reset, Kind::Interrupted),
            (Refusal::Close, Kind::Interrupted),
        ] {
            for (call, policy) in [
                (Call::Get, quick()),
                (Call::Trigger, quick()),
                (Call::Post, quick()),
                (Call::Trigger, RetryPolicy::never()),
            ] {
                let (server, seen) = refusing(&authority, refusal, usize::MAX).await;
                let never = policy == RetryPolicy::never();
                let knock =
                    Knock::with_config(builder(&server.url()).retry(policy).build().unwrap()).unwrap();
                let error = call.send(&knock).await.unwrap_err();
                check_line(&error);
                let what = format!("{kind:?} {call:?} {error:?}");
                assert_eq!(error.transport_kind(), Some(kind), "{what}");
                assert_eq!(error.outcome() == Outcome::NotApplied, kind == Kind::NotProcessed, "{what}");
                let repeats = !never && (call.is_repeatable() || kind == Kind::NotProcessed);
                assert_eq!(error.attempts(), if repeats { 3 } else { 1 }, "{what}");
                assert_eq!(seen.load(Ordering::SeqCst), error.attempts() as usize, "{what}");
            }
        }
    });
}

#[test]
fn a_custom_client_does_not_repeat_by_itself() {
    alone("a_custom_client_does_not_repeat_by_itself", |authority| async move {
        for call in Call::ALL {
            let (server, seen) = refusing(&authority, Refusal::Stream, usize::MAX).await;
            let config = builder(&server.url()).build().unwrap();
            let knock = Knock::with_http_client(config, reqwest::Client::new());
            let error = call.send(&knock).await.unwrap_err();
            assert_eq!(
                (error.transport_kind(), error.attempts()),
                (Some(Kind::NotProcessed), 3),
                "{error:?}"
            );
            assert_eq!(seen.load(Ordering::SeqCst), 3, "{call:?}");
        }
    });
}

#[test]
fn a_refused_stream_is_repeated_even_if_the_call_is_not_safe_to_repeat() {
    alone("a_refused_stream_is_repeated_even_if_the_call_is_not_safe_to_repeat", |authority| async move {
        for call in Call::ALL {
            let (server, seen) = refusing(&authority, Refusal::Stream, 1).await;
            let knock = Knock::with_config(builder(&server.url()).build().unwrap()).unwrap();
            call.send(&knock).await.unwrap();
            assert_eq!(seen.load(Ordering::SeqCst), 2);
            assert_eq!(server.ledger().applied(), usize::from(call.acts()));
        }
    });
}

/// The frames of HTTP/2, by hand.
mod frames {
    /// `SETTINGS`, empty.
    pub(super) const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];
    /// `GOAWAY` with the last stream 0 and `NO_ERROR`: no request was processed.
    pub(super) const GO_AWAY: &[u8] = &[0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    /// `GOAWAY` with the last stream 1: that one may have been processed.
    pub(super) const GO_AWAY_AFTER_FIRST: &[u8] = &[0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
    /// The same with `INTERNAL_ERROR`.
    pub(super) const GO_AWAY_BY_ERROR: &[u8] = &[0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2];
}

#[test]
fn a_go_away_tells_which_requests_were_not_processed() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    alone("a_go_away_tells_which_requests_were_not_processed", |authority| async move {
        for (frame, kind, attempts) in [
            (frames::GO_AWAY, Kind::NotProcessed, 3),
            (frames::GO_AWAY_AFTER_FIRST, Kind::Interrupted, 1),
            (frames::GO_AWAY_BY_ERROR, Kind::Interrupted, 1),
        ] {
            let acceptor = authority.acceptor(Certificate::Valid, &["h2"]);
            let server = Server::listen("https", move |stream, _| {
                let acceptor = acceptor.clone();
                async move {
                    let mut stream = acceptor.accept(stream).await.ok()?;
                    stream.write_all(frames::SETTINGS).await.ok()?;
                    // The preface, then frames until one has headers.
                    stream.read_exact(&mut [0; 24]).await.ok()?;
                    loop {
                        let mut head = [0; 9];
                        stream.read_exact(&mut head).await.ok()?;
                        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
                        stream.read_exact(&mut vec![0; length as usize]).await.ok()?;
                        if head[3] == 1 {
                            break;
                        }
                    }
                    stream.write_all(frame).await.ok()?;
                    stream.shutdown().await.ok()
                }
            })
            .await;
            let knock = Knock::with_config(builder(&server.url()).build().unwrap()).unwrap();
            let error = Call::Post.send(&knock).await.unwrap_err();
            check_line(&error);
            assert_eq!((error.transport_kind(), error.attempts()), (Some(kind), attempts), "{error:?}");
            assert_eq!(server.ledger().connections(), attempts as usize);
        }
    });
}

#[test]
fn the_longest_times_are_no_limits() {
    alone("the_longest_times_are_no_limits", |authority| async move {
        let server = Server::modern(authority.acceptor(Certificate::Valid, &["h2"]), Duration::ZERO).await;
        let config = builder(&server.url()).connect_timeout(Duration::MAX).deadline(Duration::MAX);
        let config = config.timeout(Duration::MAX).build().unwrap();
        let transport = ReqwestTransport::builder().http2_ping(Duration::MAX, Duration::MAX);
        let knock = Knock::with_transport(config.clone(), transport.build(&config).unwrap());
        for call in Call::ALL {
            call.send(&knock).await.unwrap();
        }
        assert_eq!((server.ledger().requests(), server.ledger().connections()), (5, 1));
    });
}

#[test]
fn pings_are_settable_and_checked() {
    let config = Config::new("sk_test_12345").unwrap();
    let zero = ReqwestTransport::builder().http2_ping(Duration::ZERO, Duration::from_secs(1)).build(&config);
    assert!(zero.unwrap_err().is_usage());
    let zero = ReqwestTransport::builder().max_in_flight(0).build(&config);
    assert!(zero.unwrap_err().is_usage());
}
