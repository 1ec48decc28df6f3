//! Whether a request has left, which reqwest does not tell if a timeout ends an attempt.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// The departure of one request: it leaves, or it is prevented from it. The first decides.
#[derive(Debug, Default)]
pub(crate) struct Departure(OnceLock<bool>);

impl Departure {
    /// Prevents a request that has not left yet from ever leaving. Returns whether it did not leave.
    pub(crate) fn prevent(&self) -> bool {
        !*self.0.get_or_init(|| false)
    }

    fn leaves(&self) -> bool {
        *self.0.get_or_init(|| true)
    }

    fn is_prevented(&self) -> bool {
        self.0.get() == Some(&false)
    }
}

/// The body of a request whose departure is watched.
///
/// hyper asks for it, or whether it is empty, when it has a connection and begins to send. Once the departure is
/// prevented, the body never ends, so that no server takes the request for a whole one.
#[derive(Debug)]
pub(crate) struct Watched {
    bytes: Bytes,
    departure: Arc<Departure>,
}

impl Watched {
    pub(crate) fn new(bytes: Bytes, departure: Arc<Departure>) -> Self {
        Self { bytes, departure }
    }
}

impl Body for Watched {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if !self.departure.leaves() {
            return Poll::Ready(Some(Err(io::Error::other("the attempt has timed out"))));
        }
        let bytes = std::mem::take(&mut self.bytes);
        Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty() && self.departure.leaves()
    }

    fn size_hint(&self) -> SizeHint {
        if self.departure.is_prevented() {
            return SizeHint::default();
        }
        SizeHint::with_exact(self.bytes.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(body: &mut Watched) -> Option<Result<Bytes, io::Error>> {
        let mut context = Context::from_waker(std::task::Waker::noop());
        match Pin::new(body).poll_frame(&mut context) {
            Poll::Ready(frame) => frame.map(|frame| frame.map(|frame| frame.into_data().unwrap())),
            Poll::Pending => panic!("the bytes are there"),
        }
    }

    #[test]
    fn what_has_left_cannot_be_prevented() {
        for bytes in ["", "{}"] {
            let departure = Arc::new(Departure::default());
            let mut body = Watched::new(Bytes::from_static(bytes.as_bytes()), Arc::clone(&departure));
            assert_eq!(body.size_hint().exact(), Some(bytes.len() as u64), "asking for the size is harmless");
            assert_eq!(body.is_end_stream(), bytes.is_empty());
            let sent: Vec<u8> = std::iter::from_fn(|| frame(&mut body)).flat_map(Result::unwrap).collect();
            assert_eq!(sent, bytes.as_bytes());
            assert!(!departure.prevent());
        }
    }

    #[test]
    fn what_is_prevented_never_becomes_a_whole_request() {
        for bytes in ["", "{}"] {
            let departure = Arc::new(Departure::default());
            let mut body = Watched::new(Bytes::from_static(bytes.as_bytes()), Arc::clone(&departure));
            assert!(departure.prevent());
            assert!(departure.prevent());
            assert!(!body.is_end_stream());
            assert_eq!(body.size_hint().exact(), None);
            assert!(frame(&mut body).unwrap().is_err());
        }
    }
}
