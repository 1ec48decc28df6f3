//! Any sequence of frames of a realtime connection to an emulator, one per line. A line that begins with `!` triggers the
//! workflow with that key for the user `u`, for example `!welcome`.

use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Request;
use knock_emulator::{DEFAULT_KEY, DEFAULT_PUBLIC_KEY, Emulator, Socket};
use serde_json::{Value, json};

/// 2026-09-21, in milliseconds.
const NOW: u64 = 1_790_000_000_000;

/// Checks one input.
pub fn check(input: &[u8]) {
    let now = SystemTime::UNIX_EPOCH + Duration::from_millis(NOW);
    let (emulator, twin) = (Emulator::new(), Emulator::new());
    let (socket, other) = (open(&emulator, now), open(&twin, now));
    for line in String::from_utf8_lossy(input).lines().take(64) {
        if let Some(workflow) = line.strip_prefix('!') {
            trigger(&emulator, workflow, now);
            trigger(&twin, workflow, now);
        } else {
            let taken = socket.receive(line, now);
            assert_eq!(taken, other.receive(line, now));
            if taken.is_err() {
                assert!(
                    serde_json::from_str::<(Option<String>, Option<String>, String, String, Value)>(line)
                        .is_err()
                );
            }
        }
        let frames = frames(&socket);
        assert_eq!(frames, self::frames(&other));
        assert!(frames.iter().all(is_frame), "{frames:?}");
    }
}

fn open(emulator: &Emulator, now: SystemTime) -> Socket {
    let uri = format!("/ws/v1/websocket?api_key={DEFAULT_PUBLIC_KEY}&vsn=2.0.0");
    let request = Request::get(uri).body(()).expect("valid").into_parts().0;
    emulator.open_socket(&request, now).expect("the key is valid")
}

fn trigger(emulator: &Emulator, workflow: &str, now: SystemTime) {
    let body = Bytes::from(json!({ "recipients": ["u"] }).to_string());
    let request = Request::post(format!("/v1/workflows/{workflow}/trigger"))
        .header("authorization", format!("Bearer {DEFAULT_KEY}"))
        .header("content-type", "application/json")
        .body(body);
    if let Ok(request) = request {
        let _ = emulator.handle(request, now);
    }
}

fn frames(socket: &Socket) -> Vec<Value> {
    let mut context = Context::from_waker(Waker::noop());
    let mut frames = Vec::new();
    while let Poll::Ready(Some(text)) = socket.poll_next(&mut context) {
        frames.push(serde_json::from_str(&text).expect("it is JSON"));
    }
    frames
}

fn is_frame(frame: &Value) -> bool {
    let text = |at: usize| frame[at].is_string();
    let text_or_null = |at: usize| frame[at].is_null() || text(at);
    frame.as_array().is_some_and(|parts| parts.len() == 5)
        && text_or_null(0)
        && text_or_null(1)
        && text(2)
        && text(3)
        && frame[4].is_object()
}
