//! Assertions about what was sent and triggered.

use std::fmt::{self, Write};

use serde_json::Value;

use crate::emulator::Emulator;
use crate::observe::Run;
use crate::recipient::Recipient;
use crate::settings::ChannelKind;
use crate::world::delivery::Delivery;

/// The number of records that a failed assertion prints, the newest ones.
const MAX_PRINTED: usize = 20;
/// The number of characters of `data` that a failed assertion prints.
const MAX_DATA: usize = 200;

impl Emulator {
    /// Returns the messages to a recipient so far, to look at or to assert: a user by its id, or a [`Recipient`].
    ///
    /// ```
    /// # use std::time::SystemTime;
    /// # use knock_core::{Client, Operation, workflows};
    /// # fn main() -> Result<(), knock_core::Error> {
    /// use knock_emulator::Emulator;
    /// use serde_json::json;
    ///
    /// # let emulator = Emulator::new();
    /// # let knock = Client::with_transport(emulator.config(), emulator.transport());
    /// # let trigger = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]).data(json!({ "type": "trex" }));
    /// # pollster::block_on(trigger.send(&knock))?;
    /// // … call the code that notifies …
    /// emulator
    ///     .sent_to("jhammond")
    ///     .of("dinosaurs-loose")
    ///     .with_data(json!({ "type": "trex" }))
    ///     .assert_one();
    /// emulator.sent_to("dnedry").assert_none();
    /// # Ok(()) }
    /// ```
    ///
    /// An assertion that fails prints what was sent: workflows, recipients and data of the test, but no keys, tokens,
    /// addresses or channel data.
    pub fn sent_to(&self, recipient: impl Into<Recipient>) -> Found<Delivery> {
        let recipient = recipient.into();
        self.sent()
            .only(format_args!("to {:?}", recipient.to_string()), |message| message.recipient == recipient)
    }

    /// Returns all messages so far, to look at or to assert.
    pub fn sent(&self) -> Found<Delivery> {
        Found::new("message", "sent", self.deliveries(self.now()))
    }

    /// Returns the triggers of a workflow so far, to look at or to assert. Occurrences of schedules are included, and
    /// triggers that the emulator refused or replayed for an idempotency key are not.
    ///
    /// ```
    /// # use knock_core::{Client, Operation, workflows};
    /// # fn main() -> Result<(), knock_core::Error> {
    /// # use knock_emulator::Emulator;
    /// # let emulator = Emulator::new();
    /// # let knock = Client::with_transport(emulator.config(), emulator.transport());
    /// # let trigger = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]);
    /// # let trigger = trigger.actor(knock_core::recipients::UserRequest::new("dnedry"));
    /// # pollster::block_on(trigger.send(&knock))?;
    /// let run = emulator.triggered("dinosaurs-loose").by("dnedry").to("jhammond").assert_one();
    /// assert_eq!(run.recipients.len(), 1);
    /// # Ok(()) }
    /// ```
    pub fn triggered(&self, workflow: &str) -> Found<Run> {
        Found::new("trigger", "triggered", self.runs()).of(workflow)
    }
}

/// Messages or triggers that match some conditions. Returned by [`Emulator::sent_to`] and [`Emulator::triggered`].
#[derive(Clone)]
#[must_use = "nothing is asserted yet"]
pub struct Found<T> {
    noun: &'static str,
    verb: &'static str,
    conditions: String,
    matching: Vec<T>,
    everything: Vec<T>,
}

impl<T: Fact> Found<T> {
    fn new(noun: &'static str, verb: &'static str, everything: Vec<T>) -> Self {
        Self { noun, verb, conditions: String::new(), matching: everything.clone(), everything }
    }

    fn only(mut self, condition: impl fmt::Display, matches: impl Fn(&T) -> bool) -> Self {
        // Writing to a string does not fail.
        let _ = write!(self.conditions, " {condition}");
        self.matching.retain(matches);
        self
    }

    /// Keeps only those of a workflow.
    pub fn of(self, workflow: &str) -> Self {
        self.only(format_args!("of the workflow {workflow:?}"), |fact| fact.workflow() == workflow)
    }

    /// Keeps only those whose trigger had this actor.
    pub fn by(self, actor: impl Into<Recipient>) -> Self {
        let actor = actor.into();
        self.only(format_args!("by {:?}", actor.to_string()), |fact| fact.actor() == Some(&actor))
    }

    /// Keeps only those whose trigger had this tenant.
    pub fn in_tenant(self, tenant: &str) -> Self {
        self.only(format_args!("in the tenant {tenant:?}"), |fact| fact.tenant() == Some(tenant))
    }

    /// Keeps only those whose data contains these members. Objects may have more members, at any depth; any other value
    /// must be equal.
    #[allow(clippy::needless_pass_by_value)] // so that `json!` needs no `&`
    pub fn with_data(self, data: Value) -> Self {
        self.only(format_args!("with the data {data}"), |fact| contains(fact.data(), &data))
    }

    /// Returns the number.
    pub fn count(&self) -> usize {
        self.matching.len()
    }

    /// Returns all of them, oldest first.
    pub fn all(self) -> Vec<T> {
        self.matching
    }

    /// Asserts that there is exactly one, and returns it.
    ///
    /// # Panics
    ///
    /// If there is none, or more than one.
    #[track_caller]
    #[allow(clippy::must_use_candidate)]
    pub fn assert_one(mut self) -> T {
        self.check(1);
        self.matching.remove(0)
    }

    /// Asserts that there are none.
    ///
    /// # Panics
    ///
    /// If there are any.
    #[track_caller]
    pub fn assert_none(self) {
        self.check(0);
    }

    /// Asserts how many there are, and returns them, oldest first.
    ///
    /// # Panics
    ///
    /// If the number is another one.
    #[track_caller]
    #[allow(clippy::must_use_candidate)]
    pub fn assert_count(self, count: usize) -> Vec<T> {
        self.check(count);
        self.matching
    }

    #[track_caller]
    fn check(&self, count: usize) {
        let Self { noun, conditions, .. } = self;
        let ending = if count == 1 { "" } else { "s" };
        assert!(
            self.count() == count,
            "expected {count} {noun}{ending}{conditions}, but found {}\n{self:?}",
            self.count()
        );
    }
}

impl Found<Delivery> {
    /// Keeps only those that were sent through channels of a kind.
    pub fn through(self, kind: ChannelKind) -> Self {
        self.only(format_args!("through {}", kind.as_str()), |message| message.channel_kind == kind)
    }
}

impl Found<Run> {
    /// Keeps only those with a recipient, who may be the subscriber of an object.
    pub fn to(self, recipient: impl Into<Recipient>) -> Self {
        let recipient = recipient.into();
        self.only(format_args!("to {:?}", recipient.to_string()), |run| run.recipients.contains(&recipient))
    }
}

/// Lists everything there was, not only what matches.
impl<T: Fact> fmt::Debug for Found<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.everything.len();
        if total == 0 {
            return write!(f, "nothing was {}", self.verb);
        }
        write!(f, "{} so far: {total}", self.verb)?;
        let skipped = total.saturating_sub(MAX_PRINTED);
        if skipped > 0 {
            write!(f, "\n  … {skipped} more …")?;
        }
        for fact in self.everything.iter().skip(skipped) {
            f.write_str("\n  ")?;
            fact.print(f)?;
        }
        Ok(())
    }
}

/// What messages and triggers have in common.
pub trait Fact: Clone {
    #[doc(hidden)]
    fn workflow(&self) -> &str;
    #[doc(hidden)]
    fn actor(&self) -> Option<&Recipient>;
    #[doc(hidden)]
    fn tenant(&self) -> Option<&str>;
    #[doc(hidden)]
    fn data(&self) -> &Value;
    #[doc(hidden)]
    fn print_recipients(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;

    #[doc(hidden)]
    fn print(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} to ", self.workflow())?;
        self.print_recipients(f)?;
        if let Some(actor) = self.actor() {
            write!(f, " by {:?}", actor.to_string())?;
        }
        if let Some(tenant) = self.tenant() {
            write!(f, " in the tenant {tenant:?}")?;
        }
        match self.data() {
            Value::Object(fields) if !fields.is_empty() => {
                let data = self.data().to_string();
                let cut: String = data.chars().take(MAX_DATA).collect();
                write!(f, " with {cut}{}", if cut.len() < data.len() { "…" } else { "" })
            }
            _ => Ok(()),
        }
    }
}

impl Fact for Delivery {
    fn workflow(&self) -> &str {
        &self.workflow
    }

    fn actor(&self) -> Option<&Recipient> {
        self.actor.as_ref()
    }

    fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    fn data(&self) -> &Value {
        &self.data
    }

    fn print_recipients(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} through {}", self.recipient.to_string(), self.channel_kind.as_str())
    }
}

impl Fact for Run {
    fn workflow(&self) -> &str {
        &self.workflow
    }

    fn actor(&self) -> Option<&Recipient> {
        self.actor.as_ref()
    }

    fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    fn data(&self) -> &Value {
        &self.data
    }

    fn print_recipients(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 5;
        let recipients = self.recipients.iter().take(SHOWN).map(ToString::to_string);
        f.debug_list().entries(recipients).finish()?;
        match self.recipients.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

fn contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(key, part)| whole.get(key).is_some_and(|whole| contains(whole, part)))
        }
        _ => whole == part,
    }
}
