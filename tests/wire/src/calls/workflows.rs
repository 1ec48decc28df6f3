use knock_core::recipients::RecipientReference;
use knock_core::workflows::{self, Cancel, Trigger};
use serde_json::{Map, Value};

use super::values::{inline_tenant, read, recipient, recipients, take, take_object, take_text};
use super::{Args, Ours, Table};

pub(super) const NODE_1: Table = &[
    ("workflows.trigger", |mut args| {
        let (key, mut body) = (args.text(), args.object());
        let trigger = trigger(key, &mut body).cancellation_key(take_text(&mut body, "cancellation_key"));
        let settings = take_object(&mut body, "settings");
        let setting = |name: &str| settings.get(name)?.as_bool();
        send_trigger(args, trigger.sandbox_mode(setting("sandbox_mode")).skip_delay(setting("skip_delay")))
    }),
    ("workflows.cancel", |mut args| {
        let (key, mut body) = (args.text(), args.object());
        let cancellation_key = take_text(&mut body, "cancellation_key").expect("it is required");
        args.send(cancel(key, cancellation_key, &mut body))
    }),
];

pub(super) const NODE_0: Table = &[
    ("workflows.trigger", |mut args| {
        let (key, mut body) = (args.text(), args.object());
        let trigger = trigger(key, &mut body).cancellation_key(take_text(&mut body, "cancellationKey"));
        send_trigger(args, trigger)
    }),
    ("workflows.cancel", |mut args| {
        let (key, cancellation_key, mut options) = (args.text(), args.text(), args.object());
        args.send(cancel(key, cancellation_key, &mut options))
    }),
];

/// The parameters that have the same name in both packages.
fn trigger(key: String, body: &mut Map<String, Value>) -> Trigger {
    let mut trigger = workflows::trigger(key);
    if let Some(list) = take(body, "recipients") {
        trigger = trigger.recipients(recipients(&list));
    }
    if let Some(data) = take(body, "data") {
        trigger = trigger.data(read::<Map<String, Value>>(&data));
    }
    trigger.actor(take(body, "actor").map(recipient)).tenant(take(body, "tenant").map(inline_tenant))
}

fn send_trigger(args: Args<'_>, trigger: Trigger) -> Ours {
    let key = args.idempotency_key();
    args.send(trigger.idempotency_key(key))
}

fn cancel(key: String, cancellation_key: String, options: &mut Map<String, Value>) -> Cancel {
    let mut cancel = workflows::cancel(key).cancellation_key(cancellation_key);
    set!(cancel, options, recipients: Vec<RecipientReference>);
    cancel
}
