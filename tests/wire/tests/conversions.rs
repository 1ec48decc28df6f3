//! The arguments that a user of the JavaScript SDK would guess, and what they mean in the request.
#![allow(
    clippy::needless_borrows_for_generic_args,
    reason = "whether references are accepted is tested, too"
)]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use knock_core::channel_data::{ChannelDataRequest, ChannelId};
use knock_core::channels::{self, MessageAction};
use knock_core::feeds::{self, FeedStatus};
use knock_core::messages::{self, DeliveryStatus, Message};
use knock_core::objects::{self, Object};
use knock_core::preferences::{ChannelType, Condition, Operator, PreferenceSetRequest, WorkflowSettings};
use knock_core::recipients::{
    ObjectReference, ObjectRequest, Recipient, RecipientReference, RecipientRequest, UserRequest,
};
use knock_core::schedules::{self, Day, Days, RepeatRule, ScheduleRequest};
use knock_core::subscriptions::{Subscribe, Unsubscribe};
use knock_core::tenants::{Tenant, TenantRequest};
use knock_core::users::{self, User};
use knock_core::workflows::{self, Attachment, Trigger};
use knock_core::{
    Clear, Config, Field, Method, Operation, Page, Text, Time, Timestamp, UnixTime, workflow_recipient_runs,
};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

const UUID: &str = "8209f26c-62a5-461d-95e2-a5716a26e652";
const CHANNEL: ChannelId = ChannelId::from_static(UUID);

const TIME: &str = "2026-09-21T14:13:20Z";
const TIME_IN_SECONDS: u64 = 1_790_000_000;

fn request(operation: &impl Operation) -> http::Request<Bytes> {
    let config = Config::new("sk_test_12345").expect("the key is valid");
    operation.to_request(&config).expect("the operation is valid")
}

fn body(operation: &impl Operation) -> Value {
    serde_json::from_slice(request(operation).body()).expect("the body is JSON")
}

/// The path and the query, decoded.
fn target(operation: &impl Operation) -> String {
    let target = request(operation).uri().to_string();
    let target =
        target.strip_prefix("https://api.knock.app/v1/").expect("the target begins with the base URL");
    percent_decode_str(target).decode_utf8().expect("the target is UTF-8").into_owned()
}

/// The field that the error of an invalid operation names, and the problem.
fn refused(operation: &impl Operation) -> (String, String) {
    let error = operation.prepare([7; 16]).expect_err("the operation is invalid");
    assert!(error.is_usage(), "{error}");
    let message = error.message().strip_prefix('`').expect("the message begins with a field");
    let (field, problem) = message.split_once("` ").expect("a problem follows the field");
    (field.to_owned(), problem.to_owned())
}

fn parse<T: DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).expect("the JSON is valid")
}

fn trigger() -> Trigger {
    workflows::trigger("dinosaurs-loose").recipient("jhammond")
}

fn user() -> User {
    parse(json!({ "__typename": "User", "id": "jhammond", "name": "John Hammond", "title": "CEO" }))
}

fn object() -> Object {
    parse(json!({ "__typename": "Object", "id": "paddock-9", "collection": "projects", "properties": {} }))
}

/// A reference to [`object`] in a request.
fn object_json() -> Value {
    json!({ "id": "paddock-9", "collection": "projects" })
}

fn user_request() -> UserRequest {
    UserRequest::new("imalcolm").email("ian@ingen.net")
}

mod options {
    use super::*;

    #[test]
    fn tenant() {
        let tenant = |tenant: Option<&str>| body(&trigger().tenant(tenant)).get("tenant").cloned();
        assert_eq!(tenant(None), None);
        assert_eq!(tenant(Some("jurassic-park")), Some(json!("jurassic-park")));
        let inline = Some(TenantRequest::new("jurassic-park").name("Jurassic Park"));
        let inline = body(&trigger().tenant(inline));
        assert_eq!(inline["tenant"], json!({ "id": "jurassic-park", "name": "Jurassic Park" }));
        let found: Option<Tenant> = Some(parse(json!({ "id": "jurassic-park", "name": "Jurassic Park" })));
        assert_eq!(body(&trigger().tenant(found.as_ref()))["tenant"], "jurassic-park");
        assert_eq!(body(&trigger().tenant(found))["tenant"], "jurassic-park");
    }

    #[test]
    fn actor() {
        let actor = |actor: Option<String>| body(&trigger().actor(actor)).get("actor").cloned();
        assert_eq!(actor(None), None);
        assert_eq!(actor(Some("dnedry".to_owned())), Some(json!("dnedry")));
        assert_eq!(body(&trigger().actor(Some(&"dnedry".to_owned())))["actor"], "dnedry");
        assert_eq!(body(&trigger().actor(Some(&user())))["actor"], "jhammond");
        assert_eq!(body(&trigger().actor(Some(object())))["actor"], object_json());
        assert_eq!(body(&trigger().actor(None::<User>)).get("actor"), None);
    }

    #[test]
    fn cancellation_key() {
        let key = |key: Option<u64>| body(&trigger().cancellation_key(key)).get("cancellation_key").cloned();
        assert_eq!(key(None), None);
        assert_eq!(key(Some(17)), Some(json!("17")));
    }

    #[test]
    fn idempotency_key() {
        let key = |key: Option<&str>| {
            let request = request(&trigger().idempotency_key(key));
            request.headers().get("idempotency-key").map(|key| key.to_str().unwrap().to_owned())
        };
        assert_eq!(key(None), None);
        assert_eq!(key(Some("alert-17")).as_deref(), Some("alert-17"));
    }

    #[test]
    fn sandbox_mode_and_skip_delay() {
        let settings = |sandbox: Option<bool>, skip: Option<bool>| {
            body(&trigger().sandbox_mode(sandbox).skip_delay(skip)).get("settings").cloned()
        };
        assert_eq!(settings(None, None), None);
        assert_eq!(settings(Some(true), None), Some(json!({ "sandbox_mode": true })));
        assert_eq!(settings(None, Some(false)), Some(json!({ "skip_delay": false })));
        assert_eq!(body(&trigger().sandbox_mode(true))["settings"], json!({ "sandbox_mode": true }));
    }

    #[test]
    fn none_does_not_undo_a_setter() {
        let none = None::<&str>;
        let set =
            trigger().tenant("jurassic-park").actor("dnedry").cancellation_key("alert-17").sandbox_mode(true);
        let kept = set.clone().tenant(none).actor(none).cancellation_key(none).sandbox_mode(None);
        assert_eq!(body(&kept), body(&set));
    }

    #[test]
    fn filters_of_lists() {
        let none = None::<&str>;
        let all = messages::list().tenant(none).channel_id(none).workflow(none).workflow_run_id(none);
        let all = all.inserted_after(none).inserted_before(None::<Timestamp>).after(none).page_size(None);
        assert_eq!(target(&all), "messages");
        let some =
            messages::list().tenant(Some("jurassic-park")).workflow(Some("welcome")).page_size(Some(5));
        assert_eq!(target(&some), "messages?page_size=5&tenant=jurassic-park&source=welcome");

        let feed = || feeds::list_items("jhammond", CHANNEL);
        let all = feed().status(None::<FeedStatus>).tenant(none).has_tenant(None).locale(none);
        assert_eq!(target(&all), format!("users/jhammond/feeds/{UUID}"));
        assert_eq!(
            target(&feed().status(Some("unread"))),
            format!("users/jhammond/feeds/{UUID}?status=unread")
        );

        let runs = workflow_recipient_runs::list;
        assert_eq!(target(&runs().workflow(none).recipient(None::<User>)), "workflow_recipient_runs");
        assert_eq!(target(&runs().recipient(Some(user()))), "workflow_recipient_runs?recipient=jhammond");
        assert_eq!(target(&schedules::list("digest").tenant(none)), "schedules?workflow=digest");
        assert_eq!(target(&users::list().after(None::<String>).page_size(None)), "users");
    }

    #[test]
    fn set_of_preferences() {
        let get = |set: Option<&str>| target(&users::get_preferences("jhammond").set_id(set));
        assert_eq!(get(None), "users/jhammond/preferences/default");
        assert_eq!(get(Some("jurassic-park")), "users/jhammond/preferences/jurassic-park");
    }

    #[test]
    fn fields_of_a_user() {
        let none = None::<String>;
        let kept = user_request().email(none.clone()).name(none.as_deref()).created_at(None::<Timestamp>);
        assert_eq!(json!(kept), json!(user_request()));
        let name = Some("Ian Malcolm".to_owned());
        assert_eq!(json!(user_request().name(name.as_deref()))["name"], "Ian Malcolm");
        assert_eq!(json!(user_request().name(name))["name"], "Ian Malcolm");
    }
}

mod references_to_options {
    use super::*;

    #[test]
    fn a_reference_to_an_option_is_an_option() {
        let (tenant, nobody) = (Some("jurassic-park".to_owned()), None::<String>);
        let sent = body(&trigger().tenant(&tenant).actor(&nobody).cancellation_key(&tenant));
        assert_eq!(
            (&sent["tenant"], &sent["cancellation_key"]),
            (&json!("jurassic-park"), &json!("jurassic-park"))
        );
        assert_eq!(sent["actor"], Value::Null);
        assert_eq!(target(&messages::list().tenant(&tenant)), "messages?tenant=jurassic-park");
        let time = Some(Timestamp::UNIX_EPOCH);
        let user = user_request().name(&tenant).email(&nobody).created_at(&time);
        let user = json!(user);
        assert_eq!(
            (&user["name"], &user["email"]),
            (&json!("jurassic-park"), &json!(user_request())["email"])
        );
        assert_eq!(user["created_at"], "1970-01-01T00:00:00Z");
        assert_eq!(target(&users::list().include_preferences(Some(true))), "users?include[]=preferences");
    }

    #[test]
    fn small_integers_are_ids() {
        assert_eq!(target(&users::get(7_u8)), "users/7");
        assert_eq!(target(&users::get(&7_u16)), "users/7");
    }
}

mod ids {
    use super::*;

    /// Checks that a value is accepted as an id and as a recipient.
    fn assert_id(value: impl Into<Text> + Into<RecipientRequest> + Clone, id: &str) {
        assert_eq!(target(&users::get(value.clone())), format!("users/{id}"));
        assert_eq!(body(&workflows::trigger("k").recipient(value.clone()))["recipients"], json!([id]));
        assert_eq!(body(&workflows::trigger("k").recipients([value]))["recipients"], json!([id]));
    }

    #[test]
    fn strings() {
        let string = "jhammond".to_owned();
        assert_id("jhammond", "jhammond");
        assert_id(&"jhammond", "jhammond");
        assert_id(&&"jhammond", "jhammond");
        assert_id(string.clone(), "jhammond");
        assert_id(&string, "jhammond");
        assert_id(&&string, "jhammond");
        assert_id(string.as_str(), "jhammond");
    }

    #[test]
    fn cows() {
        let borrowed = Cow::Borrowed("jhammond");
        assert_id(&borrowed, "jhammond");
        assert_id(borrowed, "jhammond");
        assert_id(Cow::<str>::Owned("jhammond".to_owned()), "jhammond");
    }

    #[test]
    fn shared_and_boxed_strings() {
        let shared: Arc<str> = "jhammond".into();
        assert_id(&shared, "jhammond");
        assert_id(shared, "jhammond");
        let shared: Rc<str> = "jhammond".into();
        assert_id(&shared, "jhammond");
        assert_id(shared, "jhammond");
        let boxed: Box<str> = "jhammond".into();
        assert_id(&boxed, "jhammond");
        assert_id(boxed, "jhammond");
    }

    #[test]
    fn integers() {
        let number = 17_u64;
        assert_id(number, "17");
        assert_id(&number, "17");
        assert_id(17_u32, "17");
        assert_id(17_usize, "17");
        assert_id(17_i32, "17");
        assert_id(-17_i64, "-17");
        assert_id(u128::MAX, "340282366920938463463374607431768211455");
        // The type of a literal without a suffix is inferred.
        assert_eq!(target(&users::get(17)), "users/17");
    }

    #[test]
    fn uuids() {
        let id: Uuid = UUID.parse().unwrap();
        assert_id(id, UUID);
        assert_id(&id, UUID);
        assert_eq!(ChannelId::new(id), CHANNEL);
    }

    #[test]
    fn id_type_of_the_user() {
        #[derive(Clone)]
        struct AccountId(u64);

        impl From<AccountId> for Text {
            fn from(id: AccountId) -> Self {
                format!("account-{}", id.0).into()
            }
        }

        assert_id(AccountId(17), "account-17");
        assert_eq!(body(&trigger().tenant(AccountId(17)).actor(AccountId(18)))["tenant"], "account-17");
        assert_eq!(
            target(&schedules::list("k").recipients([AccountId(17)])),
            "schedules?workflow=k&recipients[]=account-17"
        );
        assert_eq!(json!(UserRequest::new(AccountId(17))), json!({ "id": "account-17" }));
    }

    #[test]
    fn channel_ids() {
        let path = format!("users/jhammond/channel_data/{UUID}");
        assert_eq!(target(&users::get_channel_data("jhammond", &CHANNEL)), path);
        assert_eq!(target(&users::get_channel_data("jhammond", CHANNEL)), path);
        assert_eq!(target(&messages::list().channel_id(CHANNEL)), format!("messages?channel_id={UUID}"));
        let data = || ChannelDataRequest::push_tokens(["token"]);
        assert_eq!(
            json!(UserRequest::new("a").channel_data(CHANNEL, data()))["channel_data"][UUID],
            json!(data())
        );
    }
}

mod iterators {
    use super::*;

    fn recipients(trigger: &Trigger) -> Value {
        body(trigger)["recipients"].take()
    }

    #[test]
    fn references_to_strings() {
        let expected = json!(["jhammond", "agrant"]);
        let slice: &[&str] = &["jhammond", "agrant"];
        let strings: Vec<String> = slice.iter().copied().map(str::to_owned).collect();
        let trigger = || workflows::trigger("k");
        assert_eq!(recipients(&trigger().recipients(slice)), expected);
        assert_eq!(recipients(&trigger().recipients(&["jhammond", "agrant"])), expected);
        assert_eq!(recipients(&trigger().recipients(&strings)), expected);
        assert_eq!(recipients(&trigger().recipients(strings.iter())), expected);
        assert_eq!(recipients(&trigger().recipients(strings)), expected);
        assert_eq!(recipients(&trigger().recipients("jhammond,agrant".split(','))), expected);
    }

    #[test]
    fn references_to_requests() {
        let users = vec![user_request(), UserRequest::new("agrant")];
        let expected = json!([{ "id": "imalcolm", "email": "ian@ingen.net" }, { "id": "agrant" }]);
        assert_eq!(recipients(&workflows::trigger("k").recipients(&users)), expected);
        assert_eq!(body(&users::bulk_identify(&users))["users"], expected);
        assert_eq!(
            body(&objects::add_subscriptions("projects", "p").recipients(&users))["recipients"],
            expected
        );
    }

    #[test]
    fn references_to_ids() {
        let ids = vec!["1".to_owned(), "2".to_owned()];
        assert_eq!(body(&users::bulk_delete(&ids)), json!({ "user_ids": ["1", "2"] }));
        assert_eq!(body(&schedules::delete(&ids)), json!({ "schedule_ids": ["1", "2"] }));
        assert_eq!(body(&messages::batch_mark_as_read(&ids)), json!({ "message_ids": ["1", "2"] }));
        assert_eq!(target(&messages::list().message_ids(&ids)), "messages?message_ids[]=1&message_ids[]=2");
        let cancel = workflows::cancel("k").cancellation_key("alert-17").recipients(&ids);
        assert_eq!(body(&cancel)["recipients"], json!(["1", "2"]));
    }
}

mod recipients {
    use super::*;

    /// A user and an object as a list contains them, for example as the recipients of messages.
    fn found() -> [Recipient; 2] {
        [parse(json!({ "id": "jhammond", "name": "John Hammond" })), parse(json!(object()))]
    }

    fn found_json() -> Value {
        json!(["jhammond", object_json()])
    }

    #[test]
    fn users_and_objects_of_responses() {
        let trigger = workflows::trigger("k").recipient(&user()).recipient(user());
        let trigger = trigger.recipient(&object()).recipient(object()).actor(&user());
        let expected = json!(["jhammond", "jhammond", object_json(), object_json()]);
        assert_eq!(body(&trigger), json!({ "recipients": expected, "actor": "jhammond" }));
        assert_eq!(body(&trigger.actor(object()))["actor"], object_json());
    }

    #[test]
    fn recipients_of_responses() {
        let found = found();
        let trigger = || workflows::trigger("k");
        let one_by_one = trigger().recipient(&found[0]).recipient(found[1].clone()).actor(&found[1]);
        assert_eq!(body(&one_by_one), json!({ "recipients": found_json(), "actor": object_json() }));
        assert_eq!(body(&trigger().recipients(&found))["recipients"], found_json());
        assert_eq!(body(&trigger().recipients(found))["recipients"], found_json());
    }

    #[test]
    fn recipients_and_actors_of_messages() {
        let message: Message = parse(json!({
            "id": "1", "recipient": object_json(), "actors": ["dnedry"], "status": "sent", "data": {},
            "inserted_at": TIME, "updated_at": TIME,
        }));
        let again = workflows::trigger("k").recipient(&message.recipient).actor(message.actors.first());
        assert_eq!(body(&again), json!({ "recipients": [object_json()], "actor": "dnedry" }));
    }

    #[test]
    fn references() {
        let object = ObjectReference::new("projects", "paddock-9");
        let user = RecipientReference::from("jhammond");
        let trigger =
            workflows::trigger("k").recipient(&object).recipient(object).recipient(&user).recipient(user);
        let expected = json!([object_json(), object_json(), "jhammond", "jhammond"]);
        assert_eq!(body(&trigger)["recipients"], expected);
    }

    #[test]
    fn inline_recipients() {
        let object = ObjectRequest::new("projects", "paddock-9").property("voltage", 10_000);
        let user_json = json!({ "id": "imalcolm", "email": "ian@ingen.net" });
        let expected = json!({ "id": "paddock-9", "collection": "projects", "voltage": 10_000 });
        let trigger = workflows::trigger("k").recipient(&object).actor(&user_request());
        assert_eq!(body(&trigger), json!({ "recipients": [expected], "actor": user_json }));
        let mixed = [RecipientRequest::from("jhammond"), user_request().into(), object.into()];
        let mixed = body(&workflows::trigger("k").recipients(&mixed));
        assert_eq!(mixed["recipients"], json!(["jhammond", user_json, expected]));
    }

    #[test]
    fn in_schedules() {
        let time = "2026-09-21T14:13:20Z";
        let create = schedules::create("k").recipients(found()).actor(&user()).scheduled_at(time);
        let expected = json!({
            "workflow": "k", "recipients": found_json(), "actor": "jhammond", "scheduled_at": time
        });
        assert_eq!(body(&create), expected);
        let bulk =
            found().map(|recipient| ScheduleRequest::new("k", recipient).actor(object()).scheduled_at(time));
        let bulk = body(&schedules::bulk_create(bulk));
        assert_eq!(
            bulk["schedules"][0],
            json!({ "workflow": "k", "recipient": "jhammond", "actor": object_json(), "scheduled_at": time })
        );
        assert_eq!(bulk["schedules"][1]["recipient"], object_json());
        assert_eq!(body(&schedules::update(["1"]).actor(&object()))["actor"], object_json());
        let list = schedules::list("k").recipients([&user()]);
        assert_eq!(target(&list), "schedules?workflow=k&recipients[]=jhammond");
    }

    #[test]
    fn in_subscriptions() {
        let add = objects::add_subscriptions("projects", "paddock-9").recipient(&user()).recipients(&found());
        assert_eq!(body(&add)["recipients"], json!(["jhammond", "jhammond", object_json()]));
        let delete = objects::delete_subscriptions("projects", "paddock-9").recipients(found());
        assert_eq!(body(&delete)["recipients"], found_json());
        let list = users::list_subscriptions("jhammond").objects([&object()]);
        assert_eq!(
            target(&list),
            "users/jhammond/subscriptions?objects[0][id]=paddock-9&objects[0][collection]=projects"
        );
        let subscribe = Subscribe::new("paddock-9").recipient(user()).recipients(&found());
        assert_eq!(json!(subscribe)["recipients"], json!(["jhammond", "jhammond", object_json()]));
        assert_eq!(json!(Unsubscribe::new("paddock-9").recipients(&found()))["recipients"], found_json());
    }

    #[test]
    fn in_cancellations_and_audiences() {
        let cancel = workflows::cancel("k").cancellation_key("alert-17").recipients(&found());
        assert_eq!(body(&cancel)["recipients"], found_json());
        let add = knock_core::audiences::add_members("keepers", ["jhammond"]);
        assert_eq!(body(&add)["members"], json!([{ "user": { "id": "jhammond" } }]));
    }
}

mod clear {
    use super::*;

    #[test]
    fn as_a_property() {
        let user = UserRequest::new("jhammond")
            .property("title", Clear)
            .property("seats", Clear)
            .property("seats", 3);
        assert_eq!(json!(user), json!({ "id": "jhammond", "title": null, "seats": 3 }));
        let object = ObjectRequest::new("projects", "paddock-9").property("voltage", Clear);
        assert_eq!(json!(object)["voltage"], Value::Null);
        assert!(json!(object).as_object().unwrap().contains_key("voltage"));
        let tenant = TenantRequest::new("jurassic-park").property("plan", Clear);
        assert_eq!(json!(tenant), json!({ "id": "jurassic-park", "plan": null }));
        // A struct or map may contain it, too.
        let properties = BTreeMap::from([("title", Some(Clear)), ("plan", None)]);
        let user = UserRequest::new("jhammond").properties(properties);
        assert_eq!(json!(user), json!({ "id": "jhammond", "title": null, "plan": null }));
    }

    #[test]
    fn as_a_field() {
        let cleared = user_request().email(Clear).phone_number(Clear).created_at(Clear);
        let expected = json!({ "id": "imalcolm", "email": null, "phone_number": null, "created_at": null });
        assert_eq!(json!(cleared), expected);
        let field = |email: Field<Text>| json!(user_request().email(email)).get("email").cloned();
        assert_eq!(field(Field::Keep), Some(json!("ian@ingen.net")));
        assert_eq!(field(Field::Clear), Some(Value::Null));
        assert_eq!(field(Field::Set("malcolm@ingen.net".into())), Some(json!("malcolm@ingen.net")));

        let update = schedules::update(["1"]).actor(Clear).tenant(Clear).scheduled_at(Clear).ending_at(Clear);
        let expected = json!({
            "schedule_ids": ["1"], "actor": null, "tenant": null, "scheduled_at": null, "ending_at": null
        });
        assert_eq!(body(&update), expected);
        let preferences = PreferenceSetRequest::new().workflows(Clear).commercial_subscribed(Clear);
        assert_eq!(json!(preferences), json!({ "workflows": null, "commercial_subscribed": null }));
    }
}

mod preferences {
    use super::*;

    fn urgent() -> Condition {
        Condition::new("data.urgent", Operator::EqualTo, "true")
    }

    fn has_plan() -> Condition {
        Condition::unary("recipient.plan", Operator::Exists)
    }

    #[test]
    fn conditions_of_a_workflow_or_category() {
        let (one, two) =
            (json!({ "conditions": [urgent()] }), json!({ "conditions": [urgent(), has_plan()] }));
        let set = PreferenceSetRequest::new()
            .workflow("one", urgent())
            .workflow("two", [urgent(), has_plan()])
            .workflow("list", vec![urgent(), has_plan()])
            .workflow("off", false)
            .category("one", urgent())
            .category("two", [urgent(), has_plan()]);
        let expected = json!({
            "workflows": { "one": one, "two": two, "list": two, "off": false },
            "categories": { "one": one, "two": two }
        });
        assert_eq!(body(&users::set_preferences("jhammond", set)), expected);
    }

    #[test]
    fn conditions_of_a_channel_type_or_channel() {
        let (one, two) =
            (json!({ "conditions": [urgent()] }), json!({ "conditions": [urgent(), has_plan()] }));
        let set = PreferenceSetRequest::new()
            .channel_type(ChannelType::Sms, urgent())
            .channel_type(ChannelType::Push, [urgent(), has_plan()])
            .channel_type(ChannelType::Chat, vec![urgent(), has_plan()])
            .channel(CHANNEL, urgent())
            .commercial_subscribed([urgent(), has_plan()]);
        let expected = json!({
            "channel_types": { "sms": one, "push": two, "chat": two }, "channels": { UUID: one },
            "commercial_subscribed": two
        });
        assert_eq!(body(&objects::set_preferences("projects", "paddock-9", set)), expected);
        let settings = WorkflowSettings::new().channel_type(ChannelType::Sms, urgent()).condition(has_plan());
        assert_eq!(json!(settings), json!({ "channel_types": { "sms": one }, "conditions": [has_plan()] }));
    }
}

mod days {
    use super::*;

    fn days(rule: &RepeatRule) -> Value {
        json!(rule)["days"].take()
    }

    #[test]
    fn words() {
        assert_eq!(days(&RepeatRule::weekly("weekdays")), json!(["mon", "tue", "wed", "thu", "fri"]));
        assert_eq!(days(&RepeatRule::weekly("weekends".to_owned())), json!(["sat", "sun"]));
        assert_eq!(days(&RepeatRule::weekly("mon")), json!(["mon"]));
        assert_eq!(days(&RepeatRule::daily().days(Some("mon"))), json!(["mon"]));
        assert_eq!(days(&RepeatRule::daily().days(None::<Days>)), Value::Null);
    }

    #[test]
    fn every_day() {
        let all = json!(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
        assert_eq!(days(&RepeatRule::weekly(Days::all())), all);
        assert_eq!(days(&RepeatRule::weekly(Day::ALL)), all);
        assert_eq!(days(&RepeatRule::weekly(&Day::ALL)), all);
    }

    #[test]
    fn lists() {
        let expected = json!(["mon", "fri"]);
        assert_eq!(days(&RepeatRule::weekly(["mon", "fri"])), expected);
        assert_eq!(days(&RepeatRule::weekly(vec!["mon", "fri"])), expected);
        assert_eq!(days(&RepeatRule::weekly(["mon", "fri"].map(str::to_owned))), expected);
        assert_eq!(days(&RepeatRule::weekly([Day::Mon, Day::Fri])), expected);
        assert_eq!(days(&RepeatRule::weekly(["mon", "fri"].into_iter().collect::<Days>())), expected);
        assert_eq!(days(&RepeatRule::weekly(Day::Mon)), json!(["mon"]));
    }

    #[test]
    fn unknown_days_are_refused() {
        let field = |rule| refused(&schedules::create("k").recipient("jhammond").repeat(rule)).0;
        assert_eq!(field(RepeatRule::weekly("every day")), "repeats[0].days");
        assert_eq!(field(RepeatRule::weekly(["mon", "Friday"])), "repeats[0].days");
        assert_eq!(field(RepeatRule::weekly(Vec::<Day>::new())), "repeats[0].days");
    }
}

mod times {
    use super::*;

    /// Checks a value in a body, in a field and in a filter.
    fn assert_time(time: impl Into<Time> + Clone) {
        let create = schedules::create("k").recipient("jhammond").scheduled_at(time.clone());
        assert_eq!(body(&create)["scheduled_at"], TIME);
        let update = schedules::update(["1"]).ending_at(time.clone());
        assert_eq!(body(&update)["ending_at"], TIME);
        assert_eq!(json!(user_request().created_at(time.clone()))["created_at"], TIME);
        let list = messages::list().inserted_at_or_after(time.clone());
        assert_eq!(target(&list), format!("messages?inserted_at[gte]={TIME}"));
        let update = channels::bulk_update_message_status(CHANNEL, MessageAction::Archived).older_than(time);
        assert_eq!(body(&update)["older_than"], TIME);
    }

    #[test]
    fn of_jiff() {
        let time: Timestamp = TIME.parse().unwrap();
        assert_time(time);
        let zoned = time.to_zoned_datetime(jiff::tz::TimeZone::fixed(jiff::tz::offset(2)));
        assert_time(&zoned);
        assert_time(zoned);
    }

    #[test]
    fn of_the_standard_library() {
        assert_time(SystemTime::UNIX_EPOCH + Duration::from_secs(TIME_IN_SECONDS));
    }

    #[test]
    fn of_the_core() {
        assert_time(UnixTime::from_secs(TIME_IN_SECONDS));
        assert_time(UnixTime::from_millis(TIME_IN_SECONDS * 1000));
    }

    #[test]
    fn of_rfc_3339() {
        assert_time(TIME);
        assert_time("2026-09-21T16:13:20+02:00");
        assert_time(TIME.to_owned());
        assert_time(&TIME.to_owned());
    }

    #[test]
    fn of_chrono() {
        let seconds = i64::try_from(TIME_IN_SECONDS).unwrap();
        let time = chrono::DateTime::from_timestamp(seconds, 0).unwrap();
        assert_time(time);
        assert_time(time.with_timezone(&chrono::FixedOffset::east_opt(7200).unwrap()));
        let fraction = chrono::DateTime::from_timestamp(-1, 500_000_000).unwrap();
        let create = schedules::create("k").recipient("jhammond").scheduled_at(fraction);
        assert_eq!(body(&create)["scheduled_at"], "1969-12-31T23:59:59.5Z");
    }

    #[test]
    fn options() {
        let create = || schedules::create("k").recipient("jhammond").scheduled_at(TIME);
        assert_eq!(body(&create().ending_at(Some(TIME)))["ending_at"], TIME);
        assert_eq!(body(&create().ending_at(None::<SystemTime>)), body(&create()));
    }

    #[test]
    fn an_invalid_text_is_refused() {
        let create = || schedules::create("k").recipient("jhammond");
        let (field, problem) = refused(&create().scheduled_at("tomorrow"));
        assert_eq!(field, "scheduled_at");
        assert!(problem.contains("RFC 3339"), "{problem}");
        assert_eq!(refused(&create().ending_at("2026-09-21")).0, "ending_at");
        assert_eq!(refused(&schedules::update(["1"]).scheduled_at("")).0, "scheduled_at");
        let one = ScheduleRequest::new("k", "jhammond").scheduled_at("tomorrow");
        assert_eq!(refused(&schedules::bulk_create([one])).0, "schedules[0].scheduled_at");
        assert_eq!(refused(&users::identify(user_request().created_at("tomorrow"))).0, "user.created_at");
        assert_eq!(refused(&messages::list().inserted_before("tomorrow")).0, "inserted_at[lt]");
        assert_eq!(refused(&workflow_recipient_runs::list().starting_at("tomorrow")).0, "starting_at");
        let update =
            channels::bulk_update_message_status(CHANNEL, MessageAction::Read).newer_than("tomorrow");
        assert_eq!(refused(&update).0, "newer_than");
    }
}

mod values {
    use super::*;

    #[test]
    fn a_page_iterates_over_its_items() {
        let list = users::list();
        let response = json!({ "entries": [{ "id": "jhammond" }, { "id": "agrant" }], "page_info": {
            "__typename": "PageInfo", "after": null, "before": null, "page_size": 50 } });
        let response = http::Response::new(response.to_string().into());
        let page: Page<User, users::List> =
            list.parse(response, UnixTime::from_secs(TIME_IN_SECONDS)).unwrap();
        let mut ids = Vec::new();
        for user in &page {
            ids.push(user.id.as_str());
        }
        assert_eq!(ids, ["jhammond", "agrant"]);
        let mut ids = Vec::new();
        for user in page {
            ids.push(user.id);
        }
        assert_eq!(ids, ["jhammond", "agrant"]);
    }

    #[test]
    fn open_enums_are_strings() {
        let known: DeliveryStatus = parse(json!("sent"));
        let unknown: DeliveryStatus = parse(json!("teleported"));
        assert_eq!((known.as_ref(), unknown.as_ref()), ("sent", "teleported"));
        assert!(known == "sent" && known != "teleported" && unknown == "teleported");
        assert!(known == *"sent" && known == DeliveryStatus::Sent);
        assert_eq!((known.to_string(), unknown.as_str()), ("sent".to_owned(), "teleported"));
        assert_eq!(
            (DeliveryStatus::from("sent"), "teleported".to_owned().into()),
            (known.clone(), unknown.clone())
        );
        assert_eq!(target(&messages::list().statuses([unknown.clone()])), "messages?status[]=teleported");
        assert!("sent" == known && *"sent" == known && "read" != known);
        assert_eq!("sent".parse(), Ok(known));
        assert_eq!(String::from(unknown), "teleported");
    }

    #[test]
    fn texts_stand_for_open_enums() {
        let list = messages::list().statuses(["sent", "bounced"]).engagement_statuses(["seen"]);
        assert_eq!(target(&list), "messages?status[]=sent&status[]=bounced&engagement_status[]=seen");
        let runs = workflow_recipient_runs::list().statuses(["queued"]);
        assert_eq!(target(&runs), "workflow_recipient_runs?status[]=queued");
        let condition = Condition::new("data.priority", "equal_to", "1");
        assert_eq!(condition, Condition::new("data.priority", Operator::EqualTo, "1"));
        let preferences = PreferenceSetRequest::new().channel_type("sms", false);
        assert_eq!(preferences, PreferenceSetRequest::new().channel_type(ChannelType::Sms, false));
        let of_a_user = UserRequest::new("jhammond").preferences("default", &preferences);
        assert_eq!(json!(of_a_user)["preferences"]["default"], json!(preferences));
    }

    #[test]
    fn display() {
        assert_eq!(Method::Patch.to_string(), "PATCH");
        assert_eq!(UnixTime::from_secs(TIME_IN_SECONDS).to_string(), TIME);
        assert_eq!(CHANNEL.to_string(), UUID);
        let object = ObjectReference::new("projects", "paddock-9");
        assert_eq!(object.to_string(), "projects/paddock-9");
        assert_eq!(RecipientReference::from(object).to_string(), "projects/paddock-9");
        assert_eq!(RecipientReference::from("jhammond").to_string(), "jhammond");
    }

    #[derive(Serialize)]
    struct Food {
        price: f64,
        per_day: Vec<f32>,
    }

    /// The field that an error names, which must be about a number that JSON does not have.
    fn not_finite(operation: &impl Operation) -> String {
        let (field, problem) = refused(operation);
        assert!(problem.starts_with("is NaN or infinite"), "{field} {problem}");
        field
    }

    #[test]
    fn numbers_that_json_does_not_have_are_refused_in_data() {
        let data = |price, per_day| not_finite(&trigger().data(Food { price, per_day: vec![0.5, per_day] }));
        assert_eq!(data(f64::NAN, 0.5), "data.price");
        assert_eq!(data(f64::INFINITY, 0.5), "data.price");
        assert_eq!(data(0.5, f32::NEG_INFINITY), "data.per_day[1]");
        let finite = Food { price: f64::MAX, per_day: Vec::new() };
        assert_eq!(body(&trigger().data(finite))["data"]["price"], f64::MAX);
        let map = BTreeMap::from([("price", f64::NAN)]);
        assert_eq!(not_finite(&schedules::create("k").recipient("a").data(&map)), "data.price");
        assert_eq!(not_finite(&trigger().data(Some(&map))), "data.price");
    }

    /// Unlike a struct, `json!` replaces such a number by `null` before the SDK sees it, as JavaScript does.
    #[test]
    fn numbers_that_json_does_not_have_are_null_in_the_json_macro() {
        let trigger = trigger().data(json!({ "price": f64::NAN }));
        assert_eq!(body(&trigger)["data"], json!({ "price": null }));
    }

    #[test]
    fn numbers_that_json_does_not_have_are_refused_in_properties() {
        let food = || Food { price: f64::NAN, per_day: Vec::new() };
        let user = || UserRequest::new("jhammond");
        let object = ObjectRequest::new("projects", "paddock-9").property("price", f64::INFINITY);
        for field in [
            not_finite(&users::identify(user().property("price", f64::NAN))),
            not_finite(&users::identify(user().property("food", food()))),
            not_finite(&users::identify(user().properties(food()))),
            not_finite(&objects::set(object)),
            not_finite(&workflows::trigger("k").recipient(user().property("price", f64::NAN))),
        ] {
            assert!(field.ends_with("price"), "{field}");
        }
    }

    #[test]
    fn attachments_are_base64_in_data() {
        let ticket = vec![0xfb, 0xff, 0xfe];
        let expected = json!({ "name": "ticket.pdf", "content_type": "application/pdf", "content": "+//+" });
        let attachment = Attachment::new("ticket.pdf", "application/pdf", &ticket);
        let data = json!({ "seat": "12A", "attachments": [attachment] });
        assert_eq!(body(&trigger().data(data))["data"], json!({ "seat": "12A", "attachments": [expected] }));
        let attachment = Attachment::new("ticket.pdf", "application/pdf", ticket);
        let data = BTreeMap::from([("attachments", vec![attachment.content_id("ticket").inline()])]);
        let sent = body(&trigger().data(data))["data"]["attachments"][0].take();
        assert_eq!(
            (&sent["content"], &sent["content_id"], &sent["disposition"]),
            (&json!("+//+"), &json!("ticket"), &json!("inline"))
        );
    }
}
