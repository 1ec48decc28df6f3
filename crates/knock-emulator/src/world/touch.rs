//! What a person does to messages: the part of recipients and providers, of whom there are none here.

use serde_json::{Value, json};

use super::message::{Change, Mark, Message, Report};
use super::store::World;
use crate::json::Fields;
use crate::settings::ChannelKind;
use crate::wire::fields::required_text;
use crate::wire::response::Failure;

/// What can happen to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Touch {
    Marked(Change),
    Clicked { url: String },
    Provider(Report),
}

impl World {
    /// Does to a message what a call says: `{"event": "read"}`.
    ///
    /// # Errors
    ///
    /// A 404 if there is no such message, and a 422 if the event does not fit it.
    pub(crate) fn touch(&mut self, message_id: &str, fields: &Fields) -> Result<(), Failure> {
        let touch = Touch::parse(fields)?;
        let message = self.messages.get(message_id).ok_or_else(Failure::missing)?;
        match touch {
            Touch::Marked(change) => self.mark(message_id, change, None),
            Touch::Clicked { url } => {
                let kind = message.channel.kind;
                let clicked = Change { mark: Mark::LinkClicked, set: true };
                self.mark_with(message_id, clicked, json!({ "url": url }));
                // Knock takes a click in a text or a chat for reading it.
                if matches!(kind, ChannelKind::Sms | ChannelKind::Chat) {
                    self.mark(message_id, Change { mark: Mark::Read, set: true }, None);
                }
            }
            Touch::Provider(report) => {
                report.check(message)?;
                if message.status != report.status() {
                    self.note_status(message_id, report, report.data());
                }
            }
        }
        Ok(())
    }

    /// Changes the delivery status of a message, which is recorded as an event.
    pub(super) fn note_status(&mut self, id: &str, report: Report, data: Value) {
        let event = report.at(self.ids.ksuid(self.now), data, self.now);
        if let Some(message) = self.messages.get_mut(id) {
            let known = message.events.len();
            message.set_status(report, event);
            self.report_message(id, known);
        }
    }
}

impl Touch {
    fn parse(fields: &Fields) -> Result<Self, Failure> {
        Ok(match required_text(fields, "event")? {
            "link_clicked" => Self::Clicked { url: required_text(fields, "url")?.to_owned() },
            "delivered" => Self::Provider(Report::Delivered),
            "bounced" => Self::Provider(Report::Bounced),
            "undelivered" => Self::Provider(Report::Undelivered),
            name => match Change::parse(name) {
                Some(change) => Self::Marked(change),
                None => return Err(Failure::invalid("event", "is not an event of a message", "inclusion")),
            },
        })
    }
}

impl Report {
    /// Knock documents two reasons for messages that were not delivered, and none for those that bounced.
    fn data(self) -> Value {
        match self {
            Self::Delivered | Self::Attempted => Value::Null,
            Self::Bounced | Self::Undelivered => {
                json!({ "failure_reason": "fatal_error", "failure_details": "Reported by hand" })
            }
        }
    }

    /// Whether a provider can report this about a message.
    fn check(self, message: &Message) -> Result<(), Failure> {
        let refuse = |reason: &str| Err(Failure::invalid("event", reason, "invalid"));
        match (message.channel.kind, self) {
            (ChannelKind::InAppFeed, _) => return refuse("does not fit: an in-app message has no provider"),
            (ChannelKind::Push | ChannelKind::Chat, Self::Delivered) => {
                return refuse(
                    "does not fit: providers of push and chat do not report that a message was delivered",
                );
            }
            (ChannelKind::Http, Self::Bounced) => {
                return refuse("does not fit: a webhook is delivered or undelivered, it cannot bounce");
            }
            _ => {}
        }
        match message.status {
            "queued" => refuse("does not fit: the message has not been sent yet"),
            "not_sent" => refuse("does not fit: the message was not sent, because of sandbox mode"),
            _ => Ok(()),
        }
    }
}
