//! The sockets that tell pages when something has changed: `{"revision": 7}`.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, interval_at, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use crate::wire::response::Failure;

/// The maximum number of open sockets.
const MAX_SOCKETS: usize = 256;
/// The shortest time between two texts to one page.
const PAUSE: Duration = Duration::from_millis(50);
/// How often a page is asked whether it is still there. Browsers reply by themselves.
const PING: Duration = Duration::from_secs(30);
/// After this time without a reply the connection is taken for dead.
const MAX_SILENCE: Duration = Duration::from_secs(90);
/// How long a page can take to accept a text.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);
/// The maximum size of a message from a page, in bytes. None are expected.
const MAX_MESSAGE: usize = 1024;

/// All open sockets. A page that is slow misses revisions, so nothing is kept for it.
#[derive(Clone, Debug)]
pub(crate) struct Watchers {
    revision: Arc<watch::Sender<u64>>,
    free: Arc<Semaphore>,
}

/// The right to have a socket open.
#[derive(Debug)]
pub(crate) struct Watcher {
    revision: watch::Receiver<u64>,
    _place: OwnedSemaphorePermit,
}

impl Watchers {
    pub(crate) fn new() -> Self {
        Self { revision: Arc::new(watch::Sender::new(0)), free: Arc::new(Semaphore::new(MAX_SOCKETS)) }
    }

    pub(crate) fn any(&self) -> bool {
        self.revision.receiver_count() > 0
    }

    pub(crate) fn tell(&self, revision: u64) {
        self.revision.send_if_modified(|known| std::mem::replace(known, revision) != revision);
    }

    /// Takes one of the places for sockets.
    ///
    /// # Errors
    ///
    /// A 503 if none is free.
    pub(crate) fn open(&self) -> Result<Watcher, Failure> {
        let place = Arc::clone(&self.free).try_acquire_owned().map_err(|_| {
            Failure::new(503, "too_many_sockets", "Too many pages of the emulator are open", "api_error")
        })?;
        Ok(Watcher { revision: self.revision.subscribe(), _place: place })
    }
}

/// Serves a connection until either side closes it.
pub(crate) async fn serve(upgraded: Upgraded, mut watcher: Watcher) {
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE))
        .read_buffer_size(4096)
        .write_buffer_size(0)
        .max_write_buffer_size(4096);
    let mut stream =
        WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
    // the page is told at once where it begins
    watcher.revision.mark_changed();
    let mut quiet_until = Instant::now();
    let mut heard = Instant::now();
    let mut ping = interval_at(Instant::now() + PING, PING);
    loop {
        let news = async {
            sleep_until(quiet_until).await;
            watcher.revision.changed().await
        };
        let message = tokio::select! {
            changed = news => {
                if changed.is_err() {
                    return;
                }
                quiet_until = Instant::now() + PAUSE;
                let revision = *watcher.revision.borrow_and_update();
                Message::text(format!("{{\"revision\":{revision}}}"))
            }
            received = stream.next() => {
                heard = Instant::now();
                match received {
                    Some(Ok(_)) => continue,
                    Some(Err(_)) | None => return,
                }
            }
            _ = ping.tick() => Message::Ping(bytes::Bytes::new()),
            () = sleep_until(heard + MAX_SILENCE) => return,
        };
        if !matches!(timeout(SEND_TIMEOUT, stream.send(message)).await, Ok(Ok(()))) {
            return;
        }
    }
}
