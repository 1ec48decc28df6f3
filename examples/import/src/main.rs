//! Imports a CSV file of users into Knock.
//!
//! `cargo run -p import -- examples/import/users.csv` imports into a local emulator in this process, or into Knock if
//! `KNOCK_API_KEY` is set. The README explains the options.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod arguments;
mod local;
mod refused;
mod save;
mod users;

use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use knock_reqwest::bulk::{self, Bulk, Chunk, Event, Outcome, Summary};
use knock_reqwest::users::UserRequest;

use self::arguments::Arguments;
use self::refused::Refused;
use self::save::{Save, Saved};

/// Why the import could not run, or not to its end.
type Problem = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(problem) => {
            eprintln!("import: {problem}");
            ExitCode::from(2)
        }
    }
}

/// Imports, and returns whether every user was identified.
async fn run() -> Result<bool, Problem> {
    let Some(arguments) = Arguments::parse()? else { return Ok(true) };
    // The whole file is checked before anything is sent.
    let count = users::check(&arguments.file)?;
    let save = arguments.checkpoint.as_deref().map(Save::new);
    let saved = save.as_ref().map(Save::load).transpose()?.flatten();
    let mut refused = Refused::open(arguments.refused.as_deref(), saved.as_ref())?;
    // Kept until the end, because it stops the emulator when it is dropped.
    let (knock, _emulator) = local::connect().await?;

    let bar = progress_bar(count);
    let mut import = work(&arguments, saved).start(&knock, users::read(&arguments.file)?)?;
    while let Some(event) = import.try_next().await? {
        if let Event::Chunk(chunk) = &event {
            refused.write(chunk)?;
            report(chunk, &bar)?;
        }
        if let Some(save) = &save {
            save.store(&Saved { checkpoint: import.checkpoint(), refused_bytes: refused.flush()? })?;
        }
        bar.set_position(settled(import.summary()));
    }
    bar.finish_and_clear();

    let summary = import.summary();
    if settled(summary) + summary.failed + summary.unfinished != count {
        return Err(format!("{} changed while it was imported", arguments.file.display()).into());
    }
    print(summary, &refused);
    if let Some(save) = save.filter(|_| summary.failed + summary.unfinished == 0) {
        save.remove()?;
    }
    Ok(summary.is_complete())
}

/// The import with its settings, from the beginning or from where an earlier process stopped.
fn work(arguments: &Arguments, saved: Option<Saved>) -> Bulk<UserRequest> {
    let work = bulk::identify_users().in_flight(arguments.in_flight);
    match saved {
        Some(saved) => work.resume(saved.checkpoint),
        None => work,
    }
}

/// Prints what became of a chunk as a whole, if it is not done. An error that all chunks would meet ends the import.
fn report(chunk: &Chunk, bar: &ProgressBar) -> Result<(), Problem> {
    let (first, last) = (chunk.items.start + 1, chunk.items.end);
    let problem = match &chunk.outcome {
        Outcome::Failed(error) if error.is_authentication() => return Err(error.to_string().into()),
        Outcome::Failed(error) => format!("failed: {error}"),
        Outcome::Unfinished(error) => format!("are not finished: {error}"),
        Outcome::Unknown(Some(error)) => format!("may have been identified: {error}"),
        _ => return Ok(()),
    };
    bar.suspend(|| eprintln!("import: users {first} to {last} {problem}"));
    Ok(())
}

/// The number of users that need no further attention.
fn settled(summary: &Summary) -> u64 {
    let settled = summary.settled;
    settled.done + settled.refused + settled.rate_limited + settled.unknown
}

fn progress_bar(count: u64) -> ProgressBar {
    let template = "{bar:40} {human_pos} of {human_len} users, {eta} left";
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    // It is shown on a terminal only.
    ProgressBar::new(count).with_style(style)
}

fn print(summary: &Summary, refused: &Refused) {
    let settled = summary.settled;
    println!("{} users identified", settled.done);
    for (count, what) in [
        (settled.refused, "refused"),
        (settled.rate_limited, "not updated, because of Knock's rate limit"),
        (settled.unknown, "accepted, but with a response that cannot be read"),
        (summary.failed, "failed; run the import again with its checkpoint"),
        (summary.unfinished, "not finished; run the import again with its checkpoint"),
    ] {
        if count > 0 {
            println!("{count} {what}");
        }
    }
    refused.print();
}
