//! What a host provides besides `fetch`: timers, clocks and random bytes.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use js_sys::Date;
use knock_core::UnixTime;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Crypto, WorkerGlobalScope};

/// Returns the global object. Its type is that of a browser's worker, but only what every host has is used.
pub(crate) fn scope() -> WorkerGlobalScope {
    js_sys::global().unchecked_into()
}

pub(crate) fn crypto() -> Result<Crypto, JsValue> {
    scope().crypto()
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is a positive integer")]
pub(crate) fn now() -> UnixTime {
    UnixTime::from_millis(Date::now() as u64)
}

/// Returns the time of `performance`, which nobody sets, or else that of the system's clock.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is positive, and less than an age"
)]
pub(crate) fn steady() -> Duration {
    let performance = scope().performance().map(|performance| performance.now());
    let millis = performance.unwrap_or_else(Date::now);
    Duration::from_micros((millis * 1000.0) as u64)
}

/// Returns what `setTimeout` takes: whole milliseconds, as a 32-bit number. It does not wake before the time.
pub(crate) fn milliseconds(duration: Duration) -> i32 {
    let millis = duration.saturating_add(Duration::from_nanos(999_999)).as_millis();
    i32::try_from(millis).unwrap_or(i32::MAX)
}

/// Waits for a duration. The timer is cleared if the future is dropped.
pub(crate) async fn sleep(duration: Duration) {
    let fired = Rc::new(RefCell::new((false, None::<Waker>)));
    let callback = Closure::<dyn FnMut()>::own_assert_unwind_safe({
        let fired = Rc::clone(&fired);
        move || {
            let (_, waker) = fired.replace((true, None));
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    });
    let Some(_timer) = Timer::start(&callback, duration) else { return };
    poll_fn(|context| {
        let (fired, waker) = &mut *fired.borrow_mut();
        if *fired {
            return Poll::Ready(());
        }
        *waker = Some(context.waker().clone());
        Poll::Pending
    })
    .await;
}

/// A timer that is cleared when it is dropped.
struct Timer(i32);

impl Timer {
    fn start(callback: &Closure<dyn FnMut()>, duration: Duration) -> Option<Self> {
        let millis = milliseconds(duration);
        let callback = callback.as_ref().unchecked_ref();
        scope().set_timeout_with_callback_and_timeout_and_arguments_0(callback, millis).ok().map(Self)
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        scope().clear_timeout_with_handle(self.0);
    }
}
