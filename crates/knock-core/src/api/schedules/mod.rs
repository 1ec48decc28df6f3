//! Schedules: workflows that run for a recipient at a set time, once or repeatedly.
//!
//! Each time, the workflow runs as if it were [triggered](crate::workflows::trigger) for the recipient, with the actor,
//! the data and the tenant of the schedule.
//!
//! See Knock on [schedules](https://docs.knock.app/concepts/schedules) and its
//! [reference](https://docs.knock.app/api-reference/schedules).

mod days;
mod repeat;
mod request;
mod schedule;

use serde::Serialize;

pub use self::days::{Day, Days};
use self::repeat::check_rules;
pub use self::repeat::{Frequency, RepeatRule};
pub use self::request::ScheduleRequest;
use self::request::{Plan, timestamp};
pub use self::schedule::Schedule;
use crate::api::bulk_operations::BulkOperation;
use crate::api::recipients::{RecipientReference, RecipientRequest, References};
use crate::api::tenants::InlineTenant;
use crate::api::workflows::MAX_DATA_BYTES;
use crate::operation::{Template, check_no_items, operation};
use crate::value::{Field, IntoField, IntoOptional, InvalidInput, Text, Time};
use crate::wire::{JsonText, ObjectSink, check_count, check_id, check_ids};

/// The largest number of recipients in one call of [`create`], and of schedules in one call of [`update`] or
/// [`delete`].
pub const MAX_SCHEDULES: usize = 100;

/// The largest number of schedules in one call of [`bulk_create`].
pub const MAX_BULK_SCHEDULES: usize = 1000;

operation! {
    /// Creates a schedule for each of up to 100 recipients, to run a workflow once or repeatedly.
    ///
    /// A second call creates the schedules again. A call whose outcome is unknown is therefore not retried, unless
    /// Knock asks for it.
    ///
    /// ```
    /// use knock_core::schedules::{self, RepeatRule};
    /// use serde_json::json;
    ///
    /// let digest = schedules::create("park-digest")
    ///     .recipients(["jhammond", "esattler"])
    ///     .repeat(RepeatRule::weekly("weekdays").hours(9).minutes(30))
    ///     .data(json!({ "type": "digest" }))
    ///     .tenant("jurassic-park");
    /// let once = schedules::create("park-opens")
    ///     .recipient("jhammond")
    ///     .scheduled_at("2026-12-24T18:00:00Z");
    /// # let _ = (digest, once);
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/schedules/create)
    #[doc(alias = "schedules.create")]
    #[doc(alias = "workflows.createSchedules")]
    pub fn create(; workflow: Text) -> Create {
        "schedules.create": POST "/v1/schedules", Tier3,
            twice_adds("a second schedule for each recipient", "API: each call creates schedules");
        returns (items of Schedule);
        fields { recipients: Vec<RecipientRequest> = Vec::new(), plan: Plan = Plan::default() }
        check |this| {
            check_count("recipients", this.recipients.len(), MAX_SCHEDULES)?;
            for (index, recipient) in this.recipients.iter().enumerate() {
                recipient.check(|| format!("recipients[{index}]"))?;
            }
            check_id(this.workflow.as_str(), || "workflow".to_owned())
        }
        encode |this, request| {
            let plan = this.plan.body("")?;
            request.json_object(|object| {
                object.list("recipients", &this.recipients)?;
                object.member("workflow", &this.workflow)?;
                plan.write_into(object)
            })
        }
    }
}

impl Create {
    /// Returns all but the recipients, of which there may be none.
    pub(crate) fn template(&self) -> Result<Template, InvalidInput> {
        check_no_items("recipients", self.recipients.len())?;
        check_id(self.workflow.as_str(), || "workflow".to_owned())?;
        let plan = self.plan.body("")?;
        Template::default().members(|object| {
            object.member("workflow", &self.workflow)?;
            plan.write_into(object)
        })
    }

    /// Adds recipients: user ids, object references, or users and objects identified inline.
    pub fn recipients(mut self, recipients: impl IntoIterator<Item = impl Into<RecipientRequest>>) -> Self {
        self.recipients.extend(recipients.into_iter().map(Into::into));
        self
    }

    /// Adds one recipient.
    pub fn recipient(mut self, recipient: impl Into<RecipientRequest>) -> Self {
        self.recipients.push(recipient.into());
        self
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

    /// Adds a rule by which the schedules repeat.
    pub fn repeat(mut self, rule: RepeatRule) -> Self {
        self.plan.repeats.push(rule);
        self
    }

    /// Sets when the schedules run or, if they repeat, when they start.
    pub fn scheduled_at<Kind>(mut self, time: impl IntoOptional<Time, Kind>) -> Self {
        self.plan.set_scheduled_at(time);
        self
    }

    /// Sets when the schedules stop repeating.
    pub fn ending_at<Kind>(mut self, time: impl IntoOptional<Time, Kind>) -> Self {
        self.plan.set_ending_at(time);
        self
    }
}

operation! {
    /// Makes the same changes to up to 100 schedules. Fields that you do not set are left unchanged.
    ///
    /// ```
    /// use knock_core::Clear;
    /// use knock_core::schedules::{self, RepeatRule};
    ///
    /// let id = "123e4567-e89b-12d3-a456-426614174000";
    /// let later =
    ///     schedules::update([id]).repeats([RepeatRule::daily().hours(11)]).ending_at(Clear);
    /// let once = schedules::update([id]).repeats([]).scheduled_at("2026-12-24T18:00:00Z");
    /// # let _ = (later, once);
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/schedules/update)
    #[doc(alias = "schedules.update")]
    #[doc(alias = "workflows.updateSchedules")]
    pub fn update(; schedule_ids: [Text]) -> Update {
        "schedules.update": PUT "/v1/schedules", Tier3,
            twice_same("API: the schedules get the given values");
        returns (items of Schedule);
        fields {
            actor: Field<RecipientReference> = Field::Keep,
            data: Option<JsonText> = None,
            tenant: Field<InlineTenant> = Field::Keep,
            repeats: Option<Vec<RepeatRule>> = None,
            scheduled_at: Field<Time> = Field::Keep,
            ending_at: Field<Time> = Field::Keep,
        }
        check |this| {
            check_ids("schedule_ids", &this.schedule_ids, MAX_SCHEDULES)?;
            this.actor.value().map_or(Ok(()), |actor| actor.check(|| "actor".to_owned()))?;
            this.tenant.value().map_or(Ok(()), InlineTenant::check)?;
            this.data.as_ref().map_or(Ok(()), |data| data.check_object("data", MAX_DATA_BYTES))?;
            if this.scheduled_at == Field::Clear && this.repeats.as_ref().is_some_and(Vec::is_empty) {
                return Err(InvalidInput::new(
                    "scheduled_at",
                    "is cleared and there is no rule in `repeats`; set a time or a rule",
                ));
            }
            check_rules(this.repeats.as_deref().unwrap_or_default(), "repeats")
        }
        encode |this, request| {
            let scheduled_at = timestamp(&this.scheduled_at, "scheduled_at")?;
            let ending_at = timestamp(&this.ending_at, "ending_at")?;
            request.json_object(|object| {
                object.member("schedule_ids", &this.schedule_ids)?;
                object.field("actor", &this.actor)?;
                object.optional("data", this.data.as_ref())?;
                object.field("tenant", &this.tenant)?;
                object.optional("repeats", this.repeats.as_ref())?;
                object.field("scheduled_at", &scheduled_at)?;
                object.field("ending_at", &ending_at)
            })
        }
    }
}

impl Update {
    /// Sets the actor of each run: a user id or an object reference.
    pub fn actor<Kind>(mut self, actor: impl IntoField<RecipientReference, Kind>) -> Self {
        self.actor.change(actor.into_field());
        self
    }

    /// Sets the `data` of each run: anything that serializes as a JSON object, up to 10 MB. `null` clears it.
    pub fn data(mut self, data: impl Serialize) -> Self {
        self.data = Some(JsonText::new("data", &data));
        self
    }

    /// Sets the tenant of each run: its id, or a tenant identified inline.
    pub fn tenant<Kind>(mut self, tenant: impl IntoField<InlineTenant, Kind>) -> Self {
        self.tenant.change(tenant.into_field());
        self
    }

    /// Replaces the rules by which the schedules repeat. If there are none, the schedules run once.
    pub fn repeats(mut self, rules: impl IntoIterator<Item = RepeatRule>) -> Self {
        self.repeats = Some(rules.into_iter().collect());
        self
    }

    /// Sets when the schedules run or, if they repeat, when they start.
    pub fn scheduled_at<Kind>(mut self, time: impl IntoField<Time, Kind>) -> Self {
        self.scheduled_at.change(time.into_field());
        self
    }

    /// Sets when the schedules stop repeating.
    pub fn ending_at<Kind>(mut self, time: impl IntoField<Time, Kind>) -> Self {
        self.ending_at.change(time.into_field());
        self
    }
}

operation! {
    /// Deletes up to 100 schedules and returns them. Workflow runs that have already started continue.
    ///
    /// If the first attempt deleted them and its response was lost, the second one returns an empty list. See
    /// [`Items::earlier_attempt_may_have_acted`](crate::Items::earlier_attempt_may_have_acted).
    ///
    /// [Reference](https://docs.knock.app/api-reference/schedules/delete)
    #[doc(alias = "schedules.delete")]
    #[doc(alias = "workflows.deleteSchedules")]
    pub fn delete(; schedule_ids: [Text]) -> Delete {
        "schedules.delete": DELETE "/v1/schedules", Tier3,
            twice_returns(
                "an empty list",
                "docs, concepts/schedules: the response lists what was deleted (inferred)"
            );
        returns (items of Schedule);
        check |this| { check_ids("schedule_ids", &this.schedule_ids, MAX_SCHEDULES) }
        body { schedule_ids }
    }
}

operation! {
    /// Lists the schedules of a workflow, newest first.
    ///
    /// The schedules of one recipient are listed by [`users::list_schedules`](crate::users::list_schedules) and
    /// [`objects::list_schedules`](crate::objects::list_schedules).
    ///
    /// ```
    /// use knock_core::schedules;
    ///
    /// let list = schedules::list("park-digest")
    ///     .recipients(["jhammond"])
    ///     .tenant("jurassic-park")
    ///     .page_size(20);
    /// # let _ = list;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/schedules/list)
    #[doc(alias = "schedules.list")]
    #[doc(alias = "workflows.listSchedules")]
    pub fn list(; workflow: Text) -> List {
        "schedules.list": GET "/v1/schedules", Tier4;
        returns (pages of Schedule);
        page_size (50);
        fields { recipients: Option<Vec<RecipientReference>> = None, tenant: Option<Text> = None }
        check |this| { check_id(this.workflow.as_str(), || "workflow".to_owned()) }
        encode |this, request| {
            request.query("workflow", &this.workflow)?;
            References::encode("recipients", this.recipients.as_deref(), request)?;
            request.query("tenant", &this.tenant)
        }
    }
}

impl List {
    /// Limits the list to schedules for these recipients. At least one is required.
    pub fn recipients(mut self, recipients: impl IntoIterator<Item = impl Into<RecipientReference>>) -> Self {
        self.recipients.get_or_insert_default().extend(recipients.into_iter().map(Into::into));
        self
    }

    /// Limits the list to schedules for this tenant.
    pub fn tenant<Kind>(mut self, tenant_id: impl IntoOptional<Text, Kind>) -> Self {
        self.tenant = tenant_id.into_optional().or(self.tenant);
        self
    }
}

operation! {
    /// Creates up to 1,000 schedules, in the background.
    ///
    /// A second call creates the schedules again. A call whose outcome is unknown is therefore not retried, unless
    /// Knock asks for it.
    ///
    /// ```
    /// use knock_core::schedules::{self, RepeatRule, ScheduleRequest};
    ///
    /// let digests = ["jhammond", "esattler"].map(|user| {
    ///     ScheduleRequest::new("park-digest", user).repeat(RepeatRule::daily().hours(9))
    /// });
    /// let create = schedules::bulk_create(digests);
    /// # let _ = create;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/schedules/bulk/create)
    #[doc(alias = "schedules.bulk.create")]
    pub fn bulk_create(; schedules: [ScheduleRequest]) -> BulkCreate {
        "schedules.bulk_create": POST "/v1/schedules/bulk/create", Tier1, deduplicated,
            twice_adds(
                "a second schedule for each entry, and a second bulk operation",
                "API: each call creates schedules"
            );
        returns (batch of BulkOperation, by "schedules");
        check |this| { check_count("schedules", this.schedules.len(), MAX_BULK_SCHEDULES) }
        encode |this, request| {
            let schedules = this.schedules.iter().enumerate();
            let schedules = schedules.map(|(index, schedule)| schedule.body(&format!("schedules[{index}].")));
            let schedules = schedules.collect::<Result<Vec<_>, _>>()?;
            request.json_object(|object| object.member("schedules", &schedules))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{Clear, Operation};

    fn body(operation: &impl Operation) -> Value {
        let request = operation.to_request(&crate::Config::new("sk_test_12345").unwrap()).unwrap();
        serde_json::from_slice(request.body()).unwrap()
    }

    /// The field that the error of a call names.
    fn refused(operation: &impl Operation) -> String {
        let error = operation.prepare([7; 16]).unwrap_err();
        error.message().split('`').nth(1).unwrap_or_default().to_owned()
    }

    #[test]
    fn an_update_keeps_clears_or_sets() {
        let update = update(["1"]).actor("jhammond").tenant(Clear).repeats([]).data(Value::Null);
        let update = update.scheduled_at("2026-12-24T19:00:00+01:00").ending_at(None::<Time>);
        let expected = json!({
            "schedule_ids": ["1"], "actor": "jhammond", "data": null, "tenant": null, "repeats": [],
            "scheduled_at": "2026-12-24T18:00:00Z"
        });
        assert_eq!(body(&update), expected);
    }

    #[test]
    fn a_plan_lies_flat_in_the_body() {
        let rule = RepeatRule::weekly([Day::Mon]).interval(2).hours(9);
        let one = ScheduleRequest::new("digest", "jhammond").data(json!({ "a": 1 })).repeat(rule);
        let rule = json!({ "frequency": "weekly", "interval": 2, "days": ["mon"], "hours": 9 });
        let expected =
            json!({ "recipient": "jhammond", "workflow": "digest", "data": { "a": 1 }, "repeats": [rule] });
        assert_eq!(body(&bulk_create([one])), json!({ "schedules": [expected] }));
    }

    #[test]
    fn impossible_rules_are_refused() {
        let field = |rule| refused(&create("digest").recipient("jhammond").repeat(rule));
        assert_eq!(field(RepeatRule::daily().hours(24)), "repeats[0].hours");
        for minutes in [1, 7, 59, 60] {
            assert_eq!(field(RepeatRule::daily().minutes(minutes)), "repeats[0].minutes");
        }
        assert_eq!(field(RepeatRule::monthly(32)), "repeats[0].day_of_month");
        assert_eq!(field(RepeatRule::hourly().interval(0)), "repeats[0].interval");
        assert_eq!(field(RepeatRule::weekly(Vec::<Day>::new())), "repeats[0].days");
        assert_eq!(field(RepeatRule::daily().days("every day")), "repeats[0].days");
    }

    #[test]
    fn a_schedule_needs_a_time_or_a_rule() {
        let without = create("digest").recipient("jhammond").ending_at("2026-12-24T18:00:00Z");
        assert_eq!(refused(&without), "scheduled_at");
        assert_eq!(refused(&bulk_create([ScheduleRequest::new("digest", "a")])), "schedules[0].scheduled_at");
        assert_eq!(refused(&update(["1"]).repeats([]).scheduled_at(Clear)), "scheduled_at");
        for minutes in [0, 5, 55] {
            let rule = RepeatRule::hourly().minutes(minutes);
            assert!(create("digest").recipient("jhammond").repeat(rule).prepare([7; 16]).is_ok());
        }
        // The schedule may have a time already.
        assert!(update(["1"]).repeats([]).prepare([7; 16]).is_ok());
    }

    #[test]
    fn times_that_are_none_are_refused() {
        let create = create("digest").recipient("jhammond").scheduled_at("tomorrow");
        assert_eq!(refused(&create), "scheduled_at");
        assert_eq!(refused(&update(["1"]).ending_at("tomorrow")), "ending_at");
        let one = ScheduleRequest::new("digest", "jhammond").ending_at("tomorrow");
        assert_eq!(refused(&bulk_create([one])), "schedules[0].ending_at");
    }

    #[test]
    fn days_may_be_a_word() {
        let rule = json!({ "__typename": "ScheduleRepeat", "frequency": "daily", "days": "weekdays" });
        let parsed: RepeatRule = serde_json::from_value(rule.clone()).unwrap();
        assert_eq!(parsed.days.as_ref().map(Days::as_slice), Some(&Day::WEEKDAYS[..]));
        assert_eq!(json!(parsed), rule);
    }
}
