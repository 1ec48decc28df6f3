//! Users, and ids that need escaping in a URL.

use knock_core::users::{self, UserRequest};
use knock_core::{Client, Config, ErrorKind, Operation, Transport};
use serde_json::json;

use crate::Host;
use crate::control::Emulator;
use crate::failure::{Failure, ensure, error_of, same};

pub async fn life<T: Transport, F: Fn(Config) -> Client<T>>(
    _: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    let john = UserRequest::new("jhammond").name("John Hammond").email("jhammond@ingen.net");
    let identified = users::identify(john).send(knock).await?;
    same("the id", &identified.id, "jhammond")?;
    let user = users::get("jhammond").send(knock).await?;
    same("the name", user.name.as_deref(), Some("John Hammond"))?;
    same("the email", user.email.as_deref(), Some("jhammond@ingen.net"))?;

    let deleted = users::delete("jhammond").send_for_response(knock).await?;
    same("the status of the deletion", deleted.status.as_u16(), 204)?;
    ensure(deleted.request_id().is_some(), "the response has no request id")?;
    let gone = error_of("getting the deleted user", users::get("jhammond").send(knock).await)?;
    ensure(gone.is_not_found(), format!("the deleted user is {gone}"))?;
    ensure(gone.request_id().is_some(), "the error has no request id")
}

pub async fn odd_ids<T: Transport, F: Fn(Config) -> Client<T>>(
    _: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    // Ids that a URL parser on the way may misread, with the form in which each must arrive.
    let ids = [
        ("é日🦖", "%C3%A9%E6%97%A5%F0%9F%A6%96"),
        ("two words", "two%20words"),
        ("a/b", "a%2Fb"),
        ("a\\b", "a%5Cb"),
        ("what?", "what%3F"),
        ("#1", "%231"),
        ("50%", "50%25"),
        ("a%2Fb", "a%252Fb"),
        ("\"<'>\"", "%22%3C%27%3E%22"),
        ("tab\tline\n", "tab%09line%0A"),
    ];
    for (id, encoded) in ids {
        let step = async {
            // Knock refuses an id with `/`. It must get the id as it is, not as another path.
            let identified = users::identify(UserRequest::new(id).name(id)).send(knock).await;
            match identified {
                Ok(user) => {
                    same("the returned id", &user.id, id)?;
                    same("the id read again", &users::get(id).send(knock).await?.id, id)?;
                    users::delete(id).send(knock).await?;
                }
                Err(error) => same("the error", error.kind(), ErrorKind::Unprocessable)?,
            }
            let requests = Emulator(knock).requests().await?;
            let path = requests.last().map(|seen| seen.path.to_ascii_lowercase()).unwrap_or_default();
            // `'` need not be escaped, and hex digits may be in either case.
            let wanted = format!("/v1/users/{encoded}").to_ascii_lowercase();
            ensure(
                path == wanted || path == wanted.replace("%27", "'"),
                format!("the path is {path}, not {wanted}"),
            )
        };
        step.await.map_err(|failure: Failure| failure.at(format_args!("id {id:?}")))?;
    }
    for id in ["", ".", "..", "%2e%2E"] {
        let error = error_of(&format!("id {id:?}"), users::get(id).send(knock).await)?;
        ensure(error.is_usage(), format!("id {id:?} is {error}"))?;
    }
    Ok(())
}

pub async fn properties<T: Transport, F: Fn(Config) -> Client<T>>(
    _: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    let properties = json!({
        "motto": "spared no expense 🦖 \u{2028} \"quoted\" \\ \u{1}",
        "large": 9_007_199_254_740_993_i64,
        "small": -0.000_001,
        "nothing": null,
        "nested": { "list": [1, [2, { "three": true }]] },
    });
    users::identify(UserRequest::new("jhammond").properties(&properties)).send(knock).await?;
    let user = users::get("jhammond").send(knock).await?;
    for (name, value) in properties.as_object().into_iter().flatten() {
        same(name, user.properties.get(name).unwrap_or(&json!(null)), value)?;
    }
    Ok(())
}
