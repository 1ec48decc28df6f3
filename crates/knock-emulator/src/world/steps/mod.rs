//! The steps of the workflows of a Knock directory.
//!
//! A run goes from step to step until one of them waits or ends it. What it waits for resumes it: the agenda, an event, a
//! response, or a hand. Time is an argument, ids come from the world, and requests are left to the caller, so the same calls
//! always do the same.

mod address;
mod ai_agent;
mod batch;
mod branch;
mod channel;
mod conditions;
mod delay;
mod did;
mod engine;
mod fetch;
mod guide;
mod live;
mod mailed;
mod needs;
mod outlook;
mod progress;
mod random_cohort;
mod request;
mod response;
mod scope;
mod send_window;
mod signal;
mod state;
mod templates;
mod throttle;
mod trigger_workflow;
mod update;
mod wait_for_event;
mod when;

pub(crate) use self::guide::Asked;
pub(crate) use self::progress::Progress;
pub(crate) use self::state::Steps;
