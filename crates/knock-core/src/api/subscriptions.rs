//! Subscriptions: recipients that follow an object and get what is sent to it.
