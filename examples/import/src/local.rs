//! The Knock that users are imported into.

use knock_emulator::{DEFAULT_KEY, Emulator, Server};
use knock_reqwest::Knock;

use crate::Problem;

/// Returns a client for Knock, or for an emulator in this process if there is no API key.
pub(crate) async fn connect() -> Result<(Knock, Option<Server>), Problem> {
    if std::env::var_os("KNOCK_API_KEY").is_some() {
        return Ok((Knock::from_env()?, None));
    }
    let server = Server::start(Emulator::new(), ([127, 0, 0, 1], 0).into()).await?;
    eprintln!("KNOCK_API_KEY is not set: importing into an emulator in this process, at {}.", server.url());
    let knock = Knock::builder().api_key(DEFAULT_KEY).base_url(server.url()).build()?;
    Ok((knock, Some(server)))
}
