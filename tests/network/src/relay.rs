//! A middle box between a client and a server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A relay that can drop its connections without a word.
#[derive(Debug)]
pub struct Relay {
    address: SocketAddr,
    swallowed: watch::Sender<usize>,
    connections: Arc<AtomicUsize>,
}

impl Relay {
    /// Starts a relay to a server, which needs `delay` for each connection.
    ///
    /// # Panics
    ///
    /// If no port is free.
    pub async fn start(server: SocketAddr, delay: Duration) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port is free");
        let address = listener.local_addr().expect("the listener has an address");
        let (swallowed, watch) = watch::channel(0);
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                tokio::spawn(relay(client, server, delay, number, watch.clone()));
            }
        });
        Self { address, swallowed, connections }
    }

    /// Returns the address of the relay.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the number of connections so far.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Stops all present connections, which nobody is told. Later connections work.
    pub fn swallow(&self) {
        self.swallowed.send_replace(self.connections());
    }
}

async fn relay(
    mut client: TcpStream,
    server: SocketAddr,
    delay: Duration,
    number: usize,
    mut swallowed: watch::Receiver<usize>,
) {
    tokio::time::sleep(delay).await;
    let Ok(mut server) = TcpStream::connect(server).await else { return };
    let silence = async move { swallowed.wait_for(|last| *last >= number).await.is_ok() };
    let silent = tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => false,
        silent = silence => silent,
    };
    if silent {
        // Both ends stay open.
        std::future::pending::<()>().await;
    }
}
