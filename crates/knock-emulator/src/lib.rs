//! A local Knock for development and tests: the notification API in memory, with faults on demand.
//!
//! [`Emulator`] takes a request and the current time, and returns a response. It uses the statuses, error envelopes and
//! id formats of Knock, it stores users, preferences, messages and idempotency keys, and it records what was delivered
//! so that tests can inspect it.
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
//! # Configuration
//! [`Emulator::builder`] configures API keys, [`Workflow`]s and [`Channel`]s. If no workflow is declared, any workflow
//! key can be triggered, and delivers to one in-app feed ([`DEFAULT_CHANNEL`]). If no channel is declared, every UUID
//! is a channel. The emulated Slack rejects tokens that contain `invalid`.
//!
//! # Faults
//! [`Emulator::fault`] makes the next calls fail; a [`Fault`] specifies how. [`Faults::random`] makes random calls
//! fail, always the same ones for the same seed.
//!
#![cfg_attr(feature = "server", doc = "# Server")]
#![cfg_attr(
    feature = "server",
    doc = "With the default feature `server`, [`Server`] serves an emulator on a socket. So does the crate's binary:"
)]
#![cfg_attr(feature = "server", doc = "`knock-emulator --port 4010 --workflow welcome`.")]
//!
//! # Control over HTTP
//! Tests in another process can control the emulator over HTTP, without authentication:
//!
//! | Endpoint | Effect or response |
//! |---|---|
//! | `POST /_emulator/faults` | adds a fault, a list of faults, or random faults |
//! | `DELETE /_emulator/faults` | removes all faults |
//! | `POST /_emulator/reset` | removes all data, faults and logged requests |
//! | `GET /_emulator/deliveries` | `{"entries": […]}`: the delivered messages |
//! | `GET /_emulator/runs` | `{"entries": […], "triggers": n}`: the accepted triggers, and their number |
//! | `GET /_emulator/requests` | `{"entries": […]}`: the latest requests |
//! | `GET /_emulator/health` | `{"status": "ok"}` |
//!
//! The `kind` of a fault is `status` (with `status`), `delay` (with `ms`), `drop_before`, `drop_after`, `html`,
//! `truncated`, `empty` or `rate_limited` (with `param` and `ids`). `headers`, `times`, `method`, `path` (a prefix) and
//! `after_acting` are optional:
//!
//! ```json
//! {"kind": "status", "status": 503, "headers": {"retry-after": "1"}, "times": 2, "path": "/v1/workflows/"}
//! ```
//!
//! Random faults have this form: `{"random": {"seed": 7, "rate": 0.2, "faults": [{"kind": "drop_after"}]}}`.
//!
//! # Limitations
//! A workflow has one delay and some channels, but no other steps. Templates are not rendered, and nobody is notified.
//! Endpoints that the emulator does not implement respond with 501.

#![cfg_attr(docsrs, feature(doc_cfg))]

// A module imports only modules to its left: clock, ids, json, recipient; settings, wire, world, observe, fault, api,
// state, control, emulator, server.
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

/// The README's examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
