//! The kinds of bulk work. To add one, write a function that returns its [`Kind`] and the encoding of its items.

use serde::Serialize;

use crate::api::audiences::{self, AudienceMemberRequest, MAX_MEMBERS};
use crate::api::bulk_operations::MAX_ENTITIES;
use crate::api::messages::{self, MAX_MESSAGE_IDS};
use crate::api::objects::{self, ObjectRequest};
use crate::api::preferences::PreferenceSetRequest;
use crate::api::recipients::{ObjectOfCollection, RecipientReference, RecipientRequest};
use crate::api::schedules::{self, MAX_BULK_SCHEDULES, MAX_SCHEDULES, ScheduleRequest};
use crate::api::subscriptions::{MAX_OBJECTS, MAX_RECIPIENTS, Subscribe, Unsubscribe};
use crate::api::tenants::{self, InlineTenant};
use crate::api::users::{self, UserRequest};
use crate::api::workflows;
use crate::bulk::builder::Bulk;
use crate::bulk::kind::{Encoding, Kind, Place, Reads};
use crate::call::OperationInfo;
use crate::operation::{Operation, Template};
use crate::value::{InvalidInput, Text};
use crate::wire::{NO_JSON, Query, QueryValue, WriteJson, check_id};

/// Creates or updates users, as [`users::bulk_identify`] does.
pub fn identify_users() -> Bulk<UserRequest> {
    Bulk::new(
        Kind::new(users::BulkIdentify::INFO, "users", MAX_ENTITIES, Reads::BulkOperation),
        Encoding {
            id: |user| user.id.clone(),
            write: |_, user, json| {
                user.check(|| "user".to_owned())?;
                write_json(json, user)
            },
        },
    )
}

/// Deletes users by id, as [`users::bulk_delete`] does.
pub fn delete_users() -> Bulk<Text> {
    Bulk::new(Kind::new(users::BulkDelete::INFO, "user_ids", MAX_ENTITIES, Reads::BulkOperation), IDS)
}

/// Sets the same preferences for users by id, as [`users::bulk_set_preferences`] does. This always replaces their sets.
///
/// The set is `default`, or the id of a tenant.
pub fn set_user_preferences(
    set_id: impl Into<Text>,
    preferences: impl Into<PreferenceSetRequest>,
) -> Bulk<Text> {
    let users: [Text; 0] = [];
    let template = users::bulk_set_preferences(users, preferences).set_id(set_id.into()).template();
    let kind = Kind::new(users::BulkSetPreferences::INFO, "user_ids", MAX_ENTITIES, Reads::BulkOperation);
    Bulk::new(Kind { template, ..kind }, IDS)
}

/// Creates or updates objects of one collection, as [`objects::bulk_set`] does.
pub fn set_objects(collection: impl Into<Text>) -> Bulk<ObjectRequest> {
    Bulk::new(
        in_collection(objects::BulkSet::INFO, "objects", MAX_ENTITIES, collection),
        Encoding {
            id: |object| object.id.clone(),
            write: |kind, object, json| {
                object.check(|| "object".to_owned())?;
                if !kind.has_path(&object.collection) {
                    let problem = "is not the collection of the bulk run; it must be the same";
                    return Err(InvalidInput::new("object.collection", problem));
                }
                write_json(json, &ObjectOfCollection(object))
            },
        },
    )
}

/// Deletes objects of one collection by id, as [`objects::bulk_delete`] does.
pub fn delete_objects(collection: impl Into<Text>) -> Bulk<Text> {
    Bulk::new(in_collection(objects::BulkDelete::INFO, "object_ids", MAX_ENTITIES, collection), IDS)
}

/// Subscribes recipients to objects of one collection, as [`objects::bulk_add_subscriptions`] does.
///
/// An item is an object with up to 100 recipients.
pub fn add_subscriptions(collection: impl Into<Text>) -> Bulk<Subscribe> {
    let info = objects::BulkAddSubscriptions::INFO;
    Bulk::new(
        in_collection(info, "subscriptions", MAX_OBJECTS, collection),
        Encoding {
            id: |subscribe| subscribe.object_id().clone(),
            write: |_, subscribe, json| {
                subscribe.check("subscription")?;
                write_json(json, subscribe)
            },
        },
    )
}

/// Unsubscribes recipients from objects of one collection, as [`objects::bulk_delete_subscriptions`] does.
///
/// An item is an object with up to 100 recipients.
pub fn delete_subscriptions(collection: impl Into<Text>) -> Bulk<Unsubscribe> {
    let info = objects::BulkDeleteSubscriptions::INFO;
    Bulk::new(
        in_collection(info, "subscriptions", MAX_OBJECTS, collection),
        Encoding {
            id: |unsubscribe| unsubscribe.object_id().clone(),
            write: |_, unsubscribe, json| {
                unsubscribe.check("subscription")?;
                write_json(json, unsubscribe)
            },
        },
    )
}

/// Subscribes recipients to one object. The argument is [`objects::add_subscriptions`] without recipients.
///
/// ```
/// use knock_core::{bulk, objects};
/// use serde_json::json;
///
/// let add = objects::add_subscriptions("projects", "paddock-9")
///     .properties(json!({ "role": "keeper" }));
/// let subscribers = bulk::add_subscribers(&add);
/// # let _ = subscribers;
/// ```
pub fn add_subscribers(add: &objects::AddSubscriptions) -> Bulk<RecipientRequest> {
    let kind = Kind::new(objects::AddSubscriptions::INFO, "recipients", MAX_RECIPIENTS, Reads::List);
    Bulk::new(Kind { template: add.template(), ..kind }, RECIPIENTS)
}

/// Unsubscribes recipients from one object, as [`objects::delete_subscriptions`] does.
pub fn delete_subscribers(
    collection: impl Into<Text>,
    object_id: impl Into<Text>,
) -> Bulk<RecipientReference> {
    let kind = Kind::new(objects::DeleteSubscriptions::INFO, "recipients", MAX_RECIPIENTS, Reads::List)
        .path("collection", collection.into())
        .path("object_id", object_id.into());
    Bulk::new(
        kind,
        Encoding {
            id: |recipient| Text::from(recipient.id()),
            write: |_, recipient, json| {
                recipient.check(|| "recipient".to_owned())?;
                write_json(json, recipient)
            },
        },
    )
}

/// Creates or updates tenants, as [`tenants::bulk_set`] does.
pub fn set_tenants() -> Bulk<InlineTenant> {
    Bulk::new(
        Kind::new(tenants::BulkSet::INFO, "tenants", MAX_ENTITIES, Reads::BulkOperation),
        Encoding {
            id: |tenant| tenant.id().clone(),
            write: |_, tenant, json| {
                tenant.check()?;
                write_json(json, tenant)
            },
        },
    )
}

/// Deletes tenants by id, as [`tenants::bulk_delete`] does.
pub fn delete_tenants() -> Bulk<Text> {
    let kind = Kind::new(tenants::BulkDelete::INFO, "tenant_ids", MAX_ENTITIES, Reads::BulkOperation);
    Bulk::new(
        Kind { place: Place::Query, ..kind },
        Encoding {
            id: Clone::clone,
            write: |kind, id, query| {
                check_id(id.as_str(), || "tenant_id".to_owned())?;
                let mut pair = String::new();
                [id].append(kind.list, &mut Query::new(&mut pair))?;
                query.extend_from_slice(pair.trim_start_matches('?').as_bytes());
                Ok(())
            },
        },
    )
}

/// Creates schedules, as [`schedules::bulk_create`] does.
///
/// It is not safe to create a schedule twice. If it is unknown whether Knock created those of a chunk, no run sends it
/// again, and its outcome is [`Unknown`](crate::bulk::Outcome::Unknown).
pub fn create_schedules() -> Bulk<ScheduleRequest> {
    let info = schedules::BulkCreate::INFO;
    Bulk::new(
        Kind::new(info, "schedules", MAX_BULK_SCHEDULES, Reads::BulkOperation),
        Encoding {
            id: |schedule| schedule.recipient_id().clone(),
            write: |_, schedule, json| write_json(json, &schedule.body("schedule.")?),
        },
    )
}

/// Creates the same schedule for recipients. The argument is [`schedules::create`] without recipients.
///
/// As with [`create_schedules`], the outcome of a chunk can be unknown.
///
/// ```
/// use knock_core::bulk;
/// use knock_core::schedules::{self, RepeatRule};
///
/// let digest =
///     bulk::schedule(&schedules::create("park-digest").repeat(RepeatRule::daily().hours(9)));
/// # let _ = digest;
/// ```
pub fn schedule(create: &schedules::Create) -> Bulk<RecipientRequest> {
    let kind = Kind::new(schedules::Create::INFO, "recipients", MAX_SCHEDULES, Reads::List);
    Bulk::new(Kind { template: create.template(), ..kind }, RECIPIENTS)
}

/// Deletes schedules by id, as [`schedules::delete`] does.
pub fn delete_schedules() -> Bulk<Text> {
    Bulk::new(Kind::new(schedules::Delete::INFO, "schedule_ids", MAX_SCHEDULES, Reads::List), IDS)
}

/// Adds members to an audience, as [`audiences::add_members`] does. If the audience does not exist, every chunk fails.
pub fn add_members(audience_key: impl Into<Text>) -> Bulk<AudienceMemberRequest> {
    let kind = Kind::new(audiences::AddMembers::INFO, "members", MAX_MEMBERS, Reads::Nothing);
    Bulk::new(kind.path("key", audience_key.into()), MEMBERS)
}

/// Adds members to an audience, and creates it if it does not exist.
pub fn create_audience(audience_key: impl Into<Text>) -> Bulk<AudienceMemberRequest> {
    let kind = Kind::new(audiences::AddMembers::INFO, "members", MAX_MEMBERS, Reads::Nothing);
    let template = Ok(Template { query: "?create_audience=true", ..Template::default() });
    Bulk::new(Kind { template, ..kind }.path("key", audience_key.into()), MEMBERS)
}

/// Removes members from an audience, as [`audiences::remove_members`] does. If the audience does not exist, every chunk
/// fails.
pub fn remove_members(audience_key: impl Into<Text>) -> Bulk<AudienceMemberRequest> {
    let kind = Kind::new(audiences::RemoveMembers::INFO, "members", MAX_MEMBERS, Reads::Nothing);
    Bulk::new(kind.path("key", audience_key.into()), MEMBERS)
}

/// How [`mark_messages`] marks messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mark {
    /// As [`messages::batch_mark_as_seen`] does.
    Seen,
    /// As [`messages::batch_mark_as_unseen`] does.
    Unseen,
    /// As [`messages::batch_mark_as_read`] does.
    Read,
    /// As [`messages::batch_mark_as_unread`] does.
    Unread,
    /// As [`messages::batch_archive`] does.
    Archived,
    /// As [`messages::batch_unarchive`] does.
    Unarchived,
    /// As [`messages::batch_mark_as_interacted`] does, without metadata. It is not safe to do this twice, so the outcome
    /// of a chunk can be [`Unknown`](crate::bulk::Outcome::Unknown).
    Interacted,
}

/// Marks messages by id.
pub fn mark_messages(mark: Mark) -> Bulk<Text> {
    let info = match mark {
        Mark::Seen => messages::BatchMarkAsSeen::INFO,
        Mark::Unseen => messages::BatchMarkAsUnseen::INFO,
        Mark::Read => messages::BatchMarkAsRead::INFO,
        Mark::Unread => messages::BatchMarkAsUnread::INFO,
        Mark::Archived => messages::BatchArchive::INFO,
        Mark::Unarchived => messages::BatchUnarchive::INFO,
        Mark::Interacted => messages::BatchMarkAsInteracted::INFO,
    };
    Bulk::new(Kind::new(info, "message_ids", MAX_MESSAGE_IDS, Reads::List), IDS)
}

/// Triggers a workflow for any number of recipients. The argument is [`workflows::trigger`] without recipients.
///
/// Each chunk of up to 1,000 recipients is a trigger of its own, and starts a workflow run. All have the same
/// cancellation key, so that one [`workflows::cancel`] cancels them.
///
/// If the trigger has the idempotency key `alert-17`, the chunks have the keys `alert-17/0`, `alert-17/1`, and so on. Set
/// one, so that a job that starts again without a checkpoint notifies once. Otherwise the key is random, and
/// kept in the checkpoint. A chunk that an earlier process may have sent is sent again for almost 24 hours, which is how
/// long Knock remembers keys. After that, its outcome is [`Unknown`](crate::bulk::Outcome::Unknown).
///
/// A recipient that occurs twice in the input is notified twice, unless both are in the same chunk.
///
/// ```
/// # use knock_core::{Client, Error, Transport};
/// use knock_core::{bulk, workflows};
/// use serde_json::json;
///
/// # async fn example<T: Transport>(client: Client<T>) -> Result<(), Error> {
/// let trigger = workflows::trigger("park-closes")
///     .data(json!({ "at": "18:00" }))
///     .cancellation_key("closing-17")
///     .idempotency_key("closing-17/trigger");
/// let visitors = (0..1_000_000_u64).map(|number| format!("visitor-{number}"));
/// let summary = bulk::trigger(&trigger).start(&client, visitors)?.finish().await?;
/// println!("{} notified", summary.settled.done);
/// # Ok(()) }
/// ```
pub fn trigger(trigger: &workflows::Trigger) -> Bulk<RecipientRequest> {
    let info = workflows::Trigger::INFO;
    let kind = Kind::new(info, "recipients", workflows::MAX_RECIPIENTS, Reads::WorkflowRun);
    let idempotency_key = trigger.idempotency_key().map(Text::from);
    Bulk::new(Kind { template: trigger.template(), idempotency_key, ..kind }, RECIPIENTS)
}

fn in_collection(
    info: OperationInfo,
    list: &'static str,
    max_items: usize,
    collection: impl Into<Text>,
) -> Kind {
    Kind::new(info, list, max_items, Reads::BulkOperation).path("collection", collection.into())
}

const IDS: Encoding<Text> = Encoding {
    id: Clone::clone,
    write: |_, id, json| {
        check_id(id.as_str(), || "id".to_owned())?;
        write_json(json, id)
    },
};

const RECIPIENTS: Encoding<RecipientRequest> = Encoding {
    id: |recipient| recipient.id().clone(),
    write: |_, recipient, json| {
        recipient.check(|| "recipient".to_owned())?;
        recipient.write_json(json).map_err(|_| InvalidInput::new("recipient", NO_JSON))
    },
};

const MEMBERS: Encoding<AudienceMemberRequest> = Encoding {
    id: |member| member.user_id().clone(),
    write: |_, member, json| {
        member.check("member")?;
        write_json(json, member)
    },
};

fn write_json(json: &mut Vec<u8>, item: &impl Serialize) -> Result<(), InvalidInput> {
    serde_json::to_writer(json, item).map_err(|_| InvalidInput::new("item", NO_JSON))
}
