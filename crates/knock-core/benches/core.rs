//! The cost of the core without any IO: `cargo bench -p knock-core --bench core`.

use std::hint::black_box;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use criterion::Criterion;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderValue, Request, Response};
use knock_core::call::{Call, Verdict};
use knock_core::recipients::{ObjectReference, UserRequest};
use knock_core::token::UserToken;
use knock_core::webhook::{SIGNATURE_HEADER, Verifier};
use knock_core::{Config, Operation, UnixTime, messages, users, workflows};
use serde_json::json;
use sha2::Sha256;

const NOW: UnixTime = UnixTime::from_secs(1_790_000_000);
const SECRET: &str = "whsec_bench";

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(50)
        .configure_from_args();
    requests(&mut criterion);
    responses(&mut criterion);
    calls(&mut criterion);
    secrets(&mut criterion);
    criterion.final_summary();
}

fn config() -> Config {
    Config::new("sk_test_12345").expect("a valid configuration")
}

fn request(operation: &impl Operation, config: &Config) -> Request<Bytes> {
    operation.to_request(config).expect("a valid request")
}

fn requests(criterion: &mut Criterion) {
    let config = config();
    criterion.bench_function("request: trigger, 4 recipients", |bencher| {
        bencher.iter(|| {
            let trigger = workflows::trigger("dinosaurs-loose")
                .recipients(["jhammond", "agrant"])
                .recipient(UserRequest::new("imalcolm").email("ian@ingen.net"))
                .recipient(ObjectReference::new("projects", "paddock-9"))
                .actor("dnedry")
                .data(json!({ "type": "trex", "priority": 1 }))
                .tenant("jurassic-park")
                .idempotency_key("alert-17/trigger");
            request(&trigger, &config)
        });
    });
    criterion.bench_function("request: trigger, 1,000 inline users", |bencher| {
        bencher.iter(|| {
            let users = (0..1000).map(|number| {
                UserRequest::new(format!("user-{number}"))
                    .name("Ian Malcolm")
                    .email("ian@ingen.net")
                    .property("plan", "chaos")
            });
            request(&workflows::trigger("dinosaurs-loose").recipients(users), &config)
        });
    });
}

fn responses(criterion: &mut Criterion) {
    let page = json!({
        "items": vec![message(); 50],
        "page_info": { "__typename": "PageInfo", "after": "cursor", "before": null, "page_size": 50 },
    });
    let response = Response::new(Bytes::from(page.to_string()));
    let list = messages::list();
    criterion.bench_function("response: a page of 50 messages", |bencher| {
        bencher.iter(|| list.decode(&response).expect("a page"));
    });
}

/// The example in Knock's API reference.
fn message() -> serde_json::Value {
    json!({
        "__typename": "Message",
        "id": "2w3YUpTTOxuDvZFji8OMsKrG176",
        "actors": ["mr_arnold", "mr_muldoon"],
        "archived_at": null,
        "channel_id": "123e4567-e89b-12d3-a456-426614174000",
        "data": { "attraction_id": "paddock_rex_01", "message": "Life finds a way", "severity": "critical" },
        "engagement_statuses": ["read", "seen"],
        "inserted_at": "1993-06-11T21:15:00Z",
        "metadata": { "external_id": "123e4567-e89b-12d3-a456-426614174000" },
        "read_at": "1993-06-11T21:30:00Z",
        "recipient": "dr_grant",
        "seen_at": "1993-06-11T21:29:45Z",
        "source": {
            "__typename": "NotificationSource",
            "categories": ["security", "emergency"],
            "key": "security-breach-alert",
            "version_id": "123e4567-e89b-12d3-a456-426614174000",
        },
        "status": "sent",
        "tenant": "ingen_isla_nublar",
        "updated_at": "1993-06-11T21:30:05Z",
        "workflow": "security-breach-alert",
    })
}

fn calls(criterion: &mut Criterion) {
    let config = config();
    let user = Bytes::from_static(br#"{ "__typename": "User", "id": "jhammond", "updated_at": null }"#);
    criterion.bench_function("call: 503, a retry, 200", |bencher| {
        bencher.iter(|| {
            let operation = users::get("jhammond");
            let prepared = operation.prepare([7; 16]).expect("a valid operation");
            let call = Call::new(&config, prepared, None, NOW, [7; 16]).expect("a valid call");
            let (request, sent) = call.send(NOW).expect("a first attempt");
            black_box(request);
            let Verdict::Retry { after, call } = sent.receive(response(503, Bytes::new()), NOW) else {
                panic!("a 503 is retried");
            };
            let later = NOW + after;
            let (request, sent) = call.send(later).expect("a second attempt");
            black_box(request);
            let Verdict::Done(completed) = sent.receive(response(200, user.clone()), later) else {
                panic!("a 200 ends the call");
            };
            operation.read(completed).expect("a user").value
        });
    });
}

fn response(status: u16, body: Bytes) -> Response<Bytes> {
    Response::builder().status(status).body(body).expect("a valid response")
}

fn secrets(criterion: &mut Criterion) {
    let body = json!({ "type": "message.sent", "created_at": "2026-01-01T00:00:00Z", "data": message() });
    let body = body.to_string();
    let verifier = Verifier::new(SECRET).expect("a secret");
    let headers = HeaderMap::from_iter([(http::HeaderName::from_static(SIGNATURE_HEADER), signature(&body))]);
    criterion.bench_function("webhook: verify and read", |bencher| {
        bencher.iter(|| verifier.verify(&headers, body.as_bytes(), NOW).expect("a valid event"));
    });

    let token = UserToken::new("jhammond");
    criterion.bench_function("token: header and claims", |bencher| {
        bencher.iter(|| token.unsigned(NOW).expect("a valid token"));
    });
    #[cfg(feature = "rsa")]
    {
        use knock_core::token::{RsaSigner, SigningKey};
        let key = SigningKey::parse(include_str!("../tests/fixtures/rfc7515_a2_pkcs8.pem")).expect("a key");
        let signer = RsaSigner::new(&key, [7; 32]).expect("a key");
        criterion.bench_function("token: signed with the crate rsa", |bencher| {
            bencher.iter(|| token.sign(&signer, NOW).expect("a valid token"));
        });
    }
}

fn signature(body: &str) -> HeaderValue {
    let time = u64::from(NOW); // in milliseconds
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("a secret of any length");
    mac.update(format!("{time}.{body}").as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    format!("t={time},s={signature}").parse().expect("a valid header")
}
