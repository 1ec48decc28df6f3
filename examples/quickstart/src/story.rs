//! The steps, in the order of the README.

use std::fmt::Display;
use std::time::{Duration, SystemTime};

use knock_reqwest::channel_data::{ChannelDataRequest, ChannelId, SlackChannelData};
use knock_reqwest::preferences::{ChannelType, PreferenceSetRequest, WorkflowSettings};
use knock_reqwest::slack::AccessTokenObject;
use knock_reqwest::token::{Entity, Grant, UserToken};
use knock_reqwest::users::UserRequest;
use knock_reqwest::workflows::Trigger;
use knock_reqwest::{Error, Knock, NativeSigner, Operation, Paged, objects, slack, users, workflows};
use serde_json::json;

use crate::knock::dinosaurs_loose::{DinosaursLoose, DinosaursLooseType};
use crate::knock::dinosaurs_loose_reminder;
use crate::local;

const SOME_CHANNEL: &str = "8209f26c-62a5-461d-95e2-a5716a26e652";

/// Prints each step and counts those that failed.
struct Steps {
    failed: usize,
}

impl Steps {
    fn show(&mut self, title: &str, result: Result<impl Display, impl Display>) {
        match result {
            Ok(text) => println!("\n✓ {title}\n  {text}"),
            Err(error) => {
                println!("\n✗ {title}\n  {error}");
                self.failed += 1;
            }
        }
    }
}

pub(crate) async fn tell(knock: &Knock) -> usize {
    let mut steps = Steps { failed: 0 };
    steps.show("Identify a user", identify(knock).await);
    steps.show("Get the user", get(knock).await);
    steps.show("Set preferences", set_preferences(knock).await);
    steps.show("Get preferences", get_preferences(knock).await);
    steps.show("Set channel data (push)", set_channel_data(knock).await);
    steps.show("Trigger a workflow", trigger(knock).await);
    steps.show("Trigger again with the same idempotency key", trigger_again(knock).await);
    steps.show("Trigger a reminder and cancel it", cancel(knock).await);
    steps.show("Slack: connect, check, list channels, revoke", slack_helpers(knock).await);
    steps.show("Sign a token for the user's browser", sign_token().map_err(Error::from));
    steps.show("Delete the user", delete(knock).await);
    steps.failed
}

fn variable(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}

async fn identify(knock: &Knock) -> Result<String, Error> {
    let user = UserRequest::new("jhammond")
        .name("John Hammond")
        .email("jhammond@ingen.net")
        .property("title", "CEO");
    let user = users::identify(user).send(knock).await?;
    users::identify(UserRequest::new("dnedry").name("Dennis Nedry")).send(knock).await?;
    Ok(format!("{} is {}, {}", user.id, user.name.unwrap_or_default(), user.properties["title"]))
}

async fn get(knock: &Knock) -> Result<String, Error> {
    let response = users::get("jhammond").send_for_response(knock).await?;
    Ok(format!(
        "email {}, request id {}",
        response.value.email.as_deref().unwrap_or("none"),
        response.request_id().unwrap_or("none")
    ))
}

async fn set_preferences(knock: &Knock) -> Result<String, Error> {
    let preferences = PreferenceSetRequest::new()
        .channel_type(ChannelType::Email, true)
        .channel_type(ChannelType::Sms, false)
        .workflow("dinosaurs-loose", WorkflowSettings::new().channel_type(ChannelType::Sms, true));
    let set = users::set_preferences("jhammond", preferences).send(knock).await?;
    Ok(format!("set `{}` written", set.id))
}

async fn get_preferences(knock: &Knock) -> Result<String, Error> {
    let set = users::get_preferences("jhammond").send(knock).await?;
    Ok(json!(set.channel_types).to_string())
}

async fn set_channel_data(knock: &Knock) -> Result<String, Error> {
    let channel = ChannelId::new(variable("KNOCK_PUSH_CHANNEL", SOME_CHANNEL));
    let tokens = ChannelDataRequest::push_tokens(["apns-push-token"]);
    users::set_channel_data("jhammond", &channel, tokens).send(knock).await?;
    let data = users::get_channel_data("jhammond", &channel).send(knock).await?;
    Ok(format!("read back for channel {}", data.channel_id))
}

/// `KNOCK_WORKFLOW` names another workflow that takes the same data.
fn alert(data: &DinosaursLoose) -> Trigger {
    let trigger = match std::env::var("KNOCK_WORKFLOW") {
        Ok(key) => workflows::trigger(key).data(data),
        Err(_) => data.trigger(),
    };
    to_everyone(trigger)
}

fn to_everyone(trigger: Trigger) -> Trigger {
    trigger.recipients(["jhammond", "agrant", "imalcolm", "esattler"]).actor("dnedry").tenant("jurassic-park")
}

async fn trigger(knock: &Knock) -> Result<String, Error> {
    let trex = DinosaursLoose { type_: DinosaursLooseType::Trex, priority: 1, paddock: None };
    let run = alert(&trex).send(knock).await?;
    Ok(format!("run {}", run.workflow_run_id))
}

async fn trigger_again(knock: &Knock) -> Result<String, Error> {
    // The key is unique to this run of the quickstart, so that a later run notifies again.
    let key = format!("quickstart-{:?}", SystemTime::now());
    let key: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    let raptor = DinosaursLoose::new(2, DinosaursLooseType::Velociraptor);
    let alert = alert(&raptor).idempotency_key(&key);
    let first = alert.clone().send_for_response(knock).await?;
    let again = alert.send_for_response(knock).await?;
    Ok(format!(
        "same run: {}, replayed: {}",
        first.value.workflow_run_id == again.value.workflow_run_id,
        again.is_idempotent_replay()
    ))
}

async fn cancel(knock: &Knock) -> Result<String, Error> {
    let workflow = variable("KNOCK_WORKFLOW", dinosaurs_loose_reminder::KEY);
    let key = "trex-reminder";
    let reminder = workflows::trigger(workflow.as_str()).data(json!({ "type": "trex", "priority": 1 }));
    to_everyone(reminder).cancellation_key(key).send(knock).await?;
    let cancel = workflows::cancel(workflow).cancellation_key(key);
    cancel.clone().recipients(["jhammond"]).send(knock).await?;
    cancel.send(knock).await?;
    Ok("first for one recipient, then for all".to_owned())
}

async fn slack_helpers(knock: &Knock) -> Result<String, Error> {
    let channel = ChannelId::new(variable("KNOCK_SLACK_CHANNEL", SOME_CHANNEL));
    let holder = || AccessTokenObject::tenant("jurassic-park");
    // The token is in the tenant's channel data, where SlackKit would store it.
    let token = SlackChannelData::new().access_token(variable("SLACK_ACCESS_TOKEN", "xoxb-quickstart"));
    objects::set_channel_data("$tenants", "jurassic-park", &channel, token).send(knock).await?;
    let check = slack::auth_check(&channel, holder()).send(knock).await?;
    let channels = slack::list_channels(&channel, holder())
        .limit(2)
        .exclude_archived(true)
        .collect_up_to(5, knock)
        .await?;
    slack::revoke_access(&channel, holder()).send(knock).await?;
    let names: Vec<_> = channels.iter().map(|channel| channel.name.as_str()).collect();
    Ok(format!("token ok: {}, channels: {}", check.connection.ok, names.join(", ")))
}

fn sign_token() -> Result<String, knock_reqwest::token::TokenError> {
    let signer = NativeSigner::new(&local::signing_key()?)?;
    let token = UserToken::new("jhammond")
        .expires_in(Duration::from_secs(15 * 60))
        .grant(Entity::tenant("jurassic-park"), [Grant::SlackChannelsRead])
        .sign(&signer, SystemTime::now())?;
    // A token is a credential: show its length only.
    Ok(format!("a JWT of {} characters", token.expose().len()))
}

async fn delete(knock: &Knock) -> Result<String, Error> {
    users::delete("jhammond").send(knock).await?;
    match users::get("jhammond").send(knock).await {
        Err(error) if error.is_not_found() => Ok(format!("gone: {error}")),
        Err(error) => Err(error),
        Ok(_) => Ok("still there for a moment".to_owned()),
    }
}
