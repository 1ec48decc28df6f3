//! Values with everything that they can have, for the samples of several resources.

use knock_core::channel_data::{
    AwsSnsDevice, ChannelDataRequest, ChannelId, DiscordChannelData, DiscordConnection, MsTeamsChannelData,
    MsTeamsConnection, PushDevice, SlackChannelData, SlackConnection,
};
use knock_core::messages::{DeliveryStatus, EngagementStatus, MessageFilter};
use knock_core::preferences::{ChannelType, Condition, Operator, PreferenceSetRequest, WorkflowSettings};
use knock_core::recipients::{ObjectRequest, UserRequest};
use knock_core::tenants::{Branding, TenantRequest};
use knock_core::{Clear, Timestamp};
use serde_json::json;

pub(super) const CHANNEL: &str = "8209f26c-62a5-461d-95e2-a5716a26e652";
pub(super) const CHANNEL_ID: ChannelId = ChannelId::from_static(CHANNEL);

pub(super) fn time() -> Timestamp {
    "2025-01-02T03:04:05Z".parse().unwrap()
}

pub(super) fn condition() -> Condition {
    Condition::new("recipient.plan", Operator::EqualTo, "pro")
}

const CHANNEL_TYPES: [ChannelType; 6] = [
    ChannelType::Email,
    ChannelType::InAppFeed,
    ChannelType::Sms,
    ChannelType::Push,
    ChannelType::Chat,
    ChannelType::Http,
];

pub(super) fn workflow_settings() -> WorkflowSettings {
    let settings = WorkflowSettings::new()
        .channel(CHANNEL, condition())
        .channel("aef6e715-df82-4ab6-b61e-b743e249f7b6", true)
        .condition(condition());
    CHANNEL_TYPES
        .into_iter()
        .fold(settings, |settings, channel_type| settings.channel_type(channel_type, condition()))
}

/// Every group, with every form of a setting.
pub(super) fn preferences() -> PreferenceSetRequest {
    let preferences = PreferenceSetRequest::new()
        .channel(CHANNEL, condition())
        .channel("aef6e715-df82-4ab6-b61e-b743e249f7b6", true)
        .workflow("dinosaurs-loose", workflow_settings())
        .workflow("feeding", false)
        .category("marketing", workflow_settings())
        .category("digests", false)
        .commercial_subscribed(condition());
    CHANNEL_TYPES
        .into_iter()
        .fold(preferences, |preferences, channel_type| preferences.channel_type(channel_type, condition()))
}

/// The data of a channel in every form.
pub(super) fn channel_data() -> Vec<ChannelDataRequest> {
    vec![
        ChannelDataRequest::push_tokens(["token"]),
        ChannelDataRequest::push_devices([PushDevice::new("token")
            .locale("en-US")
            .timezone("America/Costa_Rica")]),
        ChannelDataRequest::aws_sns_target_arns(["arn:aws:sns:us-west-2:123456789012:endpoint/APNS/app/1"]),
        ChannelDataRequest::aws_sns_devices([AwsSnsDevice::new(
            "arn:aws:sns:us-west-2:123456789012:endpoint/1",
        )
        .locale("en-US")
        .timezone("America/Costa_Rica")]),
        ChannelDataRequest::one_signal([CHANNEL]),
        SlackChannelData::new()
            .access_token("xoxb-1234")
            .connection(SlackConnection::channel("C123").channel_name("general").access_token("xoxb-5678"))
            .connection(SlackConnection::user("U123"))
            .connection(SlackConnection::incoming_webhook("https://hooks.slack.com/services/1"))
            .into(),
        MsTeamsChannelData::new()
            .tenant_id(CHANNEL)
            .connection(MsTeamsConnection::channel(CHANNEL, "19:1@thread.tacv2").tenant_id(CHANNEL))
            .connection(MsTeamsConnection::user(CHANNEL))
            .connection(MsTeamsConnection::incoming_webhook("https://example.webhook.office.com/1"))
            .into(),
        DiscordChannelData::new()
            .connection(DiscordConnection::channel("123"))
            .connection(DiscordConnection::incoming_webhook("https://discord.com/api/webhooks/1"))
            .into(),
    ]
}

/// A user with everything, and with channel data in every form.
pub(super) fn user() -> UserRequest {
    let user = UserRequest::new("jhammond")
        .name("John Hammond")
        .email("jhammond@ingen.net")
        .phone_number("+15558675309")
        .avatar("https://ingen.net/jhammond.png")
        .locale("en-US")
        .timezone("America/Costa_Rica")
        .created_at(time())
        .preferences("default", preferences())
        .property("title", "CEO");
    let data = channel_data().into_iter().enumerate();
    data.fold(user, |user, (index, data)| user.channel_data(format!("channel-{index}"), data))
}

/// A user whose properties are all cleared.
pub(super) fn cleared_user() -> UserRequest {
    UserRequest::new("jhammond")
        .name(Clear)
        .email(Clear)
        .phone_number(Clear)
        .avatar(Clear)
        .locale(Clear)
        .timezone(Clear)
        .created_at(Clear)
}

/// An object with everything.
pub(super) fn object() -> ObjectRequest {
    let object = ObjectRequest::new("projects", "paddock-9")
        .name("Paddock 9")
        .locale("en-US")
        .timezone("America/Costa_Rica")
        .created_at(time())
        .preferences("default", preferences())
        .property("voltage", 10_000);
    let data = channel_data().into_iter().enumerate();
    data.fold(object, |object, (index, data)| object.channel_data(format!("channel-{index}"), data))
}

/// A tenant with everything.
pub(super) fn tenant() -> TenantRequest {
    let branding = Branding::new()
        .primary_color("#d01c1f")
        .primary_color_contrast("#ffffff")
        .logo_url("https://ingen.net/logo.png")
        .icon_url("https://ingen.net/icon.png")
        .dark_primary_color("#d01c1f")
        .dark_primary_color_contrast("#000000")
        .dark_logo_url("https://ingen.net/dark-logo.png")
        .dark_icon_url("https://ingen.net/dark-icon.png");
    let tenant = TenantRequest::new("jurassic-park")
        .name("Jurassic Park")
        .branding(branding)
        .preference_set(preferences().merge())
        .preferences("default", preferences())
        .property("island", "Isla Nublar");
    let data = channel_data().into_iter().enumerate();
    data.fold(tenant, |tenant, (index, data)| tenant.channel_data(format!("channel-{index}"), data))
}

/// A filter for messages with every condition.
pub(super) fn message_filter() -> MessageFilter {
    MessageFilter::new()
        .tenant("jurassic-park")
        .channel_id(CHANNEL)
        .statuses([DeliveryStatus::Sent, DeliveryStatus::Delivered])
        .engagement_statuses([EngagementStatus::Seen])
        .message_ids(["2w3YUpTTOxuDvZFji8OMsKrG176"])
        .workflow_categories(["safety"])
        .workflow("dinosaurs-loose")
        .workflow_run_id(CHANNEL)
        .workflow_recipient_run_id(CHANNEL)
        .trigger_data(json!({ "type": "trex" }))
        .inserted_after(time())
        .inserted_at_or_after(time())
        .inserted_before(time())
        .inserted_at_or_before(time())
}
