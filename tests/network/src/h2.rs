//! The faults of a server, in HTTP/2.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Reason, SendStream};
use http::{Method, Request, Response, StatusCode};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Notify;

use crate::server::{End, Fault, Ledger, proper_body};

/// Speaks HTTP/2 on a connection.
pub(crate) async fn speak<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    ledger: Arc<Ledger>,
    fault: Fault,
    times: usize,
) -> Option<()> {
    let mut connection = h2::server::handshake(stream).await.ok()?;
    let closing = Arc::new(Notify::new());
    loop {
        // The connection sends what its streams say while it waits for the next request.
        let accepted = tokio::select! {
            accepted = connection.accept() => accepted,
            () = closing.notified() => return None,
        };
        let (request, respond) = accepted?.ok()?;
        let fault = if ledger.record() <= times { fault } else { Fault::NONE };
        let (ledger, closing) = (Arc::clone(&ledger), Arc::clone(&closing));
        tokio::spawn(async move {
            let is_whole = serve(request, respond, &ledger, fault).await == Some(true);
            // After a whole response, the next request would meet a connection that is about to close.
            if fault.end == End::RespondsAndCloses || fault.end == End::Closes && !is_whole {
                // What was said should arrive before.
                tokio::time::sleep(Duration::from_millis(50)).await;
                closing.notify_one();
            }
        });
    }
}

/// Does with a request what the fault says. Returns whether that was a whole response before the end of the fault.
async fn serve(
    request: Request<h2::RecvStream>,
    mut respond: SendResponse<Bytes>,
    ledger: &Ledger,
    fault: Fault,
) -> Option<bool> {
    let (parts, mut body) = request.into_parts();
    while let Some(data) = body.data().await {
        body.flow_control().release_capacity(data.ok()?.len()).ok()?;
    }
    let responds = matches!(fault.end, End::Responds | End::RespondsAndCloses);
    if fault.acts || responds {
        ledger.apply(&parts.method, parts.uri.path(), &parts.headers);
    }
    let mut stream = None;
    if let Some((response, body)) = translated(fault.says) {
        let is_whole = length(&response) == Some(body.len());
        let mut sending = respond.send_response(response, is_whole && body.is_empty()).ok()?;
        if !body.is_empty() {
            send(&mut sending, body, is_whole).await?;
        }
        if is_whole {
            return Some(true);
        }
        stream = Some(sending);
    }
    match fault.end {
        End::Closes | End::AnswersEarly | End::ResetsEarly => {
            // The streams stay open until the connection is closed.
            tokio::spawn(async move {
                let _open = (stream, respond);
                tokio::time::sleep(Duration::from_secs(1)).await;
            });
        }
        End::Resets => match stream {
            Some(mut stream) => stream.send_reset(Reason::INTERNAL_ERROR),
            None => respond.send_reset(Reason::INTERNAL_ERROR),
        },
        End::Hangs => std::future::pending().await,
        End::Floods => loop {
            send(stream.as_mut()?, Bytes::from_static(&[b' '; 16 * 1024]), false).await?;
        },
        End::Drips => loop {
            send(stream.as_mut()?, Bytes::from_static(b" "), false).await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        },
        End::Responds | End::RespondsAndCloses => {
            let body = proper_body(&parts.method);
            let mut response = Response::new(());
            if parts.method == Method::DELETE {
                *response.status_mut() = StatusCode::NO_CONTENT;
            }
            let mut stream = respond.send_response(response, body.is_empty()).ok()?;
            if !body.is_empty() {
                send(&mut stream, Bytes::from_static(body.as_bytes()), true).await?;
            }
        }
    }
    Some(false)
}

/// Sends data as fast as the client takes it.
async fn send(stream: &mut SendStream<Bytes>, mut data: Bytes, is_last: bool) -> Option<()> {
    while !data.is_empty() {
        stream.reserve_capacity(data.len());
        let capacity = std::future::poll_fn(|context| stream.poll_capacity(context)).await?.ok()?;
        let part = data.split_to(capacity.min(data.len()));
        stream.send_data(part, is_last && data.is_empty()).ok()?;
    }
    Some(())
}

fn length(response: &Response<()>) -> Option<usize> {
    response.headers().get("content-length")?.to_str().ok()?.parse().ok()
}

/// Returns whether a fault exists in HTTP/2: what it says is nothing, or a final response.
pub(crate) fn can_be(fault: &Fault) -> bool {
    let is_final = |(response, _): (Response<()>, Bytes)| !response.status().is_informational();
    let is_early = matches!(fault.end, End::ResetsEarly | End::AnswersEarly);
    !is_early && (fault.says.is_empty() || translated(fault.says).is_some_and(is_final))
}

/// Returns a response of HTTP/1.1 as the head of one of HTTP/2, and what there is of its body.
fn translated(says: &'static [u8]) -> Option<(Response<()>, Bytes)> {
    let end = says.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let mut lines = std::str::from_utf8(&says[..end]).ok()?.split("\r\n");
    let mut response = Response::builder().status(lines.next()?.split(' ').nth(1)?);
    let mut is_chunked = false;
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        if name == "transfer-encoding" {
            is_chunked = true;
        } else {
            response = response.header(name, value);
        }
    }
    let body = Bytes::from_static(&says[end + 4..]);
    let body = if is_chunked {
        body.slice(body.iter().position(|byte| *byte == b'{').unwrap_or(body.len())..)
    } else {
        body
    };
    Some((response.body(()).ok()?, body))
}
