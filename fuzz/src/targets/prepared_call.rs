//! Any bytes as a call from a queue.

use std::cell::OnceCell;

use http::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderValue};
use http::uri::Authority;
use knock_core::call::Call;
use knock_core::{Config, ErrorKind, PreparedCall};
use url::Url;

use crate::{KEY, NOW, check_error, mentions};

/// Checks one input.
pub fn check(input: &[u8]) {
    if mentions(input, KEY) {
        return;
    }
    let Ok(call) = serde_json::from_slice::<PreparedCall>(input) else { return };
    let stored = serde_json::to_vec(&call).expect("a call is JSON");
    let again: PreparedCall = serde_json::from_slice(&stored).expect("a stored call can be read");
    assert_eq!(again, call);
    assert_eq!(serde_json::to_vec(&again).expect("a call is JSON"), stored);
    check_private(&call);

    with_configs(|configs| {
        for (config, base) in configs {
            check_request(&call, config, base);
            check_call(&call, config);
        }
    });
}

fn with_configs(check: impl FnOnce(&[(Config, &str)])) {
    thread_local! {
        static CONFIGS: OnceCell<Vec<(Config, &'static str)>> = const { OnceCell::new() };
    }
    CONFIGS.with(|configs| {
        check(configs.get_or_init(|| {
            let bases =
                ["https://api.knock.app", "https://proxy.internal:8443/knock", "http://localhost:4010"];
            bases.map(|base| (Config::builder(KEY).base_url(base).build().expect("valid"), base)).into()
        }));
    });
}

/// Checks that the texts which may be personal do not print. Short ones can be in the text by chance.
fn check_private(call: &PreparedCall) {
    let text = format!("{call:?}").replace(call.operation(), "");
    let body = call.body().map(|body| String::from_utf8_lossy(body).into_owned());
    for part in
        [call.target(), body.as_deref().unwrap_or_default(), call.idempotency_key().unwrap_or_default()]
    {
        assert!(
            part.len() < 24 || !text.contains(part) || call.operation().contains(part),
            "{part} is in {text}"
        );
    }
}

/// Checks that the request goes where the configuration says, as it was stored.
fn check_request(call: &PreparedCall, config: &Config, base: &str) {
    let request = match call.to_request(config) {
        Ok(request) => request,
        Err(error) => {
            assert!(matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Configuration), "{error}");
            return check_error(&error, &[]);
        }
    };
    assert_eq!(request.uri().to_string(), format!("{base}{}", call.target()));
    // As an HTTP client reads it.
    if let Ok(url) = Url::parse(&request.uri().to_string()) {
        let expected = Url::parse(base).expect("a URL");
        assert_eq!(url.origin(), expected.origin(), "{url}");
        assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none(), "{url}");
    }
    assert_eq!(request.method(), call.method());
    assert_eq!(request.body(), &call.body().cloned().unwrap_or_default());
    let headers = request.headers();
    let values =
        |name| headers.get_all(name).iter().map(|value| value.as_bytes().to_vec()).collect::<Vec<_>>();
    assert_eq!(values(AUTHORIZATION), [format!("Bearer {KEY}").into_bytes()]);
    assert_eq!(
        headers.get_all("idempotency-key").iter().count(),
        usize::from(call.idempotency_key().is_some())
    );
    if call.body().is_some() {
        assert_eq!(values(CONTENT_LENGTH), [request.body().len().to_string().into_bytes()]);
    }
    assert_eq!(headers.get("x-knock-branch").map(HeaderValue::as_bytes), call.branch().map(str::as_bytes));
}

/// Checks that an expired call is not sent, and any other is.
fn check_call(call: &PreparedCall, config: &Config) {
    let prepared = Call::new(config, call.clone(), None, NOW, [7; 16]).expect("there are no options");
    match prepared.send(NOW) {
        Ok((request, sent)) => {
            assert!(call.expiry().is_none_or(|expiry| expiry > NOW));
            assert_eq!(request.uri().authority().map(Authority::as_str), Some(&*host(config)));
            assert_eq!((sent.attempt().operation, sent.attempt().route), (call.operation(), call.route()));
        }
        Err(error) => {
            assert_eq!(error.attempts(), 0);
            check_error(&error, &[]);
        }
    }
}

fn host(config: &Config) -> String {
    let (_, host, port) = config.origin();
    port.map_or(host.to_owned(), |port| format!("{host}:{port}"))
}
