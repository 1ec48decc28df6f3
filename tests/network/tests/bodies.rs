//! Responses that are unpacked, and clients of users.

use std::io::Write;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use knock_reqwest::{Knock, Outcome, TransportErrorKind as Kind};
use network_tests::{Call, End, Fault, Server, alone, builder, check_line};

/// Returns a response of some 300 kB that unpacks to 64 MB of blanks.
fn bomb() -> &'static [u8] {
    static BOMB: OnceLock<Vec<u8>> = OnceLock::new();
    BOMB.get_or_init(|| {
        let blanks = vec![b' '; 1 << 20];
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        for _ in 0..64 {
            packed.write_all(&blanks).expect("memory takes everything");
        }
        let packed = packed.finish().expect("memory takes everything");
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", packed.len());
        [head.into_bytes(), packed].concat()
    })
}

#[test]
fn the_default_client_does_not_unpack() {
    alone("the_default_client_does_not_unpack", |_| async {
        // Another crate, this one, has switched reqwest's `gzip` on.
        let server =
            Server::start(None, Fault { acts: true, says: bomb(), end: End::Hangs }, usize::MAX).await;
        let knock = Knock::with_config(builder(&server.url()).build().unwrap()).unwrap();
        let error = Call::Post.send(&knock).await.unwrap_err();
        check_line(&error);
        // Gzip is not JSON, so it is not Knock's.
        assert_eq!((error.outcome(), error.attempts()), (Outcome::Unknown, 1), "{error:?}");
    });
}

#[test]
fn a_bomb_ends_at_the_limit() {
    alone("a_bomb_ends_at_the_limit", |_| async {
        let server =
            Server::start(None, Fault { acts: true, says: bomb(), end: End::Hangs }, usize::MAX).await;
        for call in Call::ALL {
            let http = reqwest::Client::builder().gzip(true).build().unwrap();
            let config = builder(&server.url()).max_response_bytes(1 << 20).build().unwrap();
            let error = call.send(&Knock::with_http_client(config, http)).await.unwrap_err();
            check_line(&error);
            assert_eq!(error.transport_kind(), Some(Kind::TooLarge), "{error:?}");
            assert_eq!((error.outcome(), error.attempts()), (Outcome::Unknown, 1));
        }
        assert_eq!(server.ledger().requests(), 5);
    });
}

#[test]
fn the_timeout_holds_while_a_bomb_is_unpacked() {
    alone("the_timeout_holds_while_a_bomb_is_unpacked", |_| async {
        let server =
            Server::start(None, Fault { acts: false, says: bomb(), end: End::Hangs }, usize::MAX).await;
        let http = reqwest::Client::builder().gzip(true).build().unwrap();
        let config = builder(&server.url())
            .max_response_bytes(usize::MAX)
            .timeout(Duration::from_millis(150))
            .retry(knock_reqwest::RetryPolicy::never())
            .build();
        let start = Instant::now();
        let error = Call::Get.send(&Knock::with_http_client(config.unwrap(), http)).await.unwrap_err();
        assert_eq!(error.transport_kind(), Some(Kind::Timeout), "{error:?}");
        assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    });
}

#[test]
fn a_body_of_exactly_the_limit_is_read() {
    alone("a_body_of_exactly_the_limit_is_read", |_| async {
        let says = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7\r\n{\"id\": \r\n7\r\n\"jane\"}\r\n0\r\n\r\n";
        for (limit, fits) in [(14, true), (13, false), (7, false), (6, false)] {
            let server = Server::start(None, Fault { acts: false, says, end: End::Hangs }, usize::MAX).await;
            let config = builder(&server.url()).max_response_bytes(limit).build().unwrap();
            let result = Call::Get.send(&Knock::with_config(config).unwrap()).await;
            match result {
                Ok(()) => assert!(fits),
                Err(error) => assert_eq!((error.transport_kind(), fits), (Some(Kind::TooLarge), false)),
            }
        }
    });
}

#[test]
fn a_client_that_follows_redirects_is_found_out() {
    alone("a_client_that_follows_redirects_is_found_out", |_| async {
        for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
            for call in Call::ALL {
                let elsewhere = Server::start(None, Fault::NONE, 0).await;
                let says = format!(
                    "HTTP/1.1 {status}\r\nlocation: {}/login?token=secret\r\ncontent-length: 0\r\n\r\n",
                    elsewhere.url()
                );
                let says: &'static [u8] = says.into_bytes().leak();
                let server =
                    Server::start(None, Fault { acts: false, says, end: End::Hangs }, usize::MAX).await;
                let knock =
                    Knock::with_http_client(builder(&server.url()).build().unwrap(), reqwest::Client::new());
                let error = call.send(&knock).await.unwrap_err();
                check_line(&error);
                // A request whose body would go elsewhere is not repeated there.
                let is_kept = match &status[..3] {
                    "301" | "302" => call == Call::Put,
                    "303" => false,
                    _ => call.has_body(),
                };
                let kind = (!is_kept).then_some(Kind::Redirected);
                assert_eq!(error.transport_kind(), kind, "{status} {call:?} {error:?}");
                assert_eq!(elsewhere.ledger().requests(), usize::from(!is_kept), "{status} {call:?}");
                assert_eq!((error.outcome(), error.attempts()), (Outcome::Unknown, 1));
                assert!(!error.is_retryable() && !format!("{error:?}").contains("token"));
                assert_eq!(server.ledger().requests(), 1);
            }
        }
    });
}
