//! The native signer returns the same bytes as every other RS256 signer.

use knock_reqwest::token::{Entity, Grant, RsaSigner, SigningKey, UserToken};
use knock_reqwest::{NativeSigner, UnixTime};

/// A key for these tests only.
const KEY: &str = include_str!("fixtures/test-key.pem");

#[test]
fn signs_the_same_bytes_as_the_rsa_crate() {
    let key = SigningKey::parse(KEY).unwrap();
    let token = UserToken::new("jhammond").grant(Entity::tenant("jurassic-park"), [Grant::ChannelDataRead]);
    let now = UnixTime::from_secs(1_790_000_000);

    let native = token.sign(&NativeSigner::from_pem(KEY).unwrap(), now).unwrap();
    let portable = token.sign(&RsaSigner::new(&key, [7; 32]).unwrap(), now).unwrap();

    assert_eq!(native.expose(), portable.expose());
    assert_eq!(native.expose().split('.').count(), 3);
}

#[test]
fn debug_does_not_show_the_key() {
    assert_eq!(format!("{:?}", NativeSigner::from_pem(KEY).unwrap()), "NativeSigner { .. }");
}
