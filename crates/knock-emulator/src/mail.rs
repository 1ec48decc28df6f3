//! Emails as MIME, and sending them to an SMTP server.

use std::error::Error as _;
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Mailboxes, MultiPart, SinglePart};
use lettre::transport::smtp::{AsyncSmtpTransport, Error};
use lettre::{Address, AsyncTransport, Message, Tokio1Executor};
use tokio::task::JoinSet;

use crate::clock::TICK;
use crate::emulator::Emulator;
use crate::outbox::{DueMail, Told};
use crate::render::{self, Content, Email};
use crate::settings::SmtpServer;

/// The longest time that sending an email may take.
const TIMEOUT: Duration = Duration::from_secs(20);
/// The largest number of connections to the server.
const MAX_CONNECTIONS: usize = 4;

/// Sends what is due, for as long as the server runs.
pub(crate) async fn run(emulator: Emulator) {
    let Some(server) = emulator.smtp_server() else { return };
    let mut in_flight = JoinSet::new();
    loop {
        tokio::time::sleep(TICK).await;
        while in_flight.try_join_next().is_some() {}
        for mail in emulator.take_mails(MAX_CONNECTIONS.saturating_sub(in_flight.len())) {
            let (emulator, server) = (emulator.clone(), server.clone());
            in_flight.spawn(async move {
                let told = send(&mail, &server).await;
                emulator.mailed(&mail, &told);
            });
        }
    }
}

async fn send(mail: &DueMail, server: &SmtpServer) -> Told {
    let message = match message(mail) {
        Ok(message) => message,
        Err(error) => return Told { error: Some(error), is_final: true, ..Told::default() },
    };
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
        .port(server.port)
        .timeout(Some(TIMEOUT))
        .build();
    let raw = message.formatted();
    let sent = tokio::time::timeout(TIMEOUT, transport.send_raw(message.envelope(), &raw)).await;
    let told = Told { envelope: envelope(message.envelope()), ..Told::default() };
    match sent {
        Ok(Ok(response)) => {
            let text = response.message().collect::<Vec<_>>().join("\n");
            Told { response: Some((response.code().into(), text)), ..told }
        }
        Ok(Err(error)) => failed(&error, told),
        Err(_) => Told { error: Some("no response within 20 seconds".to_owned()), ..told },
    }
}

/// A server that refuses an email has responded, and lets it be tried again or not.
fn failed(error: &Error, told: Told) -> Told {
    let cause = error.source().map(ToString::to_string);
    match error.status() {
        Some(status) => {
            let response = Some((status.into(), cause.unwrap_or_default()));
            Told { response, is_final: error.is_permanent(), ..told }
        }
        None => Told { error: Some(error.to_string()), ..told },
    }
}

fn envelope(envelope: &Envelope) -> Vec<(String, String)> {
    let from = envelope.from().map(|from| ("MAIL FROM".to_owned(), from.to_string()));
    from.into_iter().chain(envelope.to().iter().map(|to| ("RCPT TO".to_owned(), to.to_string()))).collect()
}

/// Fails if an address is invalid.
fn message(mail: &DueMail) -> Result<Message, String> {
    let Content::Email(email) = &*mail.content else { return Err("the message is no email".to_owned()) };
    let mut builder = Message::builder()
        .from(mailbox("from", &email.from)?)
        .subject(one_line(&email.subject))
        .date(mail.at.max(UNIX_EPOCH))
        .message_id(Some(format!("<{}@knock-emulator>", mail.message_id)));
    for to in mailboxes("to", &email.to)? {
        builder = builder.to(to);
    }
    for cc in optional("cc", email.cc.as_deref())? {
        builder = builder.cc(cc);
    }
    for bcc in optional("bcc", email.bcc.as_deref())? {
        builder = builder.bcc(bcc);
    }
    for reply_to in optional("reply-to", email.reply_to.as_deref())? {
        builder = builder.reply_to(reply_to);
    }
    let mut message = builder.multipart(body(email)?).map_err(|error| error.to_string())?;
    for (name, value) in [
        ("X-Knock-Message-Id", &mail.message_id),
        ("X-Knock-Workflow", &mail.workflow),
        ("X-Knock-Recipient", &mail.recipient),
    ] {
        let name = HeaderName::new_from_ascii_str(name);
        message.headers_mut().insert_raw(HeaderValue::new(name, one_line(value)));
    }
    Ok(message)
}

/// The text, the HTML with the files that it shows, and the attached files.
fn body(email: &Email) -> Result<MultiPart, String> {
    let mut html = MultiPart::related().singlepart(SinglePart::html(email.html.clone()));
    let mut attached = Vec::new();
    let mut shows_files = false;
    for file in &email.attachments {
        match content_id(file) {
            Some(id) => {
                let inline = Attachment::new_inline_with_name(id, one_line(&file.name));
                html = html.singlepart(part(inline, file)?);
                shows_files = true;
            }
            None => attached.push(part(Attachment::new(one_line(&file.name)), file)?),
        }
    }
    let text = MultiPart::alternative().singlepart(SinglePart::plain(email.text.clone()));
    let both = if shows_files {
        text.multipart(html)
    } else {
        text.singlepart(SinglePart::html(email.html.clone()))
    };
    if attached.is_empty() {
        return Ok(both);
    }
    Ok(attached.into_iter().fold(MultiPart::mixed().multipart(both), MultiPart::singlepart))
}

fn part(part: Attachment, file: &render::Attachment) -> Result<SinglePart, String> {
    let content = STANDARD.decode(file.content.trim());
    let content = content.map_err(|_| format!("the attachment `{}` is not Base64", one_line(&file.name)))?;
    let kind = ContentType::parse(&one_line(&file.content_type)).ok();
    Ok(part.body(content, kind.unwrap_or_else(octets)))
}

/// What HTML refers to the file with, if it shows the file.
fn content_id(file: &render::Attachment) -> Option<String> {
    let is_attached = file.disposition.as_deref() == Some("attachment");
    let id = file.content_id.as_deref().filter(|_| !is_attached)?;
    let id: String = id.chars().filter(|char| char.is_ascii_graphic() && !"<>".contains(*char)).collect();
    (!id.is_empty()).then_some(id)
}

fn octets() -> ContentType {
    ContentType::parse("application/octet-stream").unwrap_or(ContentType::TEXT_PLAIN)
}

fn optional(field: &str, text: Option<&str>) -> Result<Vec<Mailbox>, String> {
    text.filter(|text| !text.trim().is_empty()).map_or_else(|| Ok(Vec::new()), |text| mailboxes(field, text))
}

fn mailboxes(field: &str, text: &str) -> Result<Vec<Mailbox>, String> {
    let text = one_line(text);
    match text.parse::<Mailboxes>() {
        Ok(all) => Ok(all.into_iter().collect()),
        Err(_) => addresses(&text).iter().map(|one| mailbox(field, one)).collect(),
    }
}

/// The parts of a list that have an address. A comma before it belongs to a name that is not quoted.
fn addresses(list: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    for part in list.split(',') {
        match found.last_mut() {
            Some(name) if !name.contains('@') => {
                let comma = if name.trim().is_empty() { "" } else { "," };
                *name = format!("{name}{comma}{part}");
            }
            _ => found.push(part.to_owned()),
        }
    }
    found.retain(|part| !part.trim().is_empty());
    found
}

/// An address, with a name that templates do not quote: `Hammond, John <jhammond@ingen.example>`.
fn mailbox(field: &str, text: &str) -> Result<Mailbox, String> {
    let text = one_line(text);
    let (name, address) = match text.trim().strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        Some((name, address)) => (name.trim().trim_matches('"'), address),
        None => ("", text.as_str()),
    };
    let address: Address =
        address.trim().parse().map_err(|error| format!("{field}: `{text}` is no email address: {error}"))?;
    Ok(Mailbox::new((!name.is_empty()).then(|| name.to_owned()), address))
}

/// Headers end with their line.
fn one_line(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_need_no_quotes() {
        let read = |text| {
            let all = mailboxes("to", text).unwrap();
            all.iter()
                .map(|one| (one.name.clone().unwrap_or_default(), one.email.to_string()))
                .collect::<Vec<_>>()
        };
        let of = |name: &str, address: &str| (name.to_owned(), address.to_owned());
        let john = of("Hammond, John", "j@ingen.example");
        for (text, expected) in [
            ("Hammond, John <j@ingen.example>", vec![john.clone()]),
            (
                "Hammond, John <j@ingen.example>, e@ingen.example,",
                vec![john.clone(), of("", "e@ingen.example")],
            ),
            (", e@ingen.example, \"Hammond, John\" <j@ingen.example>", vec![of("", "e@ingen.example"), john]),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        for text in ["nobody", "a@ingen.example, nobody", "<>"] {
            assert!(mailboxes("to", text).unwrap_err().starts_with("to: "), "{text}");
        }
    }
}
