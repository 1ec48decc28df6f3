//! Any texts as settings and arguments, separated by the byte 0xFF, which no text has.

use std::time::Duration;

use knock_core::channel_data::ChannelId;
use knock_core::{
    CallOptions, Config, Error, ErrorKind, Method, Operation, custom, messages, objects, users, workflows,
};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::{Host, Url};

use crate::{KEY, check_error, mentions};

type Request = http::Request<bytes::Bytes>;

/// Checks one input.
pub fn check(input: &[u8]) {
    if mentions(input, KEY) {
        return;
    }
    let mut texts = input.split(|byte| *byte == 0xff).map(|text| std::str::from_utf8(text).unwrap_or("é"));
    let mut next = || texts.next().unwrap_or_default();
    let settings = Settings {
        key: secret(next()),
        base_url: next(),
        branch: next(),
        user_token: secret(next()),
        user_agent: next(),
        header: (next(), secret(next())),
    };
    let arguments = Arguments { ids: [next(), next(), next()], query: (next(), next()), key: next() };
    check_paths(&default_config(), &arguments);
    check_query(&default_config(), &arguments);
    check_options(&settings, &arguments);
    if let Some(config) = settings.check() {
        check_paths(&config, &arguments);
        check_query(&config, &arguments);
    }
}

fn check_secrets(text: &str) {
    assert!(!text.contains(KEY), "a secret is in {text}");
}

fn default_config() -> Config {
    crate::config()
}

/// Makes a secret that nothing else contains: short ones, and parts of other settings, may be printed by chance.
fn secret(text: &str) -> String {
    format!("{text}{KEY}")
}

struct Settings<'a> {
    key: String,
    base_url: &'a str,
    branch: &'a str,
    user_token: String,
    user_agent: &'a str,
    header: (&'a str, String),
}

struct Arguments<'a> {
    ids: [&'a str; 3],
    query: (&'a str, &'a str),
    key: &'a str,
}

impl Settings<'_> {
    /// Builds a configuration of all settings that are not empty, and checks it or its error.
    fn check(&self) -> Option<Config> {
        let mut builder = Config::builder(&self.key);
        if !self.base_url.is_empty() {
            builder = builder.base_url(self.base_url);
        }
        if !self.branch.is_empty() {
            builder = builder.branch(self.branch);
        }
        if self.user_token != KEY {
            builder = builder.user_token(&self.user_token);
        }
        if !self.user_agent.is_empty() {
            builder = builder.user_agent(self.user_agent);
        }
        if !self.header.0.is_empty() {
            builder = builder.header(self.header.0, &self.header.1);
        }
        check_secrets(&format!("{builder:?}"));
        match builder.build() {
            Ok(config) => {
                check_secrets(&format!("{config:?}"));
                self.check_headers(&config);
                self.check_origin(&config);
                Some(config)
            }
            Err(error) => {
                assert!(error.kind() == ErrorKind::Configuration && error.is_usage(), "{error}");
                check_error(&error, &[]);
                check_secrets(&format!("{error} {error:?}"));
                None
            }
        }
    }

    fn check_headers(&self, config: &Config) {
        let request = users::get("a").to_request(config).expect("the id is valid");
        for value in request.headers().values() {
            assert!(value.to_str().is_ok(), "{value:?}");
        }
        let keys: Vec<_> = request.headers().get_all("authorization").iter().collect();
        let [key] = keys[..] else { panic!("{} keys", keys.len()) };
        let key = key.to_str().expect("ASCII").strip_prefix("Bearer ").expect("a bearer token");
        assert!(!key.is_empty() && !key.contains(char::is_whitespace));
        assert!(self.key.contains(key));
    }

    /// Checks that requests go to the host of the base URL, and unencrypted only where that was allowed.
    fn check_origin(&self, config: &Config) {
        let request = users::get("a").to_request(config).expect("the id is valid");
        let (scheme, host, port) = config.origin();
        let uri = request.uri();
        assert_eq!((uri.scheme_str(), uri.host(), uri.port_u16()), (Some(scheme), Some(host), port));
        // A URL that clients refuse is not sent.
        let Ok(url) = Url::parse(&uri.to_string()) else { return };
        assert!(url.username().is_empty() && url.password().is_none() && url.query().is_none(), "{url}");
        assert!(url.path().ends_with("/v1/users/a"), "{url}");
        if !self.base_url.is_empty() {
            let base = self.base_url.trim_matches(|char: char| char.is_whitespace() || !char.is_ascii());
            assert_eq!(Url::parse(base).map(|base| base.origin()), Ok(url.origin()));
        }
        let is_public = self.key.contains("pk_");
        if url.scheme() == "http" && !is_public {
            let is_loopback = match url.host() {
                Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
                Some(Host::Ipv4(address)) => address.is_loopback(),
                Some(Host::Ipv6(address)) => address.is_loopback(),
                None => false,
            };
            assert!(is_loopback, "{url}");
        }
    }
}

fn check_paths(config: &Config, arguments: &Arguments<'_>) {
    let [a, b, c] = arguments.ids;
    check_path(config, &users::get(a), &["v1", "users", a], &[a]);
    check_path(
        config,
        &users::get_channel_data(a, ChannelId::new(b)),
        &["v1", "users", a, "channel_data", b],
        &[a, b],
    );
    check_path(config, &objects::get(a, b), &["v1", "objects", a, b], &[a, b]);
    check_path(
        config,
        &objects::get_channel_data(a, b, ChannelId::new(c)),
        &["v1", "objects", a, b, "channel_data", c],
        &[a, b, c],
    );
    check_path(config, &messages::get_content(a), &["v1", "messages", a, "content"], &[a]);
    check_path(config, &workflows::trigger(a).recipients(["r"]), &["v1", "workflows", a, "trigger"], &[a]);
    let custom =
        custom::request::<Value>(Method::Get, "/v1/{a}/of/{b}/{c}").path("a", a).path("b", b).path("c", c);
    check_path(config, &custom, &["v1", a, "of", b, c], &[a, b, c]);
}

/// Checks that the parameters are the segments of the path, or are refused.
fn check_path(config: &Config, operation: &impl Operation, route: &[&str], parameters: &[&str]) {
    let request = match operation.to_request(config) {
        Ok(request) => request,
        Err(error) => {
            let is_removed =
                |id: &&str| matches!(id.to_lowercase().replace("%2e", ".").as_str(), "" | "." | "..");
            let is_long = parameters.iter().map(|id| id.len()).sum::<usize>() > 16_000;
            assert!(parameters.iter().any(is_removed) || is_long, "{error}");
            return check_invalid(&error);
        }
    };
    let segments = segments(request.uri().path());
    let base = segments.len() - route.len();
    assert_eq!(segments[base..], *route);
    check_sent_as_written(config, &request, route.len());
}

/// Checks that a client that normalizes the URL sends the same segments.
fn check_sent_as_written(config: &Config, request: &Request, count: usize) {
    let Ok(url) = Url::parse(&request.uri().to_string()) else { return };
    let sent: Vec<_> = url.path().rsplit('/').take(count).collect();
    let written: Vec<_> = request.uri().path().rsplit('/').take(count).collect();
    assert_eq!(sent, written);
    assert_eq!(url.scheme(), config.origin().0);
    assert_eq!(url.fragment(), None);
}

fn segments(path: &str) -> Vec<String> {
    let decode = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
    path.split('/').skip(1).map(decode).collect()
}

fn check_query(config: &Config, arguments: &Arguments<'_>) {
    let (name, value) = arguments.query;
    let list = [value, arguments.ids[0]];
    let operation =
        custom::request::<Value>(Method::Get, "/v1/things").query(name, value).query("list", &list[..]);
    let request = operation.to_request(config).expect("any text can be in a query");
    let pairs: Vec<_> =
        url::form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes()).collect();
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(pairs, [(name, value), ("list[]", list[0]), ("list[]", list[1])]);
    check_sent_as_written(config, &request, 2);
}

/// Checks the settings of one call, which are reported when it is made.
fn check_options(settings: &Settings<'_>, arguments: &Arguments<'_>) {
    let options = CallOptions::new()
        .branch(settings.branch)
        .user_token(&settings.user_token)
        .header(settings.header.0, &settings.header.1)
        .timeout(Duration::from_secs(1));
    check_secrets(&format!("{options:?}"));
    let trigger = workflows::trigger("welcome").recipients(["r"]).idempotency_key(arguments.key);
    match trigger.to_request(&default_config()) {
        Ok(request) => assert_eq!(request.headers()["idempotency-key"].as_bytes(), arguments.key.as_bytes()),
        Err(error) => check_invalid(&error),
    }
    match users::get("a").with(options).to_request(&default_config()) {
        Ok(request) => {
            let sent = request.headers().get(settings.header.0).map(http::HeaderValue::as_bytes);
            let overridden = ["x-knock-branch", "x-knock-user-token"];
            if !overridden.iter().any(|name| settings.header.0.eq_ignore_ascii_case(name)) {
                assert_eq!(sent, Some(settings.header.1.as_bytes()));
            }
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
            check_error(&error, &[]);
            check_secrets(&format!("{error} {error:?}"));
        }
    }
}

fn check_invalid(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    assert!(error.attempts() == 0 && error.is_usage(), "{error}");
    check_error(error, &[]);
}
