//! A local Knock for development and tests: the notification API in memory, with faults on demand.
//!
//! [`Emulator`] is a pure function over shared state: a request and the time go in, a response comes out. It answers
//! with Knock's statuses, error envelopes and ids, it remembers users, preferences, messages and idempotency keys, and
//! it shows what was delivered.
//!
//! ```
//! use std::time::SystemTime;
//! use bytes::Bytes;
//! use http::Request;
//! use knock_emulator::{DEFAULT_KEY, Emulator};
//!
//! let emulator = Emulator::new();
//! let request = Request::post("/v1/workflows/dinosaurs-loose/trigger")
//!     .header("authorization", format!("Bearer {DEFAULT_KEY}"))
//!     .header("content-type", "application/json")
//!     .body(Bytes::from_static(br#"{"recipients": ["jhammond"]}"#))?;
//!
//! let now = SystemTime::now();
//! assert_eq!(emulator.handle(request, now).status(), 200);
//! assert_eq!(emulator.deliveries(now)[0].recipient, "jhammond");
//! # Ok::<(), http::Error>(())
//! ```
//!
//! # Environment
//! Keys, [`Workflow`]s with delays and [`Channel`]s are given to [`Emulator::builder`]. Where none are declared, every
//! workflow key works and delivers to one in-app feed ([`DEFAULT_CHANNEL`]), and every UUID is a channel. A Slack token
//! that contains `invalid` is refused by Slack.
//!
//! # Faults
//! [`Emulator::fault`] makes the next calls fail: [`Fault`] names what goes wrong. [`Faults::random`] does so at random,
//! the same way for the same seed.
//!
//! # Server
#![cfg_attr(
    feature = "server",
    doc = "With the feature `server`, on by default, [`Server`] puts it on a socket, and the binary `knock-emulator` runs"
)]
#![cfg_attr(feature = "server", doc = "one: `knock-emulator --port 4010 --workflow welcome`.")]
//!
//! # Control over HTTP
//! Tests in another process have the same control, without authentication:
//!
//! | Endpoint | |
//! |---|---|
//! | `POST /_emulator/faults` | adds a fault, a list of faults, or random ones |
//! | `DELETE /_emulator/faults` | forgets all faults |
//! | `POST /_emulator/reset` | back to the beginning |
//! | `GET /_emulator/deliveries` | `{"entries": […]}`: what was delivered |
//! | `GET /_emulator/runs` | `{"entries": […], "triggers": n}`: the triggers accepted |
//! | `GET /_emulator/requests` | `{"entries": […]}`: the latest requests |
//! | `GET /_emulator/health` | `{"status": "ok"}` |
//!
//! A fault has a `kind`: `status` (with `status`), `delay` (with `ms`), `drop_before`, `drop_after`, `html`, `truncated`,
//! `empty`, `rate_limited` (with `param` and `ids`). It may have `headers`, `times`, `method`, `path` (a prefix) and
//! `after_acting`:
//!
//! ```json
//! {"kind": "status", "status": 503, "headers": {"retry-after": "1"}, "times": 2, "path": "/v1/workflows/"}
//! ```
//!
//! Random faults are `{"random": {"seed": 7, "rate": 0.2, "faults": [{"kind": "drop_after"}]}}`.
//!
//! # What it is not
//! Workflows have one delay and some channels, no other steps. Nothing is rendered and nobody is notified. An endpoint
//! that is not there answers 501 and says so.

mod api;
mod clock;
mod control;
mod emulator;
mod fault;
mod ids;
mod json;
mod observe;
mod recipient;
#[cfg(feature = "server")]
mod server;
mod settings;
mod state;
mod wire;
mod world;

pub use self::emulator::{Builder, Emulator};
pub use self::fault::{Fault, Faults};
pub use self::observe::{Request, Run};
pub use self::recipient::Recipient;
#[cfg(feature = "server")]
pub use self::server::Server;
pub use self::settings::{Channel, ChannelKind, DEFAULT_CHANNEL, DEFAULT_KEY, DEFAULT_PUBLIC_KEY, Workflow};
pub use self::wire::reply::{Connection, Reply};
pub use self::world::delivery::Delivery;
