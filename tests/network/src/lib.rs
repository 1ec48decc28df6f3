//! A lab of faulty networks.
//!
//! Each test puts a fault between the SDK and a small fake Knock, makes calls of each class, and checks three things:
//! what the server applied, what the error claims, and how many requests were sent. Times are short by settings.

mod authority;
mod child;
mod client;
mod h2;
mod listener;
mod operation;
mod proxy;
mod relay;
mod server;

pub use authority::{Authority, Certificate};
pub use child::{alone, alone_with, without_certificates};
pub use client::{KEY, PATIENCE, builder, quick};
pub use listener::{refusing, silent};
pub use operation::{Call, check_line};
pub use proxy::{Connect, proxy};
pub use relay::Relay;
pub use server::{End, Fault, Ledger, Server};
