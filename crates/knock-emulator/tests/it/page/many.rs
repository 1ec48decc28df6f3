//! Many messages: `KNOCK_MESSAGES=50000 cargo test --release … page::many -- --nocapture` prints what they take.

use std::time::Duration;

use serde_json::json;

use super::get;
use crate::steps::project::{Knock, Project, channel};

/// Triggers have so many recipients.
const RECIPIENTS: usize = 1000;
const PARAGRAPH: &str = "Hello {{ recipient.name }}, the fence of paddock {{ paddock }} is down since {{ since }}, and \
    the animals are no longer where they should be. Please stay inside until somebody comes for you.\n\n";

/// What the process uses, in kB.
fn memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// The time that this thread has run for, which does not depend on what else the machine does.
fn time() -> Duration {
    let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = schedule.split(' ').next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.unwrap_or_default())
}

fn since(start: Duration) -> Duration {
    time().saturating_sub(start)
}

#[test]
fn many_messages_are_listed_and_searched() {
    let wanted = std::env::var("KNOCK_MESSAGES").ok().and_then(|number| number.parse().ok()).unwrap_or(3000);
    let project = Project::new();
    let template =
        json!({ "subject": "Fence {{ paddock }}", "html_body": format!("<p>{}</p>", PARAGRAPH.repeat(8)) });
    project.steps("test", json!([channel("email_1", "email", template)]));
    let knock = Knock::start(project);
    let recipients: Vec<_> = (0..RECIPIENTS)
        .map(|number| json!({ "id": format!("user-{number}"), "name": format!("User {number}"), "email": "a@example.com" }))
        .collect();
    let before = memory();
    let start = time();
    for trigger in 0..wanted / RECIPIENTS {
        let data = json!({ "paddock": trigger, "since": "noon", "details": ["a".repeat(200)] });
        knock.try_trigger(json!({ "recipients": recipients, "data": data })).ok();
    }
    eprintln!("{wanted} messages were made in {:?}", since(start));
    if let (Some(before), Some(after)) = (before, memory()) {
        eprintln!("each takes {} bytes", (after - before) * 1024 / wanted as u64);
    }
    for (query, total) in [
        ("", wanted),
        ("tenant=none", 0),
        ("query=nothing", 0),
        ("query=tea", 0),
        ("query=n%C3%B6thing", 0),
        ("query=987654321", 0),
        ("query=somebody+nothing", 0),
        ("query=user-999", wanted / RECIPIENTS),
        ("query=somebody", wanted),
        ("unread=true&status=sent", wanted),
    ] {
        let start = time();
        let list = get(&knock.client, &format!("messages?{query}"));
        eprintln!("{query:>25}: {:?}", since(start));
        assert_eq!(list["total"], total, "{query}");
    }
    for path in ["status", "runs?page_size=50", "requests?page_size=50"] {
        let start = time();
        get(&knock.client, path);
        eprintln!("{path:>25}: {:?}", since(start));
    }
}
