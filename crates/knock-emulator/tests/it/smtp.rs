//! Emails that also go to an SMTP server. The server speaks by the crate mailin, and mail-parser reads what it gets, so neither
//! shares an opinion on the formats with what sends.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use knock_emulator::{Emulator, Server};
use mail_parser::{MessageParser, MimeHeaders};
use mailin::{Action, Handler, Response, SessionBuilder};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::client::Client;
use crate::steps::project::{Project, channel, email, sms};

/// What a server got.
#[derive(Clone, Debug, Default)]
struct Mail {
    from: String,
    to: Vec<String>,
    data: Vec<u8>,
}

/// A server. It responds to the recipients as told, and then accepts everything.
#[derive(Clone, Default)]
struct Inbox {
    mails: Arc<Mutex<Vec<Mail>>>,
    responses: Arc<Mutex<VecDeque<Response>>>,
    current: Mail,
}

impl Handler for Inbox {
    fn rcpt(&mut self, _to: &str) -> Response {
        self.responses.lock().unwrap().pop_front().unwrap_or(mailin::response::OK)
    }

    fn data_start(&mut self, _domain: &str, from: &str, _is8bit: bool, to: &[String]) -> Response {
        self.current = Mail { from: from.to_owned(), to: to.to_vec(), data: Vec::new() };
        mailin::response::OK
    }

    fn data(&mut self, line: &[u8]) -> std::io::Result<()> {
        self.current.data.extend_from_slice(line);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        self.mails.lock().unwrap().push(self.current.clone());
        mailin::response::OK
    }
}

impl Inbox {
    async fn listen(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, inbox) = (listener.local_addr().unwrap(), self.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, inbox.clone()));
            }
        });
        address
    }

    /// Waits for so many mails.
    async fn receive(&self, count: usize) -> Vec<Mail> {
        until(|| self.mails.lock().unwrap().len() >= count).await;
        self.mails.lock().unwrap().clone()
    }
}

async fn converse(stream: TcpStream, inbox: Inbox) {
    let mut session = SessionBuilder::new("mail.example").build([127, 0, 0, 1].into(), inbox);
    let mut stream = BufReader::new(stream);
    let mut response = session.greeting();
    loop {
        let mut written = Vec::new();
        if response.action != Action::NoReply {
            response.write_to(&mut written).unwrap();
        }
        if stream.write_all(&written).await.is_err() || response.action == Action::Close {
            return;
        }
        let mut line = Vec::new();
        match stream.read_until(b'\n', &mut line).await {
            Ok(1..) => response = session.process(&line),
            _ => return,
        }
    }
}

async fn until(holds: impl Fn() -> bool) {
    while !holds() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A project whose workflow `test` has some steps, served with an SMTP server.
struct Post {
    emulator: Emulator,
    smtp: String,
    _server: Server,
    _project: Project,
}

impl Post {
    async fn new(steps: Value, environment: Value, smtp: SocketAddr) -> Self {
        let project = Project::new();
        project.environment(environment);
        project.steps("test", steps);
        let emulator = project.builder().smtp(smtp.ip().to_string(), smtp.port()).build();
        let server = Server::start(emulator.clone(), ([127, 0, 0, 1], 0).into()).await.unwrap();
        Self { emulator, smtp: smtp.to_string(), _server: server, _project: project }
    }

    /// Triggers the workflow for a user with an address.
    fn trigger(&self, address: &str, data: Value) {
        let body =
            json!({ "recipients": [{ "id": "u", "email": address, "phone_number": "1" }], "data": data });
        let request = Client::request("POST", "/v1/workflows/test/trigger", Some(&body));
        assert_eq!(self.emulator.handle(request, self.emulator.now()).status(), 200);
    }

    fn get(&self, path: &str) -> Value {
        let response = self.emulator.handle(Client::request("GET", path, None), self.emulator.now());
        assert_eq!(response.status(), 200, "{path}");
        serde_json::from_slice(response.body()).unwrap()
    }

    /// The newest message.
    fn message(&self) -> Value {
        self.get("/v1/messages")["items"][0].clone()
    }

    fn attempts(&self) -> Vec<Value> {
        let id = self.message()["id"].as_str().unwrap().to_owned();
        self.get(&format!("/_emulator/messages/{id}"))["attempts"].as_array().unwrap().clone()
    }
}

/// An email whose template uses everything.
fn full() -> Value {
    let mut step = channel(
        "email_1",
        "email",
        json!({ "subject": "Grüße an {{ data.name }}", "html_body": "<p>Hello <img src=\"cid:logo\"></p>", "text_body": "Hello\n.\n..dots" }),
    );
    step["channel_overrides"] = json!({
        "from_address": "park@ingen.example", "from_name": "Hammond, John",
        "reply_to_address": "reply@ingen.example",
        "cc_address": "a@ingen.example, Ellie Sattler <ellie@ingen.example>",
        "bcc_address": "hidden@ingen.example",
    });
    step
}

fn files() -> Value {
    json!([
        { "name": "Rechnung Nr. 5 ü.pdf", "content_type": "application/pdf", "content": "JVBERi0=" },
        { "name": "logo.png", "content_type": "image/png", "content": "iVBORw==", "content_id": "logo", "disposition": "inline" },
    ])
}

fn header<'m>(message: &'m mail_parser::Message<'_>, name: &'static str) -> Option<&'m str> {
    message.header_raw(name).map(str::trim)
}

#[tokio::test]
async fn an_email_arrives_as_it_was_rendered() {
    let inbox = Inbox::default();
    let post = Post::new(json!([full()]), json!({}), inbox.listen().await).await;
    post.trigger("u@example.com", json!({ "name": "Ursula", "attachments": files() }));
    let mail = inbox.receive(1).await.remove(0);
    assert_eq!(mail.from, "park@ingen.example");
    assert_eq!(mail.to, ["u@example.com", "a@ingen.example", "ellie@ingen.example", "hidden@ingen.example"]);
    let parsed = MessageParser::default().parse(&mail.data).unwrap();
    let from = parsed.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some("Hammond, John"), Some("park@ingen.example")));
    let addresses = |all: Option<&mail_parser::Address<'_>>| -> Vec<String> {
        all.unwrap().iter().map(|one| one.address().unwrap().to_owned()).collect()
    };
    assert_eq!(addresses(parsed.to()), ["u@example.com"]);
    assert_eq!(addresses(parsed.cc()), ["a@ingen.example", "ellie@ingen.example"]);
    assert_eq!(addresses(parsed.reply_to()), ["reply@ingen.example"]);
    assert!(parsed.bcc().is_none(), "nobody sees them");
    assert_eq!(parsed.subject(), Some("Grüße an Ursula"));
    assert!(parsed.body_text(0).unwrap().contains("Hello\r\n.\r\n..dots"), "{:?}", parsed.body_text(0));
    let content = post.get(&format!("/v1/messages/{}/content", post.message()["id"].as_str().unwrap()));
    let html = parsed.body_html(0).unwrap().replace("\r\n", "\n");
    assert_eq!(html.trim_end(), content["data"]["html_body"].as_str().unwrap().trim_end());

    let files: Vec<_> = parsed.attachments().collect();
    let of = |name: &str| files.iter().find(|file| file.attachment_name() == Some(name)).unwrap();
    let logo = of("logo.png");
    assert_eq!((logo.content_id(), logo.contents()), (Some("logo"), &b"\x89PNG"[..]));
    assert!(logo.content_disposition().unwrap().is_inline());
    let bill = of("Rechnung Nr. 5 ü.pdf");
    assert_eq!(bill.contents(), b"%PDF-");
    let kind = bill.content_type().unwrap();
    assert_eq!((kind.ctype(), kind.subtype()), ("application", Some("pdf")));

    let message = post.message();
    assert_eq!(header(&parsed, "X-Knock-Message-Id"), message["id"].as_str());
    assert_eq!(header(&parsed, "X-Knock-Workflow"), Some("test"));
    assert_eq!(header(&parsed, "X-Knock-Recipient"), Some("u"));
    assert_eq!(post.get("/_emulator/status")["smtp"], post.smtp);
    until(|| !post.attempts().is_empty()).await;
    let attempt = post.attempts().remove(0);
    assert_eq!(
        (&attempt["kind"], &attempt["response"]["status"], &attempt["error"]),
        (&json!("smtp"), &json!(250), &Value::Null)
    );
    let envelope = attempt["request"]["headers"].as_array().unwrap();
    assert_eq!(envelope[0], json!(["MAIL FROM", "park@ingen.example"]));
    assert_eq!((envelope.len(), post.message()["status"].as_str()), (5, Some("sent")));
}

/// No text in any place can end a header and begin another, or a command.
#[tokio::test]
async fn no_text_makes_a_header() {
    let evil = "x\r\nBcc: evil@example.com\r\n\r\nQUIT\r\n.\r\n";
    let inbox = Inbox::default();
    let mut step = channel(
        "email_1",
        "email",
        json!({ "subject": "{{ data.evil }}", "html_body": "{{ data.evil }}", "text_body": "{{ data.evil }}" }),
    );
    step["channel_overrides"] = json!({ "from_address": "a@example.com", "from_name": "{{ data.evil }}" });
    let post = Post::new(json!([step]), json!({}), inbox.listen().await).await;
    let file = |more: Value| {
        let mut file = json!({ "name": evil, "content_type": evil, "content": "eA==" });
        file.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        file
    };
    let files = json!([file(json!({})), file(json!({ "content_id": evil, "disposition": "inline" }))]);
    let body = json!({
        "recipients": [{ "id": evil, "email": "u@example.com" }], "data": { "evil": evil, "attachments": files },
    });
    let request = Client::request("POST", "/v1/workflows/test/trigger", Some(&body));
    assert_eq!(post.emulator.handle(request, post.emulator.now()).status(), 200);
    let mail = inbox.receive(1).await.remove(0);
    assert_eq!(mail.to, ["u@example.com"]);
    let parsed = MessageParser::default().parse(&mail.data).unwrap();
    let mut names: Vec<String> =
        parsed.headers().iter().map(|header| header.name().to_ascii_lowercase()).collect();
    names.sort();
    assert_eq!(
        names,
        [
            "content-type",
            "date",
            "from",
            "message-id",
            "mime-version",
            "subject",
            "to",
            "x-knock-message-id",
            "x-knock-recipient",
            "x-knock-workflow",
        ]
    );
    for part in &parsed.parts {
        assert!(part.headers.iter().all(|header| !header.name().eq_ignore_ascii_case("bcc")));
    }
    assert_eq!(parsed.attachments().count(), 2);
}

#[tokio::test]
async fn an_invalid_address_is_an_attempt_with_its_error() {
    let inbox = Inbox::default();
    let post = Post::new(json!([email("e")]), json!({}), inbox.listen().await).await;
    for address in ["nobody", "a b@example.com", "a@b@c", "\r\nDATA", "<>", "ü@"] {
        post.trigger(address, json!({}));
        until(|| post.message()["status"] == "undelivered").await;
        let attempts = post.attempts();
        let error = attempts[0]["error"].as_str().unwrap();
        assert!(attempts.len() == 1 && error.starts_with("to: "), "{error}");
    }
    post.trigger("u@example.com", json!({}));
    assert_eq!(inbox.receive(1).await.len(), 1, "others are sent");
}

#[tokio::test]
async fn what_the_server_refuses_bounces() {
    let inbox = Inbox::default();
    inbox.responses.lock().unwrap().push_back(Response::custom(550, "there is nobody".to_owned()));
    let post = Post::new(json!([email("e")]), json!({}), inbox.listen().await).await;
    post.trigger("u@example.com", json!({}));
    until(|| post.message()["status"] == "bounced").await;
    let attempts = post.attempts();
    assert_eq!((attempts.len(), &attempts[0]["response"]["status"]), (1, &json!(550)));
    assert!(attempts[0]["response"]["body"].as_str().unwrap().contains("there is nobody"), "{attempts:?}");
    let id = post.message()["id"].as_str().unwrap().to_owned();
    let events = post.get(&format!("/v1/messages/{id}/events"));
    let last = events["items"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["type"], &last["data"]["failure_reason"]),
        (&json!("message.bounced"), &json!("fatal_error"))
    );
    assert_eq!(post.emulator.deliveries(post.emulator.now()).len(), 1, "it was delivered once");
}

#[tokio::test]
async fn what_fails_for_now_is_tried_again() {
    let inbox = Inbox::default();
    inbox.responses.lock().unwrap().push_back(Response::custom(451, "later".to_owned()));
    let post = Post::new(json!([email("e")]), json!({}), inbox.listen().await).await;
    post.trigger("u@example.com", json!({}));
    until(|| post.attempts().len() == 1).await;
    assert_eq!(post.message()["status"], "sent");
    post.emulator.advance(Duration::from_secs(10));
    inbox.receive(1).await;
    until(|| post.attempts().len() == 2).await;
    let statuses: Vec<Value> =
        post.attempts().iter().map(|attempt| attempt["response"]["status"].clone()).collect();
    assert_eq!(statuses, [451, 250]);
}

#[tokio::test]
async fn without_a_server_emails_stay_undelivered_after_8_attempts() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let post = Post::new(json!([email("e"), sms("s")]), json!({}), closed).await;
    post.trigger("u@example.com", json!({}));
    assert_eq!(post.emulator.deliveries(post.emulator.now()).len(), 2, "nothing waits for it");
    let email = || {
        let all = post.get("/v1/messages?channel_id=")["items"].clone();
        all.as_array().unwrap().iter().find(|one| one["channel"]["type"] == "email").unwrap().clone()
    };
    let id = email()["id"].as_str().unwrap().to_owned();
    for attempt in 1..=8 {
        let attempts =
            || post.get(&format!("/_emulator/messages/{id}"))["attempts"].as_array().unwrap().len();
        until(|| attempts() == attempt).await;
        assert_eq!(email()["status"] == "undelivered", attempt == 8, "{attempt}");
        post.emulator.advance(Duration::from_secs(30 * 60));
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_holds_up_nothing() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let steps = json!([email("e"), sms("s")]);
    let post = Post::new(steps, json!({}), silent.local_addr().unwrap()).await;
    for _ in 0..100 {
        post.trigger("u@example.com", json!({}));
    }
    assert_eq!(post.emulator.deliveries(post.emulator.now()).len(), 200);
    let accepted = silent.accept().await.unwrap();
    post.trigger("u@example.com", json!({}));
    drop(accepted);
}

#[tokio::test]
async fn what_was_sent_before_a_reset_is_no_attempt_of_what_comes_after() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let post = Post::new(json!([email("e")]), json!({}), server.local_addr().unwrap()).await;
    post.trigger("u@example.com", json!({}));
    let (before, _) = server.accept().await.unwrap();
    post.emulator.reset();
    post.trigger("u@example.com", json!({}));
    let (after, _) = server.accept().await.unwrap();
    drop(before);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(post.attempts(), [Value::Null; 0]);
    drop(after);
    until(|| !post.attempts().is_empty()).await;
}

#[tokio::test]
async fn what_is_not_sent_does_not_leave() {
    let inbox = Inbox::default();
    let sandbox = json!({ "channels": { "quiet": { "type": "email", "sandbox": true } } });
    let quiet = channel("q", "quiet", json!({ "subject": "Quiet", "html_body": "" }));
    let post = Post::new(json!([quiet, email("e")]), sandbox, inbox.listen().await).await;
    post.trigger("u@example.com", json!({}));
    let mail = inbox.receive(1).await.remove(0);
    assert_eq!(MessageParser::default().parse(&mail.data).unwrap().subject(), Some("Hello"));
    assert_eq!(inbox.mails.lock().unwrap().len(), 1);
}

/// The state file has what became of emails, and none is sent again.
#[tokio::test]
async fn a_restart_sends_nothing_again() {
    let inbox = Inbox::default();
    inbox.responses.lock().unwrap().push_back(Response::custom(550, "no".to_owned()));
    let address = inbox.listen().await;
    let project = Project::new();
    project.steps("test", json!([email("e")]));
    let file = project.0.join("state");
    let builder = || project.builder().smtp("127.0.0.1", address.port());
    let id = {
        let emulator = builder().open(&file).unwrap();
        let server = Server::start(emulator.clone(), ([127, 0, 0, 1], 0).into()).await.unwrap();
        let body = json!({ "recipients": [{ "id": "u", "email": "u@example.com" }] });
        let request = Client::request("POST", "/v1/workflows/test/trigger", Some(&body));
        assert_eq!(emulator.handle(request, emulator.now()).status(), 200);
        let get = || emulator.handle(Client::request("GET", "/v1/messages", None), emulator.now());
        let message = || serde_json::from_slice::<Value>(get().body()).unwrap()["items"][0].clone();
        until(|| message()["status"] == "bounced").await;
        let id = message()["id"].as_str().unwrap().to_owned();
        server.stop().await;
        id
    };
    let emulator = builder().open(&file).unwrap();
    let server = Server::start(emulator.clone(), ([127, 0, 0, 1], 0).into()).await.unwrap();
    let request = Client::request("GET", &format!("/_emulator/messages/{id}"), None);
    let shown: Value = serde_json::from_slice(emulator.handle(request, emulator.now()).body()).unwrap();
    assert_eq!((&shown["status"], shown["attempts"].as_array().unwrap().len()), (&json!("bounced"), 1));
    // what is sent now is the first to arrive
    let body = json!({ "recipients": [{ "id": "v", "email": "v@example.com" }] });
    let request = Client::request("POST", "/v1/workflows/test/trigger", Some(&body));
    assert_eq!(emulator.handle(request, emulator.now()).status(), 200);
    assert_eq!(inbox.receive(1).await[0].to, ["v@example.com"]);
    server.stop().await;
}
