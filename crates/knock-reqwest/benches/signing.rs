//! The cost of a native user token: `cargo bench -p knock-reqwest --bench signing`.

use std::time::Duration;

use criterion::Criterion;
use knock_reqwest::token::{Signer, UserToken};
use knock_reqwest::{NativeSigner, UnixTime};

const KEY: &str = include_str!("../tests/fixtures/test-key.pem");
const NOW: UnixTime = UnixTime::from_secs(1_790_000_000);

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(50)
        .configure_from_args();
    signing(&mut criterion);
    criterion.final_summary();
}

fn signing(criterion: &mut Criterion) {
    let signer = NativeSigner::from_pem(KEY).expect("a key");
    let token = UserToken::new("jhammond");
    let unsigned = token.unsigned(NOW).expect("a valid token");
    criterion.bench_function("signature alone", |bencher| {
        bencher.iter(|| signer.sign(unsigned.signing_input().as_bytes()).expect("a signature"));
    });
    criterion.bench_function("token", |bencher| {
        bencher.iter(|| token.sign(&signer, NOW).expect("a valid token"));
    });
    criterion.bench_function("key parsed, and token", |bencher| {
        bencher
            .iter(|| token.sign(&NativeSigner::from_pem(KEY).expect("a key"), NOW).expect("a valid token"));
    });
}
