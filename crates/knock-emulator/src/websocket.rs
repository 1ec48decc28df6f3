//! Realtime connections over the WebSocket protocol.

use std::future::poll_fn;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};

use crate::socket::Socket;

/// The maximum size of a message from a client, in bytes.
const MAX_MESSAGE: usize = 64 * 1024;
/// Clients send a heartbeat every 30 seconds. After this time without a message the connection is taken for dead.
const MAX_SILENCE: Duration = Duration::from_secs(90);
/// How long a client can take to accept a message.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);

/// Serves a connection until either side closes it.
pub(crate) async fn serve(upgraded: Upgraded, socket: Socket) {
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE))
        .read_buffer_size(4096)
        .write_buffer_size(0)
        .max_write_buffer_size(MAX_MESSAGE * 8);
    let mut stream =
        WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
    let mut heard = Instant::now();
    loop {
        tokio::select! {
            next = poll_fn(|context| socket.poll_next(context)) => {
                let Some(text) = next else { return };
                if !matches!(timeout(SEND_TIMEOUT, stream.send(Message::text(text))).await, Ok(Ok(()))) {
                    return;
                }
            }
            received = stream.next() => {
                heard = Instant::now();
                let invalid = match received {
                    Some(Ok(Message::Text(text))) => socket.receive(&text, socket.now()).is_err(),
                    Some(Ok(Message::Binary(_))) => true,
                    Some(Ok(_)) => false,
                    Some(Err(_)) | None => return,
                };
                if invalid {
                    return refuse(stream).await;
                }
            }
            () = sleep_until(heard + MAX_SILENCE) => return,
        }
    }
}

/// Knock's client connects again after every close code except 1000.
async fn refuse(mut stream: WebSocketStream<TokioIo<Upgraded>>) {
    let frame = CloseFrame { code: CloseCode::Invalid, reason: "not a frame of Phoenix channels".into() };
    let _ = timeout(SEND_TIMEOUT, stream.close(Some(frame))).await;
}
