//! Addresses where nobody answers.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use socket2::{Domain, Socket, Type};

/// Returns an address that refuses connections, and the socket that keeps others away from it.
///
/// # Errors
///
/// If no port is free.
pub fn refusing() -> io::Result<(SocketAddr, Socket)> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
    let address = socket.local_addr()?.as_socket().ok_or(io::ErrorKind::AddrNotAvailable)?;
    Ok((address, socket))
}

/// Listens at an address where connecting takes for ever: the queue of connections is full. It ends with the returned
/// sockets.
///
/// # Errors
///
/// If the address is not free.
pub fn silent(address: SocketAddr) -> io::Result<(SocketAddr, Vec<Socket>)> {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    listener.bind(&address.into())?;
    listener.listen(0)?;
    let address = listener.local_addr()?.as_socket().ok_or(io::ErrorKind::AddrNotAvailable)?;
    let mut sockets = vec![listener];
    for _ in 0..16 {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        if socket.connect_timeout(&address.into(), Duration::from_millis(100)).is_err() {
            return Ok((address, sockets));
        }
        sockets.push(socket);
    }
    Err(io::Error::other("the queue does not fill"))
}
