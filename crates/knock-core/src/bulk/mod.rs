//! Bulk work: any number of items, from an iterator or a stream that is never held in memory as a whole.
//!
//! A bulk run divides its input into chunks by the limits of Knock's calls, sends a few of them at a time, waits for
//! Knock's [bulk operations](crate::bulk_operations) to finish, and returns what became of each chunk, in the order of
//! the input.
//!
//! ```
//! # use knock_core::{Client, Error, Transport};
//! use knock_core::bulk::{self, Event, Outcome};
//! use knock_core::users::UserRequest;
//!
//! # async fn example<T: Transport>(client: Client<T>, save: impl Fn(&bulk::Checkpoint)) -> Result<(), Error> {
//! let users = (0..1_000_000_u64).map(|number| UserRequest::new(number).name("A visitor"));
//! let mut import = bulk::identify_users().in_flight(4).start(&client, users)?;
//! while let Some(event) = import.try_next().await? {
//!     if let Event::Chunk(chunk) = event {
//!         for refused in chunk.refused {
//!             println!("{}: {}", refused.item.id, refused.reason);
//!         }
//!         if let Outcome::Failed(error) = chunk.outcome {
//!             println!("items {:?} failed: {error}", chunk.items);
//!         }
//!     }
//!     save(&import.checkpoint());
//! }
//! println!("{} users identified", import.summary().settled.done);
//! # Ok(()) }
//! ```
//!
//! # Checkpoints
//!
//! A [`Checkpoint`] is a small value that serializes. Save it after each event, and a later process goes on where this
//! one stopped: start the same work on the same input, with [`Bulk::resume`]. It reads the input from its beginning, and
//! finds out if it is another.
//!
//! What the process had in flight when it stopped depends on the kind of work:
//!
//! - Most calls are harmless to repeat: identifying, setting, deleting. They are sent again, unless the checkpoint knows
//!   their bulk operation, which is then waited for.
//! - Triggers are repeated with the same idempotency key, for almost 24 hours.
//! - Schedules, and marking messages as interacted with, are not safe to repeat. If such a chunk may have been sent, it is
//!   not sent again, and its outcome is [`Unknown`](Outcome::Unknown).
//!
//! Kinds that are not harmless to repeat have the event [`Checkpoint`](Event::Checkpoint) before a chunk is sent. So
//! the rule is the same for all: save the checkpoint after **each** event, before you wait for the next one.
//!
//! # Rates and failures
//!
//! The calls are [paced](crate::Pace): most bulk calls may be made once per second, so an import takes a second for every
//! 1,000 items. A 429 is waited out. Other failures that may be temporary are retried up to 10 times, which takes about a
//! minute. A chunk that fails anyway does not end the run: the others go on, and a run that resumes sends it again. So if
//! all chunks fail, for example because the API key was revoked, stop at the first one and resume later.
//!
//! Items that Knock reports as rate limited, because each was updated less than a second before, are sent again after a
//! second, and listed if that does not help.

mod builder;
mod call;
mod checkpoint;
mod kind;
mod kinds;
mod outcome;
mod rows;
mod run;
mod slot;

pub use builder::Bulk;
pub use checkpoint::Checkpoint;
pub use kinds::{
    Mark, add_members, add_subscribers, add_subscriptions, create_audience, create_schedules, delete_objects,
    delete_schedules, delete_subscribers, delete_subscriptions, delete_tenants, delete_users, identify_users,
    mark_messages, remove_members, schedule, set_objects, set_tenants, set_user_preferences, trigger,
};
pub use outcome::{Chunk, Event, Item, MAX_REFUSED_IN_SUMMARY, Outcome, Reason, Refused, Settled, Summary};
pub use run::Run;
