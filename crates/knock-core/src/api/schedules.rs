//! Schedules: workflows that run for a recipient at a set time, once or again and again.
//!
//! See Knock on [schedules](https://docs.knock.app/concepts/schedules) and its
//! [reference](https://docs.knock.app/api-reference/schedules).

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::bulk_operations::BulkOperation;
use crate::api::messages::check_some_id;
use crate::api::recipients::{
    ObjectReference, Recipient, RecipientReference, RecipientRequest, References, check_count, check_id,
    check_ids,
};
use crate::api::tenants::{InlineTenant, TenantRequest};
use crate::api::workflows::MAX_DATA_BYTES;
use crate::error::{DecodeError, InvalidInput};
use crate::field::{Field, clearable};
use crate::json::LazyJson;
use crate::open_enum::open_enum;
use crate::operation::{Operation, OperationInfo, RateLimitTier, RequestEncoder};
use crate::page::{self, Page, PageQuery, Paged, page_setters};
use crate::response::{self, Batch};
use crate::time::Timestamp;

/// How many recipients can be given a schedule in one call, and how many schedules updated or deleted.
pub const MAX_SCHEDULES: usize = 100;

/// How many schedules can be created in bulk.
pub const MAX_BULK_SCHEDULES: usize = 1000;

open_enum! {
    /// How often a schedule repeats.
    pub enum Frequency {
        Hourly = "hourly",
        Daily = "daily",
        Weekly = "weekly",
        Monthly = "monthly",
    }
}

open_enum! {
    /// A day of the week.
    pub enum Day {
        Mon = "mon",
        Tue = "tue",
        Wed = "wed",
        Thu = "thu",
        Fri = "fri",
        Sat = "sat",
        Sun = "sun",
    }
}

impl Day {
    /// Monday to Friday.
    pub const WEEKDAYS: [Self; 5] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri];
    /// Saturday and Sunday.
    pub const WEEKEND: [Self; 2] = [Self::Sat, Self::Sun];
}

/// The days of the week on which a schedule repeats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Days {
    /// These days.
    List(Vec<Day>),
    /// A group by its name: `weekdays` or `weekends`.
    Group(String),
}

/// When a schedule repeats. Hours and minutes are in the recipient's time zone, else the account's, else UTC.
///
/// ```
/// use knock_core::schedules::{Day, RepeatRule};
///
/// let every_weekday_at_half_past_ten = RepeatRule::weekly(Day::WEEKDAYS).hours(10).minutes(30);
/// let every_other_week = RepeatRule::weekly([Day::Mon]).interval(2).hours(9);
/// let every_month = RepeatRule::monthly(15).hours(8);
/// # let _ = (every_weekday_at_half_past_ten, every_other_week, every_month);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct RepeatRule {
    #[serde(rename = "__typename", default, skip_serializing_if = "Option::is_none")]
    typename: Option<String>,
    /// How often it repeats.
    pub frequency: Frequency,
    /// Every how many hours, days, weeks or months it repeats; 1 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<u32>,
    /// The day of the month, where it repeats monthly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_of_month: Option<i32>,
    /// The days of the week.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<Days>,
    /// The hour of the day, 0 to 23; 0 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<u32>,
    /// The minute of the hour, 0 to 59; 0 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
}

impl RepeatRule {
    fn new(frequency: Frequency) -> Self {
        Self {
            typename: None,
            frequency,
            interval: None,
            day_of_month: None,
            days: None,
            hours: None,
            minutes: None,
        }
    }

    /// Every hour.
    pub fn hourly() -> Self {
        Self::new(Frequency::Hourly)
    }

    /// Every day, at midnight unless said otherwise.
    pub fn daily() -> Self {
        Self::new(Frequency::Daily)
    }

    /// Every week on these days.
    pub fn weekly(days: impl IntoIterator<Item = Day>) -> Self {
        Self::new(Frequency::Weekly).days(days)
    }

    /// Every month on this day.
    pub fn monthly(day_of_month: i32) -> Self {
        Self { day_of_month: Some(day_of_month), ..Self::new(Frequency::Monthly) }
    }

    /// Every how many hours, days, weeks or months it repeats. Default: 1.
    pub fn interval(mut self, interval: u32) -> Self {
        self.interval = Some(interval);
        self
    }

    /// On these days of the week only.
    pub fn days(mut self, days: impl IntoIterator<Item = Day>) -> Self {
        self.days = Some(Days::List(days.into_iter().collect()));
        self
    }

    /// At this hour of the day, 0 to 23. Default: 0.
    pub fn hours(mut self, hours: u32) -> Self {
        self.hours = Some(hours);
        self
    }

    /// At this minute of the hour, 0 to 59. Default: 0.
    pub fn minutes(mut self, minutes: u32) -> Self {
        self.minutes = Some(minutes);
        self
    }

    fn check(&self, field: &str) -> Result<(), InvalidInput> {
        let out_of_range = |name: &str, range: &str| {
            Err(InvalidInput::new(format!("{field}.{name}"), format!("is out of range; it must be {range}")))
        };
        if self.interval == Some(0) {
            return out_of_range("interval", "1 or more");
        }
        if self.day_of_month.is_some_and(|day| !(1..=31).contains(&day)) {
            return out_of_range("day_of_month", "1 to 31");
        }
        if self.hours.is_some_and(|hours| hours > 23) {
            return out_of_range("hours", "0 to 23");
        }
        if self.minutes.is_some_and(|minutes| minutes > 59) {
            return out_of_range("minutes", "0 to 59");
        }
        if self.days == Some(Days::List(Vec::new())) {
            return Err(InvalidInput::new(format!("{field}.days"), "is empty; name a day or leave it out"));
        }
        Ok(())
    }
}

fn check_rules(rules: &[RepeatRule], field: &str) -> Result<(), InvalidInput> {
    let mut rules = rules.iter().enumerate();
    rules.try_for_each(|(index, rule)| rule.check(&format!("{field}[{index}]")))
}

/// A schedule: one workflow for one recipient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct Schedule {
    /// The id.
    pub id: String,
    /// The key of the workflow that runs.
    pub workflow: String,
    /// Who it runs for.
    pub recipient: Recipient,
    /// Who does what it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Recipient>,
    /// What each run gets as `data`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Map<String, Value>>,
    /// The tenant's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// When it repeats; nothing where it runs once.
    #[serde(default)]
    pub repeats: Vec<RepeatRule>,
    /// When it runs next; `None` where it does not any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_occurrence_at: Option<Timestamp>,
    /// When it last ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_occurrence_at: Option<Timestamp>,
    /// When it was created.
    pub inserted_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What runs and when, whoever it is for.
#[derive(Debug, Clone, Default, Serialize)]
struct Plan {
    workflow: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<RecipientRequest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<LazyJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<InlineTenant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeats: Option<Vec<RepeatRule>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheduled_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ending_at: Option<Timestamp>,
}

impl Plan {
    fn new(workflow: impl Into<String>) -> Self {
        Self { workflow: workflow.into(), ..Self::default() }
    }

    /// Refuses what cannot be right, with `prefix` before the fields' names.
    fn check(&self, prefix: &str) -> Result<(), InvalidInput> {
        check_id(&self.workflow, || format!("{prefix}workflow"))?;
        self.actor.as_ref().map_or(Ok(()), |actor| actor.check(|| format!("{prefix}actor")))?;
        self.tenant.as_ref().map_or(Ok(()), InlineTenant::check)?;
        self.data.as_ref().map_or(Ok(()), |data| data.check_object("data", MAX_DATA_BYTES))?;
        check_rules(self.repeats.as_deref().unwrap_or_default(), &format!("{prefix}repeats"))
    }
}

/// The setters of what has a [`Plan`] at `$plan`.
macro_rules! plan_setters {
    ($($plan:ident).+) => {
        /// Who does what it is about: a user id, an object reference, or one identified inline.
        pub fn actor(mut self, actor: impl Into<RecipientRequest>) -> Self {
            self.$($plan).+.actor = Some(actor.into());
            self
        }

        /// What each run gets as `data`: anything that is a JSON object, up to 10 MB.
        pub fn data(mut self, data: impl Serialize) -> Self {
            self.$($plan).+.data = Some(LazyJson::new("data", &data));
            self
        }

        /// The tenant that it is about.
        pub fn tenant(mut self, tenant: impl Into<InlineTenant>) -> Self {
            self.$($plan).+.tenant = Some(tenant.into());
            self
        }

        /// One more rule by which it repeats.
        pub fn repeat(mut self, rule: RepeatRule) -> Self {
            self.$($plan).+.repeats.get_or_insert_default().push(rule);
            self
        }

        /// When it runs, where it does not repeat; else when it begins to.
        pub fn scheduled_at(mut self, time: Timestamp) -> Self {
            self.$($plan).+.scheduled_at = Some(time);
            self
        }

        /// When it ends to repeat.
        pub fn ending_at(mut self, time: Timestamp) -> Self {
            self.$($plan).+.ending_at = Some(time);
            self
        }
    };
}

/// Creates a schedule for each of up to 100 recipients: at one time, or by rules again and again.
///
/// Doing it twice creates them twice, so a call whose outcome is unknown is not repeated, unless Knock says to.
///
/// ```
/// use knock_core::schedules::{self, Day, RepeatRule};
/// use serde_json::json;
///
/// let digest = schedules::create("park-digest")
///     .recipients(["jhammond", "esattler"])
///     .repeat(RepeatRule::weekly(Day::WEEKDAYS).hours(9).minutes(30))
///     .data(json!({ "type": "digest" }))
///     .tenant("jurassic-park");
/// let once = schedules::create("park-opens").recipient("jhammond").scheduled_at("2026-12-24T18:00:00Z".parse()?);
/// # let _ = (digest, once);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/schedules/create)
pub fn create(workflow: impl Into<String>) -> Create {
    Create { body: CreateBody { recipients: Vec::new(), plan: Plan::new(workflow) } }
}

/// Made by [`create`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct Create {
    body: CreateBody,
}

#[derive(Debug, Clone, Serialize)]
struct CreateBody {
    recipients: Vec<RecipientRequest>,
    #[serde(flatten)]
    plan: Plan,
}

impl Create {
    /// Adds recipients: user ids, object references, or users and objects identified inline.
    pub fn recipients(mut self, recipients: impl IntoIterator<Item = impl Into<RecipientRequest>>) -> Self {
        self.body.recipients.extend(recipients.into_iter().map(Into::into));
        self
    }

    /// Adds one recipient.
    pub fn recipient(mut self, recipient: impl Into<RecipientRequest>) -> Self {
        self.body.recipients.push(recipient.into());
        self
    }

    plan_setters!(body.plan);
}

impl Operation for Create {
    type Output = Vec<Schedule>;
    // Not repeatable: each time there would be new schedules.
    const INFO: OperationInfo =
        OperationInfo::post("schedules.create", "/v1/schedules", RateLimitTier::Tier3);

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        check_count("recipients", self.body.recipients.len(), MAX_SCHEDULES)?;
        for (index, recipient) in self.body.recipients.iter().enumerate() {
            recipient.check(|| format!("recipients[{index}]"))?;
        }
        self.body.plan.check("")?;
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Vec<Schedule>, DecodeError> {
        response::json(response)
    }
}

/// Updates up to 100 schedules in the same way; what is not said stays as it is.
///
/// ```
/// use knock_core::{Clear, Timestamp};
/// use knock_core::schedules::{self, RepeatRule};
///
/// let id = "123e4567-e89b-12d3-a456-426614174000";
/// let later = schedules::update([id]).repeats([RepeatRule::daily().hours(11)]).ending_at(Clear);
/// let once = schedules::update([id]).repeats([]).scheduled_at("2026-12-24T18:00:00Z".parse::<Timestamp>()?);
/// # let _ = (later, once);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/schedules/update)
pub fn update(schedule_ids: impl IntoIterator<Item = impl Into<String>>) -> Update {
    let schedule_ids = schedule_ids.into_iter().map(Into::into).collect();
    Update { body: UpdateBody { schedule_ids, ..UpdateBody::default() } }
}

/// Made by [`update`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct Update {
    body: UpdateBody,
}

#[derive(Debug, Clone, Default, Serialize)]
struct UpdateBody {
    schedule_ids: Vec<String>,
    #[serde(skip_serializing_if = "Field::is_keep")]
    actor: Field<RecipientReference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<LazyJson>,
    #[serde(skip_serializing_if = "Field::is_keep")]
    tenant: Field<InlineTenant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeats: Option<Vec<RepeatRule>>,
    #[serde(skip_serializing_if = "Field::is_keep")]
    scheduled_at: Field<Timestamp>,
    #[serde(skip_serializing_if = "Field::is_keep")]
    ending_at: Field<Timestamp>,
}

clearable!(RecipientReference, InlineTenant);

/// Says what else a field of a type can be made of, as the type itself can.
macro_rules! field_from {
    ($type:ty: $($from:ty),*) => {$(
        impl From<$from> for Field<$type> {
            fn from(value: $from) -> Self {
                Self::Set(value.into())
            }
        }
    )*};
}

field_from!(RecipientReference: &str, String, &String, ObjectReference);
field_from!(InlineTenant: &str, String, &String, TenantRequest);

impl Update {
    /// Who does what it is about: a user id or an object reference.
    pub fn actor(mut self, actor: impl Into<Field<RecipientReference>>) -> Self {
        self.body.actor = actor.into();
        self
    }

    /// What each run gets as `data`: anything that is a JSON object, up to 10 MB. `null` clears it.
    pub fn data(mut self, data: impl Serialize) -> Self {
        self.body.data = Some(LazyJson::new("data", &data));
        self
    }

    /// The tenant that it is about.
    pub fn tenant(mut self, tenant: impl Into<Field<InlineTenant>>) -> Self {
        self.body.tenant = tenant.into();
        self
    }

    /// The rules by which it repeats, in place of those that it has; with none it runs once.
    pub fn repeats(mut self, rules: impl IntoIterator<Item = RepeatRule>) -> Self {
        self.body.repeats = Some(rules.into_iter().collect());
        self
    }

    /// When it runs, where it does not repeat; else when it begins to.
    pub fn scheduled_at(mut self, time: impl Into<Field<Timestamp>>) -> Self {
        self.body.scheduled_at = time.into();
        self
    }

    /// When it ends to repeat.
    pub fn ending_at(mut self, time: impl Into<Field<Timestamp>>) -> Self {
        self.body.ending_at = time.into();
        self
    }
}

impl Operation for Update {
    type Output = Vec<Schedule>;
    const INFO: OperationInfo = OperationInfo::put("schedules.update", "/v1/schedules", RateLimitTier::Tier3);

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        let body = &self.body;
        check_ids("schedule_ids", &body.schedule_ids, MAX_SCHEDULES)?;
        body.actor.value().map_or(Ok(()), |actor| actor.check(|| "actor".to_owned()))?;
        body.tenant.value().map_or(Ok(()), InlineTenant::check)?;
        body.data.as_ref().map_or(Ok(()), |data| data.check_object("data", MAX_DATA_BYTES))?;
        check_rules(body.repeats.as_deref().unwrap_or_default(), "repeats")?;
        request.json(body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Vec<Schedule>, DecodeError> {
        response::json(response)
    }
}

/// Deletes up to 100 schedules, and answers them. What is running already goes on.
///
/// [Reference](https://docs.knock.app/api-reference/schedules/delete)
pub fn delete(schedule_ids: impl IntoIterator<Item = impl Into<String>>) -> Delete {
    Delete { body: DeleteBody { schedule_ids: schedule_ids.into_iter().map(Into::into).collect() } }
}

/// Made by [`delete`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct Delete {
    body: DeleteBody,
}

#[derive(Debug, Clone, Serialize)]
struct DeleteBody {
    schedule_ids: Vec<String>,
}

impl Operation for Delete {
    type Output = Vec<Schedule>;
    const INFO: OperationInfo =
        OperationInfo::delete("schedules.delete", "/v1/schedules", RateLimitTier::Tier3);

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        check_ids("schedule_ids", &self.body.schedule_ids, MAX_SCHEDULES)?;
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Vec<Schedule>, DecodeError> {
        response::json(response)
    }
}

/// Lists the schedules of a workflow, the newest first, 1 page at a time.
///
/// Those of one recipient, whatever the workflow, are listed by
/// [`users::list_schedules`](crate::users::list_schedules) and
/// [`objects::list_schedules`](crate::objects::list_schedules).
///
/// ```
/// use knock_core::schedules;
///
/// let list = schedules::list("park-digest").recipients(["jhammond"]).tenant("jurassic-park").page_size(20);
/// # let _ = list;
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/schedules/list)
pub fn list(workflow: impl Into<String>) -> List {
    List { workflow: workflow.into(), recipients: None, tenant: None, page: PageQuery::default() }
}

/// Made by [`list`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct List {
    workflow: String,
    recipients: Option<Vec<RecipientReference>>,
    tenant: Option<String>,
    page: PageQuery,
}

impl List {
    /// Schedules for these recipients only; there must be one.
    pub fn recipients(mut self, recipients: impl IntoIterator<Item = impl Into<RecipientReference>>) -> Self {
        self.recipients.get_or_insert_default().extend(recipients.into_iter().map(Into::into));
        self
    }

    /// Schedules of this tenant only.
    pub fn tenant(mut self, tenant_id: impl Into<String>) -> Self {
        self.tenant = Some(tenant_id.into());
        self
    }

    page_setters!(50);
}

impl Operation for List {
    type Output = Page<Schedule, Self>;
    const INFO: OperationInfo = OperationInfo::get("schedules.list", "/v1/schedules", RateLimitTier::Tier4);

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        check_id(&self.workflow, || "workflow".to_owned())?;
        check_some_id("tenant", self.tenant.as_deref())?;
        self.page.encode(request, 50)?;
        request.query("workflow", &self.workflow);
        References::encode("recipients", self.recipients.as_ref(), request)?;
        request.query("tenant", &self.tenant);
        Ok(())
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Page<Schedule, Self>, DecodeError> {
        page::decode(response, self, Self::after)
    }
}

impl Paged for List {
    type Item = Schedule;

    fn split(&self, page: Page<Schedule, Self>) -> (Vec<Schedule>, Option<Self>) {
        (page.items, page.next)
    }
}

/// One schedule of many to create with [`bulk_create`].
#[derive(Debug, Clone, Serialize)]
#[must_use]
pub struct ScheduleRequest {
    recipient: RecipientRequest,
    #[serde(flatten)]
    plan: Plan,
}

impl ScheduleRequest {
    /// A schedule of this workflow for this recipient: a user id, an object reference, or one identified inline.
    pub fn new(workflow: impl Into<String>, recipient: impl Into<RecipientRequest>) -> Self {
        Self { recipient: recipient.into(), plan: Plan::new(workflow) }
    }

    plan_setters!(plan);
}

/// Creates up to 1,000 schedules in the background; the answer tells how to follow it.
///
/// Doing it twice creates them twice, so a call whose outcome is unknown is not repeated, unless Knock says to.
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
pub fn bulk_create(schedules: impl IntoIterator<Item = ScheduleRequest>) -> BulkCreate {
    BulkCreate { body: BulkCreateBody { schedules: schedules.into_iter().collect() } }
}

/// Made by [`bulk_create`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct BulkCreate {
    body: BulkCreateBody,
}

#[derive(Debug, Clone, Serialize)]
struct BulkCreateBody {
    schedules: Vec<ScheduleRequest>,
}

impl Operation for BulkCreate {
    type Output = Batch<BulkOperation>;
    // Not repeatable: each time there would be new schedules.
    const INFO: OperationInfo =
        OperationInfo::post("schedules.bulk_create", "/v1/schedules/bulk/create", RateLimitTier::Tier1);

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        check_count("schedules", self.body.schedules.len(), MAX_BULK_SCHEDULES)?;
        for (index, schedule) in self.body.schedules.iter().enumerate() {
            schedule.recipient.check(|| format!("schedules[{index}].recipient"))?;
            schedule.plan.check(&format!("schedules[{index}]."))?;
        }
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Batch<BulkOperation>, DecodeError> {
        response::batch(response, "schedules")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Clear;

    fn body(operation: &impl Operation) -> Value {
        let request = operation.to_request(&crate::Config::new("sk_test_12345").unwrap()).unwrap();
        serde_json::from_slice(request.body()).unwrap()
    }

    #[test]
    fn an_update_keeps_clears_or_sets() {
        let update = update(["1"]).actor("jhammond").tenant(Clear).repeats([]).data(Value::Null);
        let expected = json!({ "schedule_ids": ["1"], "actor": "jhammond", "tenant": null, "repeats": [], "data": null });
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
        let field = |rule| {
            let error = create("digest").recipient("jhammond").repeat(rule).prepare().unwrap_err();
            error.message().split('`').nth(1).unwrap_or_default().to_owned()
        };
        assert_eq!(field(RepeatRule::daily().hours(24)), "repeats[0].hours");
        assert_eq!(field(RepeatRule::daily().minutes(60)), "repeats[0].minutes");
        assert_eq!(field(RepeatRule::monthly(32)), "repeats[0].day_of_month");
        assert_eq!(field(RepeatRule::hourly().interval(0)), "repeats[0].interval");
        assert_eq!(field(RepeatRule::weekly([])), "repeats[0].days");
    }

    #[test]
    fn days_may_be_a_group() {
        let rule = json!({ "__typename": "ScheduleRepeat", "frequency": "daily", "days": "weekdays" });
        let parsed: RepeatRule = serde_json::from_value(rule.clone()).unwrap();
        assert_eq!(parsed.days, Some(Days::Group("weekdays".to_owned())));
        assert_eq!(json!(parsed), rule);
    }
}
