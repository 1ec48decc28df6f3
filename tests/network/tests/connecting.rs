//! Connecting: certificates, several addresses, proxies. Nothing is sent, and the error says why.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use knock_reqwest::{
    CallOptions, Config, Knock, Operation, Outcome, ReqwestTransport, RetryBudget, RetryPolicy,
    TransportErrorKind as Kind, users,
};
use network_tests::{
    Authority, Call, Certificate, Connect, End, Fault, PATIENCE, Relay, Server, alone, alone_with, builder,
    check_line, proxy, silent, without_certificates,
};
use rustix::process::{Resource, Rlimit, setrlimit};
use tokio::net::TcpListener;

async fn tls(authority: &Authority, certificate: Certificate) -> Server {
    let acceptor = authority.acceptor(certificate, &["h2", "http/1.1"]);
    Server::modern(acceptor, Duration::ZERO).await
}

#[test]
fn a_bad_certificate_is_named() {
    alone("a_bad_certificate_is_named", |authority| async move {
        for (certificate, cause) in [
            (Certificate::Expired, "the certificate has expired"),
            (Certificate::OfAnother, "the certificate is for another name"),
            (Certificate::Untrusted, "the issuer of the certificate is not known"),
        ] {
            for call in Call::ALL {
                let server = tls(&authority, certificate).await;
                let knock = Knock::with_config(builder(&server.url()).build().unwrap()).unwrap();
                let error = call.send(&knock).await.unwrap_err();
                check_line(&error);
                assert_eq!(error.transport_kind(), Some(Kind::Certificate), "{error:?}");
                assert_eq!((error.outcome(), error.attempts()), (Outcome::NotApplied, 1));
                assert!(!error.is_retryable());
                assert_eq!(error.message(), format!("{cause}; nothing was sent"));
                assert_eq!(server.ledger().requests(), 0);
            }
        }
    });
}

#[test]
fn a_valid_certificate_is_trusted() {
    alone("a_valid_certificate_is_trusted", |authority| async move {
        let server = tls(&authority, Certificate::Valid).await;
        let knock = Knock::with_config(builder(&server.url()).build().unwrap()).unwrap();
        for call in Call::ALL {
            call.send(&knock).await.unwrap();
        }
        assert_eq!((server.ledger().requests(), server.ledger().applied()), (5, 4));
    });
}

#[test]
fn without_ca_certificates_only_plain_http_works() {
    without_certificates("without_ca_certificates_only_plain_http_works", || async {
        let plain = Server::start(None, Fault::NONE, 0).await;
        let knock = Knock::with_config(builder(&plain.url()).build().unwrap()).unwrap();
        Call::Trigger.send(&knock).await.unwrap();

        let server = tls(&Authority::new(), Certificate::Valid).await;
        let knock = Knock::with_config(builder(&server.url()).build().unwrap()).unwrap();
        let error = Call::Trigger.send(&knock).await.unwrap_err();
        check_line(&error);
        assert_eq!(error.transport_kind(), Some(Kind::NoCertificates), "{error:?}");
        assert_eq!((error.outcome(), error.attempts()), (Outcome::NotApplied, 1));
        assert!(error.to_string().contains("ca-certificates"), "{error}");
        assert_eq!(server.ledger().connections(), 0);
    });
}

#[test]
fn a_handshake_that_hangs_or_breaks_sent_nothing() {
    alone("a_handshake_that_hangs_or_breaks_sent_nothing", |_| async {
        for (hangs, kind) in [(true, Kind::ConnectTimeout), (false, Kind::Tls)] {
            let server = Server::listen("https", move |stream, _| async move {
                if hangs {
                    std::future::pending::<()>().await;
                }
                drop(stream);
                None
            })
            .await;
            for call in [Call::Get, Call::Post] {
                let knock = Knock::with_config(builder(&server.url()).build().unwrap()).unwrap();
                let error = call.send(&knock).await.unwrap_err();
                check_line(&error);
                assert_eq!(error.transport_kind(), Some(kind), "{error:?}");
                assert_eq!((error.outcome(), error.attempts()), (Outcome::NotApplied, 3));
                assert!(error.is_retryable());
            }
        }
    });
}

#[test]
fn a_connect_timeout_longer_than_an_attempt_still_tells_that_nothing_was_sent() {
    alone("a_connect_timeout_longer_than_an_attempt_still_tells_that_nothing_was_sent", |_| async {
        let (address, _queue) = silent(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let config = builder(&format!("http://{address}")).connect_timeout(Duration::from_secs(10)).build();
        let error = Call::Post.send(&Knock::with_config(config.unwrap()).unwrap()).await.unwrap_err();
        assert_eq!(error.transport_kind(), Some(Kind::ConnectTimeout), "{error:?}");
        assert_eq!((error.outcome(), error.attempts()), (Outcome::NotApplied, 3));
    });
}

#[test]
fn an_attempt_shorter_than_the_connect_timeout_still_tells_that_nothing_was_sent() {
    alone("an_attempt_shorter_than_the_connect_timeout_still_tells_that_nothing_was_sent", |_| async {
        let (address, _queue) = silent(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let config = patient(&format!("http://{address}"));
        let own = Knock::with_config(config.clone()).unwrap();
        // It has no limit for connecting.
        let of_user = Knock::with_http_client(config, reqwest::Client::new());
        let time = Duration::from_millis(300);
        let options = [(CallOptions::new().timeout(time), 3), (CallOptions::new().deadline(time), 1)];
        let mut calls = Vec::new();
        for knock in [&own, &of_user] {
            for call in Call::ALL {
                for (options, attempts) in options.clone() {
                    calls.push(async move {
                        let error = call.send_with(knock, options).await.unwrap_err();
                        check_line(&error);
                        assert_eq!(error.transport_kind(), Some(Kind::ConnectTimeout), "{call:?} {error:?}");
                        assert_eq!((error.outcome(), error.attempts()), (Outcome::NotApplied, attempts));
                        let line = "no connection within the timeout of the attempt; nothing was sent";
                        assert_eq!(error.message(), line);
                    });
                }
            }
        }
        futures_util::future::join_all(calls).await;
    });
}

#[test]
fn an_attempt_shorter_than_the_connect_timeout_that_was_sent_may_have_acted() {
    alone(
        "an_attempt_shorter_than_the_connect_timeout_that_was_sent_may_have_acted",
        |authority| async move {
            let authority = &authority;
            let mut calls = Vec::new();
            for protocol in ["", "http/1.1", "h2"] {
                for call in Call::ALL {
                    calls.push(async move {
                        let hangs = Fault { acts: true, says: b"", end: End::Hangs };
                        let acceptor = || authority.acceptor(Certificate::Valid, &[protocol]);
                        let server = match protocol {
                            "" => Server::start(None, hangs, usize::MAX).await,
                            "h2" => Server::modern(acceptor(), LONG).await,
                            _ => Server::start(Some(acceptor()), hangs, usize::MAX).await,
                        };
                        let knock = Knock::with_config(patient(&server.url())).unwrap();
                        let hasty = CallOptions::new().timeout(2 * PATIENCE).max_retries(0);
                        let error = call.send_with(&knock, hasty).await.unwrap_err();
                        let what = format!("{protocol} {call:?} {error:?}");
                        assert_eq!(error.transport_kind(), Some(Kind::Timeout), "{what}");
                        assert_eq!(
                            (error.outcome(), server.ledger().requests()),
                            (Outcome::Unknown, 1),
                            "{what}"
                        );
                        assert_eq!(server.ledger().applied(), usize::from(call.acts()), "{what}");
                    });
                }
            }
            futures_util::future::join_all(calls).await;
        },
    );
}

const LONG: Duration = Duration::from_secs(60);

/// Returns settings with which connecting, and the response, may take longer than a test.
fn patient(url: &str) -> Config {
    builder(url).timeout(LONG).connect_timeout(LONG).build().expect("valid settings")
}

#[test]
fn a_call_to_this_machine_does_not_go_through_the_proxy_of_the_system() {
    let name = "a_call_to_this_machine_does_not_go_through_the_proxy_of_the_system";
    // Nothing listens on this port, so that a call through the proxy fails.
    let proxies = ["HTTP_PROXY", "HTTPS_PROXY"].map(|name| (name, "http://127.0.0.1:1"));
    alone_with(name, &proxies, |authority| async move {
        let plain = Server::start(None, Fault::NONE, 0).await;
        let tls = tls(&authority, Certificate::Valid).await;
        let named = plain.url().replace("127.0.0.1", "localhost");
        for url in [plain.url(), named, tls.url()] {
            let knock = Knock::with_config(builder(&url).build().unwrap()).unwrap();
            for call in Call::ALL {
                call.send(&knock).await.unwrap();
            }
        }
        // Any other name is left to the proxy.
        for (url, kind) in
            [("http://api.knock.invalid", Kind::Refused), ("https://api.knock.invalid", Kind::Proxy)]
        {
            let config = builder(url).allow_plain_http(true).build().unwrap();
            let error = Call::Get.send(&Knock::with_config(config).unwrap()).await.unwrap_err();
            assert_eq!(error.transport_kind(), Some(kind), "{error:?}");
        }
    });
}

#[test]
fn a_second_address_is_tried_if_the_first_refuses_or_is_silent() {
    alone("a_second_address_is_tried_if_the_first_refuses_or_is_silent", |authority| async move {
        for is_silent in [false, true] {
            let server = tls(&authority, Certificate::Valid).await;
            let port = server.address().port();
            let first = SocketAddr::from((Ipv4Addr::new(127, 0, 0, if is_silent { 3 } else { 2 }), port));
            let _queue = is_silent.then(|| silent(first).unwrap());
            let http = reqwest::Client::builder()
                .resolve_to_addrs("knock.test", &[first, server.address()])
                .connect_timeout(PATIENCE / 2)
                .build()
                .unwrap();
            let config = builder(&format!("https://knock.test:{port}")).build().unwrap();
            let knock = Knock::with_http_client(config, http);
            for call in Call::ALL {
                call.send(&knock).await.unwrap();
            }
            assert_eq!(server.ledger().requests(), 5);
        }
    });
}

#[test]
fn a_slow_connection_is_not_a_fault() {
    alone("a_slow_connection_is_not_a_fault", |authority| async move {
        let server = tls(&authority, Certificate::Valid).await;
        let relay = Relay::start(server.address(), Duration::from_millis(60)).await;
        let config = builder(&format!("https://{}", relay.address())).build().unwrap();
        let knock = Knock::with_config(config).unwrap();
        Call::Post.send(&knock).await.unwrap();
        assert_eq!(server.ledger().applied(), 1);
    });
}

#[test]
fn a_proxy_that_refuses_sent_nothing() {
    alone("a_proxy_that_refuses_sent_nothing", |authority| async move {
        for (connect, kind) in [
            (Connect::Responds("407 Proxy Authentication Required"), Kind::Proxy),
            (Connect::Responds("502 Bad Gateway"), Kind::Proxy),
            (Connect::Responds("403 Forbidden"), Kind::Proxy),
            (Connect::Closes, Kind::Proxy),
            (Connect::Hangs, Kind::ConnectTimeout),
        ] {
            for call in [Call::Get, Call::Trigger, Call::Post] {
                let server = tls(&authority, Certificate::Valid).await;
                let through = proxy(connect).await.replace("http://", "http://user:hunter2@");
                let http = reqwest::Client::builder()
                    .proxy(reqwest::Proxy::https(through).unwrap())
                    .connect_timeout(PATIENCE / 3)
                    .build()
                    .unwrap();
                let knock = Knock::with_http_client(builder(&server.url()).build().unwrap(), http);
                let error = call.send(&knock).await.unwrap_err();
                check_line(&error);
                assert!(!format!("{error:?}").contains("hunter2"));
                assert_eq!(error.transport_kind(), Some(kind), "{connect:?} {error:?}");
                assert_eq!((error.outcome(), error.attempts()), (Outcome::NotApplied, 3));
                assert_eq!(server.ledger().requests(), 0);
            }
        }
    });
}

#[test]
fn a_proxy_that_works_is_not_noticed() {
    alone("a_proxy_that_works_is_not_noticed", |authority| async move {
        let server = tls(&authority, Certificate::Valid).await;
        let through = proxy(Connect::Works).await;
        let http = reqwest::Client::builder().proxy(reqwest::Proxy::https(through).unwrap()).build().unwrap();
        let knock = Knock::with_http_client(builder(&server.url()).build().unwrap(), http);
        for call in Call::ALL {
            call.send(&knock).await.unwrap();
        }
        assert_eq!(server.ledger().applied(), 4);
    });
}

#[test]
fn a_cap_on_requests_in_flight_holds() {
    alone("a_cap_on_requests_in_flight_holds", |authority| async move {
        let acceptor = authority.acceptor(Certificate::Valid, &["h2"]);
        let server = Server::modern(acceptor, Duration::from_millis(50)).await;
        let config = builder(&server.url()).build().unwrap();
        let transport = ReqwestTransport::builder().max_in_flight(2).build(&config).unwrap();
        let knock = Knock::with_transport(config, transport);
        let calls = std::iter::repeat_with(|| Call::Get.send(&knock)).take(8);
        futures_util::future::try_join_all(calls).await.unwrap();
        assert_eq!((server.ledger().requests(), server.ledger().most_in_flight()), (8, 2));
    });
}

#[test]
fn a_request_that_gets_no_place_was_not_sent() {
    alone("a_request_that_gets_no_place_was_not_sent", |_| async {
        let hangs = Fault { acts: false, says: b"", end: End::Hangs };
        let server = Server::start(None, hangs, usize::MAX).await;
        let config = builder(&server.url()).retry(RetryPolicy::never()).build().unwrap();
        let transport = ReqwestTransport::builder().max_in_flight(1).build(&config).unwrap();
        let knock = Knock::with_transport(config, transport);
        let second = async {
            tokio::time::sleep(PATIENCE / 6).await;
            let config = CallOptions::new().timeout(PATIENCE / 3);
            users::get("jane").with(config).send(&knock).await.unwrap_err()
        };
        let (first, second) = tokio::join!(Call::Post.send(&knock), second);
        let kinds = (first.unwrap_err().transport_kind(), second.transport_kind());
        assert_eq!(kinds, (Some(Kind::Timeout), Some(Kind::LocalLimit)), "{second:?}");
        assert_eq!(second.outcome(), Outcome::NotApplied);
        assert_eq!(server.ledger().requests(), 1);
    });
}

#[test]
fn a_machine_without_an_address_to_connect_from_does_not_spare_the_retry_budget() {
    alone("a_machine_without_an_address_to_connect_from_does_not_spare_the_retry_budget", |_| async {
        let server = Server::start(None, Fault::NONE, 0).await;
        let budget = RetryBudget::default();
        let config = builder(&server.url()).retry_budget(budget.clone()).build().unwrap();
        // An address for documentation, which no machine has.
        let from = IpAddr::from([192, 0, 2, 1]);
        let http = reqwest::Client::builder().no_proxy().local_address(from).build().unwrap();
        let transport = ReqwestTransport::builder().http_client(http).build(&config).unwrap();
        let error = Call::Post.send(&Knock::with_transport(config, transport)).await.unwrap_err();
        check_line(&error);
        // The server may be in trouble: of several addresses, the error is that of the last.
        assert_eq!(error.transport_kind(), Some(Kind::Unreachable), "{error:?}");
        assert_eq!((error.outcome(), error.attempts()), (Outcome::NotApplied, 3));
        assert!(error.message().contains("IPv6") && error.message().contains("port"), "{error}");
        assert!(budget.tokens() < 500, "{}", budget.tokens());
        assert_eq!(server.ledger().connections(), 0);
    });
}

#[test]
fn without_file_descriptors_nothing_was_sent() {
    alone("without_file_descriptors_nothing_was_sent", |_| async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let budget = RetryBudget::default();
        let config = builder(&format!("http://{}", listener.local_addr().unwrap()));
        let knock = Knock::with_config(config.retry_budget(budget.clone()).build().unwrap()).unwrap();
        // Until the process may open no more, whatever the limit is.
        let mut files = Vec::new();
        let few = Rlimit { current: Some(64), maximum: Some(64) };
        setrlimit(Resource::Nofile, few).unwrap();
        while let Ok(file) = std::fs::File::open("/dev/null") {
            files.push(file);
        }
        for call in [Call::Trigger, Call::Post] {
            let error = call.send(&knock).await.unwrap_err();
            assert_eq!(error.transport_kind(), Some(Kind::LocalLimit), "{error:?}");
            assert_eq!((error.outcome(), error.attempts()), (Outcome::NotApplied, 3));
            let line = "this process is out of file descriptors; nothing was sent";
            assert_eq!(error.message(), line);
        }
        assert_eq!(budget.tokens(), 500, "the budget is for trouble of the server");
        drop(files);
    });
}
