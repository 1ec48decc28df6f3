//! Prints the user tokens that this SDK returns for the recorded inputs, one per line. With `--check` it reads the
//! claims that verifying them returned, one per line, and compares. See `verify.sh`.

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use serde_json::Value;
use wire_tests::tokens::{Recording, normalise, recording, sign};

fn main() -> ExitCode {
    let recording = recording();
    let result = match std::env::args().nth(1).as_deref() {
        None => print(&recording),
        Some("--check") => check(&recording),
        Some(_) => Err(io::Error::other("sign-token [--check]")),
    };
    match result {
        Ok(message) => {
            let _ = writeln!(io::stderr(), "{message}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "sign-token: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print(recording: &Recording) -> io::Result<String> {
    let mut out = io::stdout().lock();
    let mut count = 0;
    for case in recording.cases.iter().filter(|case| case.expected(recording).is_some()) {
        let token =
            sign(case, recording.iat).map_err(|error| io::Error::other(format!("{}: {error}", case.name)))?;
        writeln!(out, "{}", token.expose())?;
        count += 1;
    }
    Ok(format!("{count} tokens signed"))
}

fn check(recording: &Recording) -> io::Result<String> {
    let mut lines = io::stdin().lock().lines();
    let mut count = 0;
    for case in &recording.cases {
        let Some(expected) = case.expected(recording) else { continue };
        let line = lines.next().ok_or_else(|| io::Error::other("claims are missing"))??;
        let claims = normalise(serde_json::from_str::<Value>(&line)?);
        if Some(&claims) != expected.claims.as_ref() {
            return Err(io::Error::other(format!("{}: the claims are {claims}", case.name)));
        }
        count += 1;
    }
    if lines.next().is_some() {
        return Err(io::Error::other("there are more claims than tokens"));
    }
    Ok(format!("{count} tokens verified, with the recorded claims"))
}
