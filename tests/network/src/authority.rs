//! A certificate authority, and the certificates of servers.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

/// What is wrong with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certificate {
    /// Nothing.
    Valid,
    /// It has expired.
    Expired,
    /// It is for another name.
    OfAnother,
    /// Its issuer is not trusted.
    Untrusted,
}

/// A certificate authority.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}

impl Authority {
    #[expect(clippy::new_without_default, reason = "each one is another")]
    /// Returns a new authority.
    ///
    /// # Panics
    ///
    /// If no certificate can be made.
    pub fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut parameters = CertificateParams::new(Vec::new()).expect("no names");
        // Each has a name of its own.
        let name = key.public_key_raw().iter().take(8).map(u8::to_string).collect::<String>();
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = parameters.self_signed(&key).expect("a certificate");
        let pem = to_pem(certificate.der());
        Self { issuer: Issuer::new(parameters, key), pem }
    }

    /// Returns the certificate as a file to trust.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Returns the TLS of a server that offers `protocols`, for example `h2`.
    ///
    /// # Panics
    ///
    /// If no certificate can be made.
    #[must_use]
    pub fn acceptor(&self, certificate: Certificate, protocols: &[&str]) -> TlsAcceptor {
        let name = if certificate == Certificate::OfAnother { "another.test" } else { "127.0.0.1" };
        let names = vec![name.to_owned(), "localhost".to_owned(), "knock.test".to_owned()];
        let names = if certificate == Certificate::OfAnother { names[..1].to_vec() } else { names };
        let mut parameters = CertificateParams::new(names).expect("valid names");
        if certificate == Certificate::Expired {
            parameters.not_before = date_time_ymd(2001, 1, 1);
            parameters.not_after = date_time_ymd(2002, 1, 1);
        }
        let key = KeyPair::generate().expect("a key");
        let signed = match certificate {
            Certificate::Untrusted => parameters.signed_by(&key, &Self::new().issuer),
            _ => parameters.signed_by(&key, &self.issuer),
        };
        let chain = vec![signed.expect("a certificate").der().clone()];
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let provider = tokio_rustls::rustls::crypto::aws_lc_rs::default_provider();
        let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()
            .expect("the provider has them")
            .with_no_client_auth()
            .with_single_cert(chain, key.into())
            .expect("the key fits");
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        TlsAcceptor::from(Arc::new(config))
    }
}

fn to_pem(der: &[u8]) -> String {
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in base64(der).as_bytes().chunks(64) {
        text.push_str(std::str::from_utf8(line).expect("ASCII"));
        text.push('\n');
    }
    text + "-----END CERTIFICATE-----\n"
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
