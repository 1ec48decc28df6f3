use knock_core::recipients::RecipientReference;
use knock_core::workflows::{self, Cancel, Trigger};
use serde_json::{Map, Value};

use super::values::{inline_tenant, read, recipient, recipients, take, take_text};
use super::{Args, Ours, Table};

pub(super) const NODE_1: Table = &[
    ("workflows.trigger", |mut args| {
        let (key, mut body) = (args.text(), args.object());
        let mut trigger = trigger(key, &mut body);
        if let Some(key) = take_text(&mut body, "cancellation_key") {
            trigger = trigger.cancellation_key(key);
        }
        if let Some(settings) = take(&mut body, "settings") {
            if let Some(on) = settings["sandbox_mode"].as_bool() {
                trigger = trigger.sandbox_mode(on);
            }
            if let Some(skip) = settings["skip_delay"].as_bool() {
                trigger = trigger.skip_delay(skip);
            }
        }
        send_trigger(args, trigger)
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
        let mut trigger = trigger(key, &mut body);
        if let Some(key) = take_text(&mut body, "cancellationKey") {
            trigger = trigger.cancellation_key(key);
        }
        send_trigger(args, trigger)
    }),
    ("workflows.cancel", |mut args| {
        let (key, cancellation_key, mut options) = (args.text(), args.text(), args.object());
        args.send(cancel(key, cancellation_key, &mut options))
    }),
];

/// What both packages spell alike.
fn trigger(key: String, body: &mut Map<String, Value>) -> Trigger {
    let mut trigger = workflows::trigger(key);
    if let Some(list) = take(body, "recipients") {
        trigger = trigger.recipients(recipients(&list));
    }
    if let Some(actor) = take(body, "actor") {
        trigger = trigger.actor(recipient(actor));
    }
    if let Some(data) = take(body, "data") {
        trigger = trigger.data(read::<Map<String, Value>>(&data));
    }
    if let Some(tenant) = take(body, "tenant") {
        trigger = trigger.tenant(inline_tenant(tenant));
    }
    trigger
}

fn send_trigger(args: Args<'_>, trigger: Trigger) -> Ours {
    match args.idempotency_key() {
        Some(key) => args.send(trigger.idempotency_key(key)),
        None => args.send(trigger),
    }
}

fn cancel(key: String, cancellation_key: String, options: &mut Map<String, Value>) -> Cancel {
    let mut cancel = workflows::cancel(key, cancellation_key);
    set!(cancel, options, recipients: Vec<RecipientReference>);
    cancel
}
