//! The URL of a request, whose origin is parsed only once.

use std::sync::{Arc, OnceLock};

use http::Uri;
use http::uri::{Authority, Scheme};
use knock_core::TransportError;
use reqwest::Url;

/// The origin of a client's requests. It is the same for all of them, so it is parsed only once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origin(Arc<OnceLock<(Scheme, Authority, Url)>>);

impl Origin {
    pub(crate) fn url(&self, uri: &Uri) -> Result<Url, TransportError> {
        match self.0.get() {
            // A comparison of the text suffices, because a client always writes its origin in the same way.
            Some((scheme, authority, url))
                if uri.scheme_str() == Some(scheme.as_str())
                    && uri.authority().map(Authority::as_str) == Some(authority.as_str()) =>
            {
                let mut url = url.clone();
                url.set_path(uri.path());
                if uri.query().is_some() {
                    url.set_query(uri.query());
                }
                Ok(url)
            }
            _ => self.parse(uri),
        }
    }

    fn parse(&self, uri: &Uri) -> Result<Url, TransportError> {
        let url = Url::parse(&uri.to_string())
            .map_err(|error| TransportError::not_sent(format!("the URL cannot be used: {error}")))?;
        if let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) {
            let mut origin = url.clone();
            origin.set_path("");
            origin.set_query(None);
            self.0.get_or_init(|| (scheme.clone(), authority.clone(), origin));
        }
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_url_equals_the_one_that_is_parsed_as_a_whole(id in "[\\PC\\s]+", tenant in "\\PC*", port in 1_u16..) {
            use knock_core::{Config, Operation, users};
            let config = Config::builder("sk_test_12345").base_url(format!("http://LocalHost:{port}/proxy")).build();
            let get = users::get_preferences(id).tenant(tenant);
            let Ok(request) = get.to_request(&config.unwrap()) else { return Ok(()) };
            let origin = Origin::default();
            let first = origin.url(&"http://localhost:1/v1/users?a=b".parse().unwrap()).unwrap();
            prop_assert_eq!(first.as_str(), "http://localhost:1/v1/users?a=b");
            // As the first URL with this origin, and as a later one.
            for origin in [origin, primed(request.uri())] {
                let url = origin.url(request.uri()).unwrap();
                prop_assert_eq!(url, Url::parse(&request.uri().to_string()).unwrap());
            }
        }
    }

    fn primed(uri: &Uri) -> Origin {
        let origin = Origin::default();
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = Some("/elsewhere?and=more".parse().unwrap());
        origin.url(&Uri::from_parts(parts).unwrap()).unwrap();
        origin
    }
}
