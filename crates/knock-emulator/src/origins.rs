//! Which web pages can use the emulator.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The allowed origins: those on this machine, and those that were named.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins {
    any: bool,
    /// `https://app.example`, or `app.example` for both schemes.
    named: BTreeSet<String>,
    /// The host names of those.
    hosts: BTreeSet<String>,
}

impl Origins {
    /// Allows an origin, a host with an optional port, or `*` for every origin. A path is ignored.
    pub(crate) fn allow(&mut self, origin: &str) {
        if origin.trim() == "*" {
            self.any = true;
            return;
        }
        let origin = origin.trim().to_ascii_lowercase();
        let path = origin.find("://").map_or(0, |at| at + 3);
        let end = origin.get(path..).and_then(|rest| rest.find('/')).map_or(origin.len(), |at| path + at);
        let named = origin.get(..end).unwrap_or_default();
        self.hosts.insert(host(named.get(path..).unwrap_or_default()).to_owned());
        self.named.insert(named.to_owned());
    }

    /// Whether pages of an origin can call the API.
    pub(crate) fn admit(&self, origin: &str) -> bool {
        self.any || self.trust(origin)
    }

    /// Whether pages of an origin can control the emulator: not just because every origin is allowed.
    pub(crate) fn trust(&self, origin: &str) -> bool {
        let origin = origin.to_ascii_lowercase();
        let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        self.named.contains(&origin)
            || authority
                .is_some_and(|authority| self.named.contains(authority) || is_loopback(host(authority)))
    }

    /// Whether a `Host` header shows that no page of a foreign name sent the request, so that it may control the emulator. A
    /// page can point a name of its own to this machine, but no address.
    pub(crate) fn trust_host(&self, authority: &str) -> bool {
        let authority = authority.to_ascii_lowercase();
        let host = host(&authority);
        is_address(host) || is_loopback(host) || self.hosts.contains(host)
    }

    /// Whether a request with a `Host` header may call the API. Names that nobody can have in the public DNS may, too: those
    /// of services in a container network, and of machines in a local one.
    pub(crate) fn admit_host(&self, authority: &str) -> bool {
        self.any || self.trust_host(authority) || is_local_name(host(&authority.to_ascii_lowercase()))
    }
}

/// The host of `host:port` or `[address]:port`.
fn host(authority: &str) -> &str {
    match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => authority.split(':').next().unwrap_or_default(),
    }
}

fn is_address(host: &str) -> bool {
    host.parse::<Ipv4Addr>().is_ok() || host.parse::<Ipv6Addr>().is_ok()
}

/// Whether a name has no dot, or ends with a domain that is reserved for local networks.
fn is_local_name(host: &str) -> bool {
    match host.rsplit_once('.') {
        None => !host.is_empty(),
        Some((_, domain)) => matches!(domain, "internal" | "local"),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || host.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(allowed: &[&str]) -> Origins {
        let mut origins = Origins::default();
        for origin in allowed {
            origins.allow(origin);
        }
        origins
    }

    #[test]
    fn only_this_machine_is_trusted_by_default() {
        let default = origins(&[]);
        for origin in [
            "http://localhost",
            "https://localhost:3000",
            "http://app.localhost:5173",
            "http://127.0.0.1:4010",
            "http://127.8.9.1",
            "http://[::1]:8080",
            "HTTP://LOCALHOST:1",
        ] {
            assert!(default.admit(origin) && default.trust(origin), "{origin}");
        }
        for origin in [
            "",
            "null",
            "http://",
            "localhost",
            "file://localhost",
            "http://127.1",
            "http://localhost.evil.test",
            "http://evillocalhost",
            "http://127.0.0.1.evil.test",
            "http://192.168.0.1",
            "http://[::2]",
            "http://0.0.0.0:4010",
            "http://localhost@evil.test",
            "https://app.example",
        ] {
            assert!(!default.admit(origin) && !default.trust(origin), "{origin}");
        }
    }

    #[test]
    fn origins_can_be_named() {
        let named = origins(&["https://App.Example/path", "docker:4010", "null"]);
        for origin in ["https://app.example", "http://docker:4010", "https://docker:4010", "null"] {
            assert!(named.trust(origin), "{origin}");
        }
        for origin in ["http://app.example", "https://app.example:444", "http://docker", "https://example"] {
            assert!(!named.admit(origin), "{origin}");
        }
        let any = origins(&["*"]);
        assert!(any.admit("https://evil.test") && !any.trust("https://evil.test"));
    }

    #[test]
    fn a_name_can_be_pointed_anywhere_but_an_address_cannot() {
        let named = origins(&["https://app.example", "docker:4010"]);
        for host in [
            "localhost:4010",
            "10.0.0.7:4010",
            "[::1]:4010",
            "[fe80::1]",
            "docker:4010",
            "docker",
            "app.example",
            "App.Example:4010",
        ] {
            assert!(named.trust_host(host) && named.admit_host(host), "{host}");
        }
        for host in ["emulator:4010", "Emulator", "host.docker.internal:4010", "printer.local"] {
            assert!(!named.trust_host(host) && named.admit_host(host), "{host}");
        }
        for host in [
            "",
            ":4010",
            "evil.test:4010",
            "127.1",
            "emulator.",
            "www.app.example",
            "localhost.evil.test",
            "internal.evil.test",
            "127.0.0.1.evil.test:80",
            "localhost@evil.test",
        ] {
            assert!(!named.trust_host(host) && !named.admit_host(host), "{host}");
        }
        let any = origins(&["*"]);
        assert!(any.admit_host("evil.test:4010") && !any.trust_host("evil.test:4010"));
    }
}
