//! Every case in which this SDK differs from the official packages on purpose, and why.

use knock_core::{ErrorKind, OperationInfo};
use serde_json::{Map, Value};

use crate::matches;
use crate::recording::{Case, NODE_1, Request, cases};

/// One difference.
#[derive(Debug)]
pub struct Difference {
    /// The names of the cases; `*` stands for anything. Each pattern must match a case that differs.
    pub cases: &'static [&'static str],
    /// What this SDK does instead.
    pub ours: Change,
    /// Why.
    pub why: &'static str,
}

/// What this SDK does instead of what was recorded.
#[derive(Debug, Clone, Copy)]
pub enum Change {
    /// It sends the recorded request after this change. Everything else must be the same.
    Sends(fn(&Case, &OperationInfo, &mut Request)),
    /// It sends nothing and returns an error of this kind, whose message contains this text.
    Refuses(ErrorKind, &'static str),
    /// The call cannot be expressed.
    Inexpressible,
}

impl Difference {
    /// The pattern of this entry that matches `case`.
    pub fn pattern_of(&self, case: &Case) -> Option<&'static str> {
        self.cases.iter().copied().find(|pattern| matches(pattern, &case.name))
    }
}

use Change::{Inexpressible, Refuses, Sends};
use ErrorKind::{Configuration, InvalidInput};

/// All differences. The changes of requests are applied in this order.
pub const DIFFERENCES: &[Difference] = &[
    // Headers of every request.
    Difference { cases: &["1.35.0/*", "0.6.19/*"], ours: Sends(our_user_agent), why: "it names the SDK" },
    Difference {
        cases: &["1.35.0/client/*"],
        ours: Sends(without_stainless_headers),
        why: "they tell Knock about the caller's machine and runtime, on which no response depends",
    },
    Difference {
        cases: &["1.35.0/*"],
        ours: Sends(without_ignored_key),
        why: "Knock ignores an idempotency key there, so that sending one would promise safety that does not exist",
    },
    Difference {
        cases: &["1.35.0/*"],
        ours: Sends(accepting_json),
        why: "an error has a JSON body even if a success has no body",
    },
    Difference {
        cases: &["1.35.0/client/default-headers-accept"],
        ours: Sends(|case, _, request| {
            let accept = case.client["defaultHeaders"]["Accept"].as_str().unwrap_or_default();
            request.headers.insert("accept".to_owned(), accept.to_owned());
        }),
        why: "a header that the caller sets for all calls is sent with all calls",
    },
    Difference {
        cases: &["0.6.19/users.delete/*", "0.6.19/users.unsetChannelData/*"],
        ours: Sends(|_, _, request| {
            assert_eq!(request.body, Some(Value::Object(Map::new())));
            request.set_body(None);
        }),
        why: "DELETE has no body (RFC 9110 §9.3.5), and proxies may refuse one",
    },
    Difference {
        cases: &["0.6.19/*"],
        ours: Sends(without_type_of_nothing),
        why: "a request without a body has no content type",
    },
    Difference {
        cases: &["0.6.19/workflows.trigger/*"],
        ours: Sends(|_, _, request| {
            request.headers.entry("idempotency-key".to_owned()).or_insert_with(|| "<random>".to_owned());
        }),
        why: "with its own key a trigger can be retried without notifying twice, as in 1.x",
    },
    // Ids.
    Difference {
        cases: &["1.35.0/*/id-empty", "1.35.0/*/set-empty", "1.35.0/*/collection-empty"],
        ours: Refuses(InvalidInput, "is empty"),
        why: "the path without the id is that of another operation, for example `DELETE /v1/users/`",
    },
    Difference {
        cases: &[
            "*/id-dot-encoded",
            "*/id-dot-dot-encoded",
            "*/id-dot-dot-half-encoded",
            "*/set-dot-dot-encoded",
            "*/collection-dot-dot-encoded",
            "0.6.19/users.get/id-dot",
            "0.6.19/users.get/id-dot-dot",
        ],
        ours: Refuses(InvalidInput, "is `.` or `..`"),
        why: "URL parsers remove these segments, and proxies that decode a path once more may do so, too",
    },
    Difference {
        cases: &["*/id-null"],
        ours: Inexpressible,
        why: "an id is a string: the compiler refuses `null`",
    },
    Difference {
        cases: &["0.6.19/users.get/id-*"],
        ours: Sends(path_as_in_node_1),
        why: "0.6 does not encode ids, so that they reach other operations or lose characters; 1.x encodes them",
    },
    // Null, false and zero.
    Difference {
        cases: &[
            "*/workflows.trigger/null",
            "1.35.0/workflows.trigger/settings-null",
            "*/workflows.cancel/null",
            "1.35.0/messages.batch.markAsInteracted/null",
        ],
        ours: Sends(without_top_level_nulls),
        why: "null means the same as absent there",
    },
    Difference {
        cases: &["1.35.0/audiences.addMembers/full"],
        ours: Sends(without_nulls_in_entries),
        why: "in something that is created, null means the same as absent",
    },
    Difference {
        cases: &["*/schedules.*create/full", "1.35.0/schedules.update/full"],
        ours: Sends(without_nulls_in_entries),
        why: "rules are replaced as a whole, so that null and absent mean the same in them",
    },
    Difference {
        cases: &["1.35.0/messages.markAsInteracted/body-null"],
        ours: Sends(|_, _, request| request.set_body(Some(Value::Object(Map::new())))),
        why: "the document has an object there, and 1.x sends an empty one by default",
    },
    Difference {
        cases: &["1.35.0/messages.list/null-in-list"],
        ours: Inexpressible,
        why: "null is not a status",
    },
    Difference {
        cases: &["1.35.0/schedules.bulk.create/required"],
        ours: Inexpressible,
        why: "a schedule needs a recipient: the compiler requires it, although the document does not",
    },
    Difference {
        cases: &["*.setChannelData/devices-null", "*.setChannelData/slack-null"],
        ours: Sends(without_nulls_in_entries),
        why: "channel data is replaced as a whole, so that null and absent mean the same in a device or connection",
    },
    Difference {
        cases: &[
            "1.35.0/users.getPreferences/null",
            "0.6.19/users.getPreferences/tenant-null",
            "1.35.0/messages.list/null",
        ],
        ours: Sends(|_, _, request| request.query = None),
        why: "an absent value is not sent, neither as an empty parameter nor as the text `null`",
    },
    // Queries.
    Difference {
        cases: &["0.6.19/users.getPreferences/tenant-awkward"],
        ours: Sends(|_, _, request| {
            request.query = Some("tenant=a%20b%26c%3Dd%2F%C3%A9%3F%23%2B%25%27~%2A".to_owned());
        }),
        why: "the RFC 3986 encoding of 1.x is read like the form encoding of 0.6, and also by servers that keep a `+`",
    },
    Difference {
        cases: &["0.6.19/slack.*"],
        ours: Sends(holder_as_json),
        why: "the document and 1.x have the holder of the token as JSON, and the channel only in the path",
    },
    Difference {
        cases: &["0.6.19/slack.getChannels/exclude-archived-false"],
        ours: Refuses(InvalidInput, "is 0; it must be 1 to 1000"),
        why: "0.6 drops the limit of zero that the case sets; here, a page without items is a mistake",
    },
    Difference {
        cases: &["0.6.19/slack.revokeAccessToken/*"],
        ours: Sends(|_, _, request| {
            "PUT".clone_into(&mut request.method);
            request.content_length = Some(0);
        }),
        why: "the document and 1.x have PUT, and no such GET",
    },
    Difference {
        cases: &[
            "1.35.0/providers.slack.listChannels/page-2",
            "1.35.0/providers.slack.listChannels/query-options-dotted",
            "1.35.0/providers.msTeams.listTeams/page-2",
        ],
        ours: Sends(options_in_brackets),
        why: "every page uses the spelling of 1.x's first page; 1.x itself adds a dotted cursor next to the old one",
    },
    Difference {
        cases: &[
            "1.35.0/users.listSubscriptions/objects-id-first",
            "1.35.0/objects.listSubscriptions/recipients-user-first",
            "1.35.0/schedules.list/recipients-user-first",
        ],
        ours: Sends(with_indices),
        why: "without indices an id and a reference can be read as one; 1.x has them if a reference comes first",
    },
    Difference {
        cases: &[
            "1.35.0/*.listMessages/full",
            "1.35.0/messages.list/full",
            "1.35.0/messages.list/inserted-at-one",
            "1.35.0/users.feeds.listItems/full",
        ],
        ours: Sends(times_in_utc),
        why: "a time is always written in UTC and without needless zeros; a date is written as its first moment",
    },
    // What is refused before it is sent.
    Difference {
        cases: &[
            "1.35.0/schedules.create/required",
            "1.35.0/schedules.create/null",
            "1.35.0/schedules.bulk.create/full",
            "1.35.0/schedules.bulk.create/null",
        ],
        ours: Refuses(InvalidInput, "scheduled_at` is missing"),
        why: "a schedule without a time and without a rule would never run",
    },
    Difference {
        cases: &["1.35.0/objects.listSubscriptions/full"],
        ours: Refuses(InvalidInput, "`objects` has no effect in this mode"),
        why: "Knock ignores `objects` in the mode `object`, and would return everything",
    },
    Difference {
        cases: &["1.35.0/messages.list/text-empty", "1.35.0/users.getPreferences/tenant-empty"],
        ours: Refuses(InvalidInput, "`tenant` is empty"),
        why: "an empty id is a mistake of the caller, which is reported before anything is sent",
    },
    Difference {
        cases: &["1.35.0/objects.listSubscriptions/recipients-empty", "1.35.0/messages.list/status-empty"],
        ours: Refuses(InvalidInput, "is empty; leave it out to get everything"),
        why: "an empty filter would be sent as no filter, and return everything",
    },
    Difference {
        cases: &["1.35.0/client/branch-env-blank"],
        ours: Refuses(Configuration, "the branch is empty or blank"),
        why: "a variable that is only white space is a mistake; without the branch, the call would change the environment itself",
    },
    Difference {
        cases: &["1.35.0/*.bulk.delete/empty"],
        ours: Refuses(InvalidInput, "is empty"),
        why: "there is nothing to do: it is a mistake, which is reported before anything is sent",
    },
    Difference {
        cases: &["1.35.0/workflows.trigger/recipients-empty"],
        ours: Refuses(InvalidInput, "recipients"),
        why: "a trigger without recipients does nothing: it is a mistake, which is reported before anything is sent",
    },
    Difference {
        cases: &["*/idempotency-key-empty"],
        ours: Refuses(InvalidInput, "idempotency_key"),
        why: "an empty key is a mistake of the caller, who expects not to notify twice",
    },
    Difference {
        cases: &["1.35.0/client/idempotency-key-header"],
        ours: Refuses(Configuration, "`header Idempotency-Key` is set by the SDK itself"),
        why: "the key is set on the operation, because the retries depend on it",
    },
    Difference {
        cases: &["1.35.0/client/default-headers-content-type", "1.35.0/client/call-headers"],
        ours: Refuses(Configuration, "`header Content-Type` is set by the SDK itself"),
        why: "the body is JSON: another type would be wrong, and ignoring the header silently would be confusing",
    },
    Difference {
        cases: &["1.35.0/client/api-key-empty"],
        ours: Refuses(Configuration, "API key is empty"),
        why: "every call would fail with 401",
    },
    Difference {
        cases: &[
            "1.35.0/client/base-url-query",
            "1.35.0/client/base-url-query-and-call",
            "1.35.0/client/base-url-fragment",
        ],
        ours: Refuses(Configuration, "query or a fragment"),
        why: "the path of the operation would end up in the query or be lost",
    },
    Difference {
        cases: &["1.35.0/client/base-url-path-slashes", "0.6.19/client/host-slash"],
        ours: Sends(|_, _, request| request.path = request.path.replace("//", "/")),
        why: "slashes at the end of the base URL are not part of the path",
    },
    // What cannot be set.
    Difference {
        cases: &["1.35.0/client/custom-headers-env"],
        ours: Sends(|_, _, request| {
            request.headers.retain(|name, _| !matches!(name.as_str(), "x-one" | "x-two"));
        }),
        why: "headers come from the program, not from KNOCK_CUSTOM_HEADERS, which could replace any of them",
    },
    Difference {
        cases: &["1.35.0/client/default-headers-remove", "1.35.0/client/idempotency-key-removed"],
        ours: Inexpressible,
        why: "the headers of the SDK cannot be removed",
    },
    Difference {
        cases: &[
            "1.35.0/client/default-query",
            "1.35.0/client/default-query-and-call",
            "1.35.0/client/call-query",
            "1.35.0/client/call-query-on-post",
            "1.35.0/client/call-query-replaces",
        ],
        ours: Inexpressible,
        why: "parameters that an operation does not have can be sent with `custom::request`",
    },
];

fn our_user_agent(_: &Case, _: &OperationInfo, request: &mut Request) {
    let agent = request.headers.get_mut("user-agent");
    if let Some(agent) =
        agent.filter(|agent| agent.starts_with("Knock/JS ") || agent.starts_with("knocklabs/node@"))
    {
        *agent = format!("knock-rust/{}", env!("CARGO_PKG_VERSION"));
    }
}

fn without_stainless_headers(_: &Case, _: &OperationInfo, request: &mut Request) {
    request.headers.retain(|name, _| !name.starts_with("x-stainless-"));
}

fn without_ignored_key(_: &Case, info: &OperationInfo, request: &mut Request) {
    if !info.idempotency_key {
        request.headers.remove("idempotency-key");
    }
}

fn accepting_json(_: &Case, _: &OperationInfo, request: &mut Request) {
    if let Some(accept) = request.headers.get_mut("accept").filter(|accept| *accept == "*/*") {
        "application/json".clone_into(accept);
    }
}

fn without_type_of_nothing(_: &Case, _: &OperationInfo, request: &mut Request) {
    if request.body.is_none() {
        request.headers.remove("content-type");
    }
}

/// The path and the query that 1.x sends for the same call.
fn path_as_in_node_1(case: &Case, _: &OperationInfo, request: &mut Request) {
    let call = case.name.split_once('/').map_or("", |(_, call)| call);
    let same = cases().iter().find(|other| other.name == format!("{NODE_1}/{call}"));
    let same = same.and_then(|case| case.request.as_ref()).expect("1.x has the same case");
    request.path.clone_from(&same.path);
    request.query.clone_from(&same.query);
}

fn without_top_level_nulls(_: &Case, _: &OperationInfo, request: &mut Request) {
    let Some(Value::Object(mut body)) = request.body.take() else { panic!("the body is an object") };
    body.retain(|_, value| !is_null_or_all_null(value));
    request.set_body(Some(body.into()));
}

fn is_null_or_all_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(map) => !map.is_empty() && map.values().all(Value::is_null),
        _ => false,
    }
}

fn without_nulls_in_entries(_: &Case, _: &OperationInfo, request: &mut Request) {
    let mut body = request.body.take().expect("there is a body");
    for list in
        ["/data/devices", "/data/connections", "/members", "/repeats", "/schedules", "/schedules/0/repeats"]
    {
        let entries = body.pointer_mut(list).and_then(Value::as_array_mut);
        for entry in entries.into_iter().flatten().filter_map(Value::as_object_mut) {
            entry.retain(|_, value| !value.is_null());
        }
    }
    request.set_body(Some(body));
}

fn holder_as_json(_: &Case, _: &OperationInfo, request: &mut Request) {
    const HOLDER: &str =
        "access_token_object=%7B%22object_id%22%3A%22tenant-123%22%2C%22collection%22%3A%22%24tenants%22%7D";
    let mut parts = request.query_parts();
    parts.retain(|part| !part.starts_with("access_token_object%5B") && !part.starts_with("channel_id="));
    parts.push(HOLDER.to_owned());
    request.set_query_parts(&parts);
}

fn options_in_brackets(_: &Case, _: &OperationInfo, request: &mut Request) {
    let mut parts = request.query_parts();
    if parts.iter().any(|part| part.starts_with("query_options.cursor=")) {
        parts.retain(|part| !part.starts_with("query_options%5Bcursor%5D="));
    }
    for part in &mut parts {
        if let Some((name, value)) = part.strip_prefix("query_options.").and_then(|rest| rest.split_once('='))
        {
            *part = format!("query_options%5B{name}%5D={value}");
        }
    }
    request.set_query_parts(&parts);
}

fn with_indices(_: &Case, _: &OperationInfo, request: &mut Request) {
    let mut parts = request.query_parts();
    let unnumbered = |part: &&mut String| part.contains("%5B%5D");
    // The recorded lists have an id and then the two members of a reference.
    for (part, position) in parts.iter_mut().filter(unnumbered).zip([0, 1, 1]) {
        *part = part.replacen("%5B%5D", &format!("%5B{position}%5D"), 1);
    }
    request.set_query_parts(&parts);
}

fn times_in_utc(_: &Case, _: &OperationInfo, request: &mut Request) {
    const TIMES: [(&str, &str); 3] = [
        ("=2026-01-01T00%3A00%3A00.000Z", "=2026-01-01T00%3A00%3A00Z"),
        ("=2026-02-01T00%3A00%3A00%2B02%3A00", "=2026-01-31T22%3A00%3A00Z"),
        ("=2026-01-31", "=2026-01-31T00%3A00%3A00Z"),
    ];
    let mut parts = request.query_parts();
    for part in &mut parts {
        if let Some((theirs, ours)) = TIMES.iter().find(|(theirs, _)| part.ends_with(theirs)) {
            *part = part.replace(theirs, ours);
        }
    }
    request.set_query_parts(&parts);
}
