//! The part of a request that specifies what runs and when.

use serde::{Serialize, Serializer};

use crate::api::recipients::RecipientRequest;
use crate::api::schedules::repeat::{RepeatRule, check_rules};
use crate::api::tenants::InlineTenant;
use crate::api::workflows::MAX_DATA_BYTES;
use crate::value::{Field, IntoOptional, InvalidInput, Text, Time, Timestamp};
use crate::wire::{JsonText, ObjectSink, check_id, serialize_object};

/// A schedule to create with [`bulk_create`](crate::schedules::bulk_create).
///
/// ```
/// use knock_core::schedules::{RepeatRule, ScheduleRequest};
///
/// let digest = ScheduleRequest::new("park-digest", "jhammond")
///     .repeat(RepeatRule::daily().hours(9))
///     .ending_at("2026-12-24T18:00:00Z")
///     .tenant("jurassic-park");
/// # let _ = digest;
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct ScheduleRequest {
    recipient: RecipientRequest,
    workflow: Text,
    plan: Plan,
}

impl ScheduleRequest {
    /// Returns a schedule of a workflow for a recipient: a user id, an object reference, or a user or object identified
    /// inline.
    pub fn new(workflow: impl Into<Text>, recipient: impl Into<RecipientRequest>) -> Self {
        Self { recipient: recipient.into(), workflow: workflow.into(), plan: Plan::default() }
    }

    /// Sets the actor of each run: a user id, an object reference, or a user or object identified inline.
    pub fn actor<Kind>(mut self, actor: impl IntoOptional<RecipientRequest, Kind>) -> Self {
        self.plan.set_actor(actor);
        self
    }

    /// Sets the `data` of each run: anything that serializes as a JSON object, up to 10 MB.
    pub fn data(mut self, data: impl Serialize) -> Self {
        self.plan.set_data(data);
        self
    }

    /// Sets the tenant of each run: its id, or a tenant identified inline.
    pub fn tenant<Kind>(mut self, tenant: impl IntoOptional<InlineTenant, Kind>) -> Self {
        self.plan.set_tenant(tenant);
        self
    }

    /// Adds a rule by which the schedule repeats.
    pub fn repeat(mut self, rule: RepeatRule) -> Self {
        self.plan.repeats.push(rule);
        self
    }

    /// Sets when the schedule runs or, if it repeats, when it starts.
    pub fn scheduled_at<Kind>(mut self, time: impl IntoOptional<Time, Kind>) -> Self {
        self.plan.set_scheduled_at(time);
        self
    }

    /// Sets when the schedule stops repeating.
    pub fn ending_at<Kind>(mut self, time: impl IntoOptional<Time, Kind>) -> Self {
        self.plan.set_ending_at(time);
        self
    }

    pub(crate) fn recipient_id(&self) -> &Text {
        self.recipient.id()
    }

    /// Checks the schedule, with `prefix` before the names of the fields, and returns it as it is sent.
    pub(crate) fn body(&self, prefix: &str) -> Result<ScheduleBody<'_>, InvalidInput> {
        self.recipient.check(|| format!("{prefix}recipient"))?;
        check_id(self.workflow.as_str(), || format!("{prefix}workflow"))?;
        let plan = self.plan.body(prefix)?;
        Ok(ScheduleBody { recipient: &self.recipient, workflow: &self.workflow, plan })
    }
}

/// A schedule as it is sent.
pub(crate) struct ScheduleBody<'a> {
    recipient: &'a RecipientRequest,
    workflow: &'a Text,
    plan: PlanBody<'a>,
}

impl Serialize for ScheduleBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_object(serializer, |object| {
            object.member("recipient", self.recipient)?;
            object.member("workflow", self.workflow)?;
            self.plan.write_into(object)
        })
    }
}

/// The optional part of a new schedule, which has setters.
#[derive(Debug, Clone, Default)]
pub(super) struct Plan {
    actor: Option<RecipientRequest>,
    data: Option<JsonText>,
    tenant: Option<InlineTenant>,
    pub(super) repeats: Vec<RepeatRule>,
    scheduled_at: Option<Time>,
    ending_at: Option<Time>,
}

impl Plan {
    pub(super) fn set_actor<Kind>(&mut self, actor: impl IntoOptional<RecipientRequest, Kind>) {
        self.actor = actor.into_optional().or(self.actor.take());
    }

    pub(super) fn set_data(&mut self, data: impl Serialize) {
        self.data = Some(JsonText::new("data", &data));
    }

    pub(super) fn set_tenant<Kind>(&mut self, tenant: impl IntoOptional<InlineTenant, Kind>) {
        self.tenant = tenant.into_optional().or(self.tenant.take());
    }

    pub(super) fn set_scheduled_at<Kind>(&mut self, time: impl IntoOptional<Time, Kind>) {
        self.scheduled_at = time.into_optional().or(self.scheduled_at.take());
    }

    pub(super) fn set_ending_at<Kind>(&mut self, time: impl IntoOptional<Time, Kind>) {
        self.ending_at = time.into_optional().or(self.ending_at.take());
    }

    /// Checks the plan, with `prefix` before the names of the fields, and returns it as it is sent.
    pub(super) fn body(&self, prefix: &str) -> Result<PlanBody<'_>, InvalidInput> {
        let time = |time: &Option<Time>, name: &str| {
            time.as_ref().map(|time| time.get(&format!("{prefix}{name}"))).transpose()
        };
        if let Some(actor) = &self.actor {
            actor.check(|| format!("{prefix}actor"))?;
        }
        if let Some(tenant) = &self.tenant {
            tenant.check_as(|| format!("{prefix}tenant"))?;
        }
        if let Some(data) = &self.data {
            data.check_object("data", MAX_DATA_BYTES)?;
        }
        check_rules(&self.repeats, &format!("{prefix}repeats"))?;
        let scheduled_at = time(&self.scheduled_at, "scheduled_at")?;
        let ending_at = time(&self.ending_at, "ending_at")?;
        if self.repeats.is_empty() && scheduled_at.is_none() {
            return Err(InvalidInput::new(
                format!("{prefix}scheduled_at"),
                "is missing; set a time, or add a rule by which the schedule repeats",
            ));
        }
        Ok(PlanBody { plan: self, scheduled_at, ending_at })
    }
}

/// A [`Plan`] as it is sent.
pub(super) struct PlanBody<'a> {
    plan: &'a Plan,
    scheduled_at: Option<Timestamp>,
    ending_at: Option<Timestamp>,
}

impl PlanBody<'_> {
    pub(super) fn write_into<O: ObjectSink>(&self, object: &mut O) -> Result<(), O::Error> {
        object.optional("actor", self.plan.actor.as_ref())?;
        object.optional("data", self.plan.data.as_ref())?;
        object.optional("tenant", self.plan.tenant.as_ref())?;
        object.optional("repeats", Some(&self.plan.repeats).filter(|rules| !rules.is_empty()))?;
        object.optional("scheduled_at", self.scheduled_at.as_ref())?;
        object.optional("ending_at", self.ending_at.as_ref())
    }
}

/// Reads the time that a field is set to.
pub(super) fn timestamp(field: &Field<Time>, name: &str) -> Result<Field<Timestamp>, InvalidInput> {
    Ok(match field {
        Field::Keep => Field::Keep,
        Field::Clear => Field::Clear,
        Field::Set(time) => Field::Set(time.get(name)?),
    })
}
