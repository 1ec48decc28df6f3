//! A server for the emulator.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::{TokioIo, TokioTimer};
use knock_core::Config;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;

use crate::clock::TICK;
use crate::control;
use crate::emulator::Emulator;
use crate::sender;
use crate::settings::DEFAULT_KEY;
use crate::socket::{self, Socket};
use crate::watch::{self, Watcher, Watchers};
use crate::websocket;
use crate::wire::reply::{Connection, Reply};
use crate::wire::response::Failure;

/// Larger than the body of any valid call.
const MAX_BODY: usize = 32 * 1024 * 1024;
/// If no file descriptor is left, accepting again at once would only spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// A running server for an [`Emulator`]. Dropping the server closes the socket and all connections.
///
/// ```
/// use knock_emulator::{Emulator, Server};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// let server = Server::start(Emulator::new(), ([127, 0, 0, 1], 0).into()).await?;
/// assert!(server.url().starts_with("http://127.0.0.1:"));
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "dropping a server stops it"]
pub struct Server {
    emulator: Emulator,
    addr: SocketAddr,
    task: JoinHandle<()>,
}

impl Emulator {
    /// Serves this emulator at a free port of `127.0.0.1`.
    ///
    /// ```
    /// use knock_emulator::Emulator;
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let server = Emulator::new().serve().await?;
    /// let config = server.config(); // for `Knock::with_config`
    /// # let _ = config;
    /// # Ok::<(), std::io::Error>(())
    /// # })?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    /// Fails if no port can be bound.
    pub async fn serve(self) -> io::Result<Server> {
        Server::start(self, (Ipv4Addr::LOCALHOST, 0).into()).await
    }
}

impl Server {
    /// Starts a server at an address. Port 0 picks a free port.
    ///
    /// # Errors
    /// Fails if the address cannot be bound.
    pub async fn start(emulator: Emulator, addr: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(addr).await?;
        let addr = listener.local_addr()?;
        emulator.run_clock();
        let task = tokio::spawn(accept(listener, emulator.clone()));
        Ok(Self { emulator, addr, task })
    }

    /// Returns the configuration of a client of this server: its URL, and [`DEFAULT_KEY`].
    ///
    /// # Panics
    ///
    /// Never, because the key and the URL are valid.
    pub fn config(&self) -> Config {
        let config = Config::builder(DEFAULT_KEY).base_url(self.url()).allow_plain_http(true).build();
        config.expect("the configuration is valid")
    }

    /// The address the server listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The base URL for clients.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The emulator behind the server.
    pub fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    /// Closes the socket and all connections, and waits until they are closed.
    pub async fn stop(mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The connections are in a set owned by this task, so they end with it.
async fn accept(listener: TcpListener, emulator: Emulator) {
    let mut connections = JoinSet::new();
    let watchers = Watchers::new();
    connections.spawn(sender::run(emulator.clone()));
    #[cfg(feature = "smtp")]
    connections.spawn(crate::mail::run(emulator.clone()));
    connections.spawn(tick(emulator.clone(), watchers.clone()));
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(serve(stream, emulator.clone(), watchers.clone()));
            }
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

/// Runs what is due while no request comes, and tells those who watch what has changed.
async fn tick(emulator: Emulator, watchers: Watchers) {
    loop {
        tokio::time::sleep(TICK).await;
        watchers.tell(emulator.tick(watchers.any()));
    }
}

/// The connection that a request asked for, until its response is sent.
type Upgrade = Arc<Mutex<Option<(OnUpgrade, Upgraded)>>>;

/// What is spoken over an upgraded connection.
enum Upgraded {
    /// The protocol of feeds.
    Feeds(Socket),
    /// The revision, for the page.
    Page(Watcher),
}

/// A fault drops the connection by failing the service: hyper then closes the connection.
async fn serve(stream: TcpStream, emulator: Emulator, watchers: Watchers) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let upgrade = Upgrade::default();
    let service = service_fn(|request: Request<Incoming>| {
        let (emulator, upgrade, watchers) = (emulator.clone(), Arc::clone(&upgrade), watchers.clone());
        async move {
            match request.uri().path() {
                socket::PATH => open_socket(&emulator, request, &upgrade).await,
                control::SOCKET => Ok(open_page_socket(&emulator, &watchers, request, &upgrade)),
                _ => respond(emulator, request).await,
            }
        }
    });
    let http = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
    let _ = http.with_upgrades().await;
    let upgrade = upgrade.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some((upgrade, upgraded)) = upgrade
        && let Ok(connection) = upgrade.await
    {
        match upgraded {
            Upgraded::Feeds(socket) => websocket::serve(connection, socket).await,
            Upgraded::Page(watcher) => watch::serve(connection, watcher).await,
        }
    }
}

/// Accepts a realtime connection, which is served once this response is sent.
async fn open_socket(
    emulator: &Emulator,
    mut request: Request<Incoming>,
    upgrade: &Upgrade,
) -> Result<Response<Full<Bytes>>, Dropped> {
    let pending = hyper::upgrade::on(&mut request);
    let (parts, _) = request.into_parts();
    let socket = match emulator.open_socket(&parts, emulator.now()) {
        Ok(socket) => socket,
        Err(reply) => return send(*reply).await,
    };
    tokio::time::sleep(socket.delay()).await;
    Ok(accept_upgrade(parts, pending, Upgraded::Feeds(socket), upgrade))
}

/// Accepts a connection of the page, unless it is one of another origin.
fn open_page_socket(
    emulator: &Emulator,
    watchers: &Watchers,
    mut request: Request<Incoming>,
    upgrade: &Upgrade,
) -> Response<Full<Bytes>> {
    let pending = hyper::upgrade::on(&mut request);
    let (parts, _) = request.into_parts();
    match emulator.admit_page(&parts).and_then(|()| watchers.open()) {
        Ok(watcher) => accept_upgrade(parts, pending, Upgraded::Page(watcher), upgrade),
        Err(failure) => failure.response().map(Full::new),
    }
}

fn accept_upgrade(
    parts: Parts,
    pending: OnUpgrade,
    upgraded: Upgraded,
    upgrade: &Upgrade,
) -> Response<Full<Bytes>> {
    let request = Request::from_parts(parts, ());
    let Ok(response) = create_response_with_body(&request, Full::default) else {
        return control::upgrade_required().response().map(Full::new);
    };
    *upgrade.lock().unwrap_or_else(PoisonError::into_inner) = Some((pending, upgraded));
    response
}

/// The connection must be closed without a response.
#[derive(Debug)]
struct Dropped;

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection was dropped by a fault")
    }
}

impl std::error::Error for Dropped {}

async fn respond(emulator: Emulator, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Dropped> {
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            return Ok(emulator.share(&parts.headers, too_large()).map(Full::new));
        }
        Err(_) => return Err(Dropped),
    };
    let now = emulator.now();
    send(emulator.respond(Request::from_parts(parts, body), now)).await
}

async fn send(reply: Reply) -> Result<Response<Full<Bytes>>, Dropped> {
    if !reply.delay.is_zero() {
        tokio::time::sleep(reply.delay).await;
    }
    match reply.connection {
        Connection::Keep => Ok(reply.response.map(Full::new)),
        Connection::DropBefore | Connection::DropAfter => Err(Dropped),
    }
}

fn too_large() -> Response<Bytes> {
    let message = "The request body is larger than 32 MB";
    Failure::new(413, "request_too_large", message, "invalid_request_error").response()
}
