//! A proxy for `CONNECT`.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

/// What a proxy does with a `CONNECT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connect {
    /// Connects.
    Works,
    /// Responds with a status line.
    Responds(&'static str),
    /// Says nothing.
    Hangs,
    /// Closes the connection.
    Closes,
}

/// Starts a proxy and returns its URL.
///
/// # Panics
///
/// If no port is free.
pub async fn proxy(connect: Connect) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port is free");
    let address = listener.local_addr().expect("the listener has an address");
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(serve(client, connect));
        }
    });
    format!("http://{address}")
}

async fn serve(mut client: TcpStream, connect: Connect) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.ok()?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    match connect {
        Connect::Works => {
            let target: SocketAddr = head.split(' ').nth(1)?.parse().ok()?;
            let mut server = TcpStream::connect(target).await.ok()?;
            client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await.ok()?;
            copy_bidirectional(&mut client, &mut server).await.ok()?;
        }
        Connect::Responds(status) => {
            let response = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
            client.write_all(response.as_bytes()).await.ok()?;
        }
        Connect::Hangs => std::future::pending().await,
        Connect::Closes => {}
    }
    Some(())
}
