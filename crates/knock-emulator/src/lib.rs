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
//! # Testing in the same process
//! A client over [`Emulator::transport`] needs no socket, no async runtime and no key. Its time is that of the emulator, so
//! retries take none, and [`Emulator::advance`] moves it for delays and schedules. [`Emulator::sent_to`] and
//! [`Emulator::triggered`] assert what happened:
//!
//! ```
//! use knock_core::{Client, Operation, workflows};
//! use knock_emulator::{Emulator, Fault};
//!
//! let emulator = Emulator::new();
//! // With the crate knock-reqwest: Knock::with_transport(emulator.config(), emulator.transport())
//! let knock = Client::with_transport(emulator.config(), emulator.transport());
//!
//! emulator.fault(Fault::drop_after());
//! let trigger = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]);
//! pollster::block_on(trigger.send(&knock))?;
//! emulator.sent_to("jhammond").of("dinosaurs-loose").assert_one(); // although it was retried
//! # Ok::<(), knock_core::Error>(())
//! ```
//!
//! # Configuration
//! [`Emulator::builder`] configures API keys, [`Workflow`]s and [`Channel`]s. If no workflow is declared, any workflow
//! key can be triggered, and delivers to one in-app feed ([`DEFAULT_CHANNEL`]). If no channel is declared, every UUID
//! is a channel. The emulated Slack rejects tokens that contain `invalid`. With [`Builder::latency`], triggers, messages
//! and cancellations take effect later, as at Knock; by default, at once.
//!
//! # Workflows of a Knock directory
//! `Builder::knock_dir` runs the workflows that `knock pull` wrote, step by step and with their templates, each trigger with
//! what is on disk at that time. A test can look at what a user gets a day later:
//!
//! ```no_run
//! # #[cfg(feature = "workflows")] {
//! # use knock_core::{Client, Operation, workflows};
//! use std::time::Duration;
//! use knock_emulator::Emulator;
//!
//! let emulator = Emulator::builder().knock_dir("knock")?.build();
//! let knock = Client::with_transport(emulator.config(), emulator.transport());
//! # pollster::block_on(workflows::trigger("welcome").recipients(["jhammond"]).send(&knock))?;
//! // … trigger a workflow …
//! emulator.advance(Duration::from_secs(24 * 3600));
//! let email = emulator.deliveries(emulator.now()).pop().and_then(|delivery| delivery.content());
//! assert_eq!(email.unwrap()["subject_line"], "Welcome");
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `GET /_emulator/workflows` lists the workflows and what is wrong in the directory, `GET /_emulator/runs/{id}` shows what each
//! step of a run did and why, with the variables that it saw, and `POST /_emulator/runs/{id}/continue` lets a run that waits go
//! on. [`WORKFLOWS.md`](https://github.com/knock-rs/knock-rs/blob/main/docs/WORKFLOWS.md) says for everything that Knock documents
//! about workflows whether the emulator does it, and what is its own choice because Knock documents nothing.
//!
//! # Faults
//! [`Emulator::fault`] makes the next calls fail; a [`Fault`] specifies how. [`Faults::random`] makes random calls
//! fail, always the same ones for the same seed.
//!
//! # Rate limits
//! There are none by default. With [`Builder::rate_limits`], or the option `--rate-limits` of the binary, the emulator
//! refuses what exceeds Knock's [`RateLimits`].
//!
//! # State, seeds and webhooks
//! [`Builder::open`] keeps everything in a file. [`Emulator::load`] creates users, objects, tenants and subscriptions.
//! [`Builder::webhook`] adds an endpoint of outbound webhooks: a server sends them, and [`Emulator::due_webhooks`] returns
//! them to tests.
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
//! | `GET /_emulator/faults` | `{"entries": […]}`: what is left of the faults |
//! | `DELETE /_emulator/faults` | removes all faults |
//! | `POST /_emulator/reset` | removes all data, faults and logged requests |
//! | `GET /_emulator/deliveries` | `{"entries": […]}`: the delivered messages |
//! | `GET /_emulator/messages` | all messages, newest first, in pages, with filters: `recipient`, `channel`, `channel_type`, `workflow`, `tenant`, `status`, `run`, `unread`, `archived`, and `query` for words |
//! | `GET /_emulator/messages/{id}` | one message with all that was rendered, and the `attempts` to deliver it; `…/html` is its HTML as a document, with `?images=true` with images of other hosts |
//! | `POST /_emulator/messages/{id}/events` | `{"event": "read"}`: what the recipient or the provider does, for example `bounced`, or `link_clicked` with `url` |
//! | `DELETE /_emulator/messages/{id}` | deletes a message; without an id, all of them |
//! | `GET /_emulator/runs` | `{"entries": […], "triggers": n}`: the accepted triggers, and their number; with `page_size` in pages, newest first |
//! | `GET /_emulator/runs/{id}` | one run for a recipient, with its steps and messages |
//! | `POST /_emulator/runs/{id}/continue` | lets a run that waits go on |
//! | `GET /_emulator/workflows` | the workflows of the Knock directory, and what is wrong in it |
//! | `POST /_emulator/events` | an event of an integration: `{"integration_source_key": …, "event_key": …, "user_id": …, "data": {…}}` |
//! | `GET /_emulator/requests` | `{"entries": […]}`: the latest requests; with `page_size` in pages, newest first, with the errors |
//! | `GET /_emulator/preferences?user=jhammond` | the preference sets of a user as they are stored, without what they inherit |
//! | `GET /_emulator/status` | the number of messages, runs and requests, the clock, and what there is to filter by |
//! | `/_emulator/v1/…` | Knock's API with the secret key |
//! | `/_emulator/socket` | a WebSocket that sends `{"revision": n}` after each change |
//! | `GET /_emulator/sockets` | `{"entries": […]}`: the open realtime connections, and what they have joined |
//! | `POST /_emulator/sockets/drop` | closes all realtime connections, as if the network had failed |
//! | `POST /_emulator/sockets/silence` | makes all realtime connections silent without closing them |
//! | `POST /_emulator/advance` | moves the clock: `{"ms": 60000}` |
//! | `POST /_emulator/webhooks` | adds an endpoint of outbound webhooks: `{"url": …, "secret": …, "events": […]}` |
//! | `DELETE /_emulator/webhooks` | removes all endpoints, and what was due for them |
//! | `GET /_emulator/webhooks` | `{"endpoints": […], "entries": […]}`: the endpoints, and the deliveries with their attempts |
//! | `POST /_emulator/webhooks/{id}/redeliver` | delivers an event once more |
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
//! # Crate features
//!
//! | Feature | Effect |
//! |---|---|
//! | `server` (default) | `Server`, and the program `knock-emulator` |
//! | `smtp` (default) | `Builder::smtp`: emails also go to an SMTP server. It turns on `server` and `workflows` |
//! | `workflows` (default) | `Builder::knock_dir` and `render`: the workflows of a Knock directory. It turns on `schemas` |
//! | `schemas` | `Workflow::data_schema`: the data of triggers is validated |
//! | `tls` | Webhooks and fetches also go over `https`. It turns on `server` and needs a C compiler |
//!
//! # The inbox
//! A server shows all of this in a page at `/`. A change that the page makes below `/_emulator/v1/` is a call like any
//! other: it is logged, rate limited and subject to faults. What the page reads is not.
//!
//! The HTML of a message is in a document that runs nothing and loads nothing from elsewhere, except images if they are asked
//! for. What the recipient does can be reported for every message. What a provider does can be reported where Knock's
//! providers report it: `delivered`, `bounced` and `undelivered` for emails and text messages, the last two for push and chat,
//! `delivered` and `undelivered` for webhooks, and nothing for in-app messages. Anything else is refused with a 422, and so is
//! a report about a message that was not sent. Conditions on message statuses, waits for events and outbound webhooks see
//! what was reported.
//!
//! # Web pages
//! Pages on this machine, such as those of `http://localhost:3000`, can call the emulator with a public key, as they call
//! Knock. [`Builder::allow_origin`] allows other origins, and other host names for the emulator. The control endpoints
//! and the API refuse requests that a page of any other origin could cause, whatever host name it uses.
//!
//! # Enhanced security
//! With [`Builder::signing_key`], calls with a public key need a signed user token, as in Knock's enhanced security mode:
//! without one, with one that is not signed by that key, or with one that has expired, they fail with Knock's codes.
//! A token permits what belongs to its user, and what its grants name, for example the channels of Slack. Knock
//! documents the codes but not the statuses, which are 401, and 403 if the token is valid but does not permit the
//! call. Without a signing key, tokens are not checked.
//!
//! # Realtime
//! The feeds of Knock's client and React components are live: they connect to `/ws/v1/websocket` and learn of each new
//! message. [`Fault`]s for this path make connecting fail. [`Emulator::drop_sockets`] and [`Emulator::silence_sockets`]
//! break the connections that are open. A reader that is too slow is disconnected, and so is a page whose user token
//! expires, until it connects with a new one. Knock documents neither the protocol nor what it does to invalid frames; the
//! emulator closes the connection.
//!
//! # Limitations
//! A declared [`Workflow`] has one delay and some channels, but no other steps and no templates; those of a Knock directory
//! have nearly all of them. The latest 50,000 messages and runs are kept. Nobody is notified, except by the SMTP server, the
//! webhooks and the fetches that you name. Endpoints that the emulator does not implement respond with 404 and the code
//! `not_implemented`, which clients do not retry. Conditions that it cannot decide, for example because a variable does not
//! exist, do not hold.

#![cfg_attr(docsrs, feature(doc_cfg))]

// `xtask/src/rooms.rs` has the order of the modules: each imports only those before it.
mod api;
mod clock;
mod control;
mod cors;
#[cfg(feature = "schemas")]
mod data_schema;
mod emulator;
mod endpoint;
mod fault;
mod fetch_error;
mod found;
mod ids;
mod in_process;
mod intervention;
mod journal;
mod json;
#[cfg(feature = "workflows")]
mod knock_dir;
#[cfg(feature = "smtp")]
mod mail;
mod observe;
mod origins;
#[cfg(feature = "smtp")]
mod outbox;
mod realtime;
mod recipient;
#[cfg(feature = "workflows")]
pub mod render;
mod security;
mod seed;
#[cfg(feature = "server")]
mod sender;
#[cfg(feature = "server")]
mod server;
mod settings;
mod socket;
mod state;
#[cfg(feature = "tls")]
mod tls;
mod user_token;
#[cfg(feature = "server")]
mod watch;
mod webhooks;
#[cfg(feature = "server")]
mod websocket;
mod wire;
mod world;

#[cfg(feature = "schemas")]
pub use self::data_schema::InvalidSchema;
#[cfg(feature = "workflows")]
pub use self::emulator::DueFetch;
pub use self::emulator::{Builder, Emulator};
pub use self::endpoint::{DEFAULT_WEBHOOK_SECRET, WebhookEndpoint};
pub use self::fault::{Fault, Faults};
pub use self::fetch_error::FetchError;
pub use self::found::Found;
pub use self::in_process::InProcess;
pub use self::journal::StateError;
pub use self::observe::{Request, Run};
pub use self::recipient::Recipient;
#[cfg(feature = "server")]
pub use self::server::Server;
pub use self::settings::{
    Channel, ChannelKind, DEFAULT_CHANNEL, DEFAULT_KEY, DEFAULT_PUBLIC_KEY, RateLimits, Workflow,
};
pub use self::socket::{InvalidFrame, Socket};
pub use self::user_token::InvalidSigningKey;
pub use self::webhooks::{DueWebhook, WebhookAttempt, WebhookDelivery};
pub use self::wire::reply::{Connection, Reply};
pub use self::world::delivery::Delivery;
#[cfg(feature = "workflows")]
#[doc(no_inline)]
pub use knock_directory::{FindError, Problem};

/// Threads can share these: the list of public items does not show it.
const _: () = {
    const fn is_shared<T: Send + Sync>() {}
    is_shared::<Builder>();
    is_shared::<Emulator>();
    is_shared::<Fault>();
    is_shared::<InProcess>();
};

/// The README's examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
