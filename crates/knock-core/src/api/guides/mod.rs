//! Guides: in-app banners, modals and similar messages, and what a user did with them.
//!
//! See Knock on [guides](https://docs.knock.app/in-app-ui/guides/overview) and its
//! [reference](https://docs.knock.app/api-reference/users/guides).

mod engagement;
mod guide;

use serde::Serialize;

pub use self::engagement::{
    ArchivedRequest, GuideResponse, GuideStepReference, InteractedRequest, SeenRequest,
};
use self::engagement::{NO_LIMIT, check_tenant};
pub use self::guide::{
    ActivationDirective, ActivationUrlPattern, ActivationUrlRule, Guide, GuideGroup, GuideMessage, GuideStep,
    Guides, IneligibilityReason, IneligibleGuide,
};
use crate::api::channel_data::ChannelId;
use crate::operation::{RequestEncoder, operation};
use crate::value::{IntoOptional, InvalidInput, Text};
use crate::wire::{JsonText, ObjectSink, check_id};

operation! {
    /// Gets the guides of an in-app guide channel that are shown to a user, and why others are not.
    ///
    /// ```
    /// use knock_core::channel_data::ChannelId;
    /// use knock_core::guides;
    /// use serde_json::json;
    ///
    /// let channel = ChannelId::new("51b92f90-1504-4fda-95c1-495a3883bc4d");
    /// let get = guides::get_channel("jhammond", channel)
    ///     .tenant("jurassic-park")
    ///     .data(json!({ "plan": "island" }));
    /// # let _ = get;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/users/guides/get_channel)
    #[doc(alias = "users.guides.getChannel")]
    pub fn get_channel(user_id, channel_id: ChannelId) -> GetChannel {
        "guides.get_channel": GET "/v1/users/{user_id}/guides/{channel_id}", Tier2;
        returns (Guides);
        fields { data: Option<JsonText> = None, tenant: Option<Text> = None, guide_type: Option<Text> = None }
        encode |this, request| {
            if let Some(data) = &this.data {
                data.check_object("data", NO_LIMIT)?;
                request.query("data", data.get()?.get())?;
            }
            request.query("tenant", &this.tenant)?;
            request.query("type", &this.guide_type)
        }
    }
}

impl GetChannel {
    /// Sets the tenant that is active for the user.
    pub fn tenant<Kind>(mut self, tenant_id: impl IntoOptional<Text, Kind>) -> Self {
        self.tenant = tenant_id.into_optional().or(self.tenant);
        self
    }

    /// Sets the `data` for the conditions and the content of guides, any value that serializes to a JSON object.
    pub fn data(mut self, data: impl Serialize) -> Self {
        self.data = Some(JsonText::new("data", &data));
        self
    }

    /// Limits the response to guides of this type, for example `banner`.
    pub fn guide_type<Kind>(mut self, guide_type: impl IntoOptional<Text, Kind>) -> Self {
        self.guide_type = guide_type.into_optional().or(self.guide_type);
        self
    }
}

operation! {
    /// Marks a step of a guide as seen by a user.
    ///
    /// ```
    /// # use knock_core::{Client, Error, Operation, Transport};
    /// # use knock_core::channel_data::ChannelId;
    /// use knock_core::guides::{self, SeenRequest};
    ///
    /// # async fn example<T: Transport>(client: Client<T>, channel: ChannelId) -> Result<(), Error> {
    /// let guides = guides::get_channel("jhammond", channel).send(&client).await?;
    /// if let Some(guide) = guides.entries.first()
    ///     && let Some(step) = guide.steps.first()
    /// {
    ///     let seen = SeenRequest::new(guide.step_reference(step), &step.content);
    ///     guides::mark_message_as_seen("jhammond", seen).send(&client).await?;
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/users/guides/mark_message_as_seen)
    #[doc(alias = "users.guides.markMessageAsSeen")]
    pub fn mark_message_as_seen(user_id; seen: SeenRequest) -> MarkMessageAsSeen {
        "guides.mark_message_as_seen": PUT "/v1/users/{user_id}/guides/messages/seen", Tier2,
            twice_same(
                "docs, handling-engagement: guides create messages, with events for changes of status (inferred)"
            );
        returns (GuideResponse);
        encode |this, request| { this.seen.encode(request) }
    }
}

operation! {
    /// Marks a step of a guide as interacted with by a user, for example after a click on a button.
    ///
    /// [Reference](https://docs.knock.app/api-reference/users/guides/mark_message_as_interacted)
    #[doc(alias = "users.guides.markMessageAsInteracted")]
    pub fn mark_message_as_interacted(user_id; interacted: InteractedRequest) -> MarkMessageAsInteracted {
        "guides.mark_message_as_interacted": PUT "/v1/users/{user_id}/guides/messages/interacted", Tier2,
            twice_emits(
                "a second event `message.interacted`",
                "docs, message-statuses: an event records each interaction and its metadata (inferred)"
            );
        returns (GuideResponse);
        encode |this, request| { this.interacted.encode(request) }
    }
}

operation! {
    /// Marks a step of a guide as archived by a user, so that it is not shown again.
    ///
    /// [Reference](https://docs.knock.app/api-reference/users/guides/mark_message_as_archived)
    #[doc(alias = "users.guides.markMessageAsArchived")]
    pub fn mark_message_as_archived(user_id; archived: ArchivedRequest) -> MarkMessageAsArchived {
        "guides.mark_message_as_archived": PUT "/v1/users/{user_id}/guides/messages/archived", Tier2,
            twice_same(
                "docs, handling-engagement: guides create messages, with events for changes of status (inferred)"
            );
        returns (GuideResponse);
        encode |this, request| { this.archived.encode(request) }
    }
}

operation! {
    /// Unarchives a guide for a user, so that it is shown again.
    ///
    /// [Reference](https://docs.knock.app/api-reference/users/guides/unarchive_guide_message)
    #[doc(alias = "users.guides.unarchiveGuideMessage")]
    pub fn unarchive_guide_message(user_id; guide_key: Text) -> UnarchiveGuideMessage {
        "guides.unarchive_guide_message": DELETE "/v1/users/{user_id}/guides/messages/archived", Tier2,
            twice_same(
                "docs, handling-engagement: guides create messages, with events for changes of status (inferred)"
            );
        returns (GuideResponse);
        fields { tenant: Option<Text> = None }
        encode |this, request| { encode_guide(&this.guide_key, this.tenant.as_ref(), request) }
    }
}

impl UnarchiveGuideMessage {
    /// Sets the tenant that is active for the user.
    pub fn tenant<Kind>(mut self, tenant_id: impl IntoOptional<Text, Kind>) -> Self {
        self.tenant = tenant_id.into_optional().or(self.tenant);
        self
    }
}

operation! {
    /// Deletes the record of what a user did with a guide.
    ///
    /// [Reference](https://docs.knock.app/api-reference/users/guides/reset_guide_engagements)
    #[doc(alias = "users.guides.resetGuideEngagements")]
    pub fn reset_guide_engagements(user_id; guide_key: Text) -> ResetGuideEngagements {
        "guides.reset_guide_engagements": PUT "/v1/users/{user_id}/guides/engagements/reset", Tier2,
            twice_same("API: it removes the record of engagement");
        returns (GuideResponse);
        fields { tenant: Option<Text> = None }
        encode |this, request| { encode_guide(&this.guide_key, this.tenant.as_ref(), request) }
    }
}

impl ResetGuideEngagements {
    /// Sets the tenant that is active for the user.
    pub fn tenant<Kind>(mut self, tenant_id: impl IntoOptional<Text, Kind>) -> Self {
        self.tenant = tenant_id.into_optional().or(self.tenant);
        self
    }
}

fn encode_guide(
    guide_key: &Text,
    tenant: Option<&Text>,
    request: &mut RequestEncoder<'_>,
) -> Result<(), InvalidInput> {
    check_id(guide_key.as_str(), || "guide_key".to_owned())?;
    check_tenant(tenant)?;
    request.json_object(|object| {
        object.member("guide_key", guide_key)?;
        object.optional("tenant", tenant)
    })
}

operation! {
    /// Marks a step of a guide as seen by a user, with the id of the message in the path.
    #[deprecated(note = "use `guides::mark_message_as_seen`, which needs no message id")]
    pub fn mark_message_id_as_seen(user_id, message_id; seen: SeenRequest) -> MarkMessageIdAsSeen {
        "guides.mark_message_id_as_seen": PUT "/v1/users/{user_id}/guides/messages/{message_id}/seen", Tier2,
            twice_same(
                "docs, handling-engagement: guides create messages, with events for changes of status (inferred)"
            );
        returns (GuideResponse);
        encode |this, request| { this.seen.encode(request) }
    }
}

operation! {
    /// Marks a step of a guide as interacted with by a user, with the id of the message in the path.
    #[deprecated(note = "use `guides::mark_message_as_interacted`, which needs no message id")]
    pub fn mark_message_id_as_interacted(
        user_id, message_id; interacted: InteractedRequest
    ) -> MarkMessageIdAsInteracted {
        "guides.mark_message_id_as_interacted":
            PUT "/v1/users/{user_id}/guides/messages/{message_id}/interacted", Tier2,
            twice_emits(
                "a second event `message.interacted`",
                "docs, message-statuses: an event records each interaction and its metadata (inferred)"
            );
        returns (GuideResponse);
        encode |this, request| { this.interacted.encode(request) }
    }
}

operation! {
    /// Marks a step of a guide as archived by a user, with the id of the message in the path.
    #[deprecated(note = "use `guides::mark_message_as_archived`, which needs no message id")]
    pub fn mark_message_id_as_archived(
        user_id, message_id; archived: ArchivedRequest
    ) -> MarkMessageIdAsArchived {
        "guides.mark_message_id_as_archived":
            PUT "/v1/users/{user_id}/guides/messages/{message_id}/archived", Tier2,
            twice_same(
                "docs, handling-engagement: guides create messages, with events for changes of status (inferred)"
            );
        returns (GuideResponse);
        encode |this, request| { this.archived.encode(request) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::Operation;

    fn step() -> GuideStepReference {
        GuideStepReference {
            channel_id: "c".to_owned(),
            guide_id: "g".to_owned(),
            guide_key: "tour".to_owned(),
            guide_step_ref: "step_1".to_owned(),
        }
    }

    #[test]
    fn a_step_lies_flat_in_the_body() {
        let seen = SeenRequest::new(step(), json!({})).tenant("acme");
        let expected = json!({
            "channel_id": "c", "guide_id": "g", "guide_key": "tour", "guide_step_ref": "step_1",
            "content": {}, "tenant": "acme"
        });
        let request = mark_message_as_seen("jhammond", seen)
            .to_request(&crate::Config::new("sk_test_12345").unwrap())
            .unwrap();
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        assert_eq!(body, expected);
    }

    #[test]
    fn a_step_must_be_whole() {
        let seen = SeenRequest::new(GuideStepReference { guide_id: String::new(), ..step() }, json!({}));
        assert!(mark_message_as_seen("jhammond", seen).prepare([7; 16]).is_err());
        assert!(mark_message_as_seen("jhammond", SeenRequest::new(step(), "text")).prepare([7; 16]).is_err());
        assert!(mark_message_as_seen("jhammond", SeenRequest::new(step(), ())).prepare([7; 16]).is_err());
    }
}
