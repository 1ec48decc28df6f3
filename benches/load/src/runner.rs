//! Runs all clients against one server, round by round, and prints a sample for each run.
#![allow(clippy::print_stderr, clippy::print_stdout)]

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::clients::{Client, Installed};
use crate::processes::{AwakeCores, ServerProcess};

/// How often each client of [`PAIR`] runs in a round, in turns, so that a slow moment affects both.
const REPEATS: u32 = 25;
/// The growth tables show shapes, for which fewer rounds are enough.
const GROWTH_ROUNDS: u32 = 3;

const ALL: [Client; 6] = [
    Client::Rust("knock-reqwest"),
    Client::Rust("reqwest"),
    Client::Rust("hyper"),
    Client::Node("1.35.0"),
    Client::Node("0.6.19"),
    Client::Python,
];
/// The two clients whose results are close to a limit.
const PAIR: [Client; 2] = [Client::Rust("knock-reqwest"), Client::Rust("reqwest")];

/// A case of a table: clients that do the same work under the same load.
#[derive(Debug)]
struct Case {
    table: &'static str,
    name: String,
    options: Vec<String>,
    clients: Vec<Client>,
}

/// A sample, as described in `benches/README.md`.
#[derive(Debug, Serialize)]
struct Sample<'a> {
    table: &'a str,
    case: &'a str,
    subject: &'a str,
    round: u32,
    metrics: Metrics,
}

/// The metrics that every client reports.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Metrics {
    requests_per_second: f64,
    cpu_microseconds: f64,
    p50_microseconds: f64,
    p99_microseconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    peak_kibibytes: Option<f64>,
}

/// Runs everything that has `only` in `table/case/subject`.
///
/// # Errors
///
/// If a client cannot be installed or fails, or if nothing matches `only`.
pub fn run(rounds: u32, only: &str) -> Result<()> {
    let cases = select(all_cases(), only);
    if cases.is_empty() {
        return Err(format!("nothing has `{only}` in its table/case/subject").into());
    }
    let installed = Installed::for_clients(cases.iter().flat_map(|case| &case.clients))?;
    let server = ServerProcess::start()?;
    let _awake = AwakeCores::start()?;
    for round in 0..rounds {
        for case in cases.iter().filter(|case| case.is_in(round)) {
            case.run(round, &installed, &server)?;
        }
    }
    Ok(())
}

fn all_cases() -> Vec<Case> {
    let in_flight = [1, 64].map(|calls| Case::new("load", &ALL, (calls, "in flight"), calls, &[]));
    let growth = [1, 4, 16, 64, 256];
    let growth = growth.map(|calls| Case::new("growth in flight", &PAIR, (calls, "in flight"), calls, &[]));
    let recipients = [1, 10, 100, 1000].map(|count| {
        let unit = if count == 1 { "recipient" } else { "recipients" };
        Case::new("growth recipients", &PAIR, (count, unit), 1, &["--recipients", &count.to_string()])
    });
    let messages = [1, 10, 25, 50].map(|count| {
        let unit = if count == 1 { "message" } else { "messages" };
        Case::new("growth messages", &PAIR, (count, unit), 1, &["--messages", &count.to_string()])
    });
    in_flight.into_iter().chain(growth).chain(recipients).chain(messages).collect()
}

fn select(mut cases: Vec<Case>, only: &str) -> Vec<Case> {
    for case in &mut cases {
        let place = format!("{}/{}/", case.table, case.name);
        case.clients.retain(|client| format!("{place}{}", client.name()).contains(only));
    }
    cases.retain(|case| !case.clients.is_empty());
    cases
}

impl Case {
    fn new(
        table: &'static str,
        clients: &[Client],
        name: (u32, &str),
        in_flight: u32,
        work: &[&str],
    ) -> Self {
        let (count, unit) = name;
        let in_flight = in_flight.to_string();
        let options =
            ["--in-flight", &in_flight].iter().chain(work).map(|&option| option.to_owned()).collect();
        Self { table, name: format!("{count} {unit}"), options, clients: clients.to_vec() }
    }

    fn is_growth(&self) -> bool {
        self.table != "load"
    }

    fn is_in(&self, round: u32) -> bool {
        !self.is_growth() || round < GROWTH_ROUNDS
    }

    /// Returns how often a client runs in a round: more often if its results are close to a limit.
    fn repeats(&self, client: &Client) -> u32 {
        match client {
            _ if self.is_growth() => 1,
            Client::Node("1.35.0") => 3,
            client if PAIR.contains(client) => REPEATS,
            _ => 1,
        }
    }

    /// Runs one round. The order is reversed each time, so that no client is always first.
    fn run(&self, round: u32, installed: &Installed, server: &ServerProcess) -> Result<()> {
        let mut clients: Vec<_> = self.clients.iter().collect();
        if !round.is_multiple_of(2) {
            clients.reverse();
        }
        for repeat in 0..REPEATS {
            for client in clients.iter().filter(|client| repeat < self.repeats(client)) {
                let metrics = self.run_once(client, installed, server)?;
                let (table, case, subject) = (self.table, &self.name, client.name());
                let round = round * REPEATS + repeat;
                let sample = Sample { table, case, subject: &subject, round, metrics };
                println!("{}", serde_json::to_string(&sample)?);
            }
            clients.reverse();
        }
        Ok(())
    }

    fn run_once(&self, client: &Client, installed: &Installed, server: &ServerProcess) -> Result<Metrics> {
        let mut command = client.command(installed)?;
        command.args(["--url", server.url()]).args(&self.options);
        let (output, busy) = server.busy_during(|| crate::processes::output(&mut command))?;
        let metrics: Metrics = serde_json::from_slice(&output)?;
        let (table, case, subject) = (self.table, &self.name, client.name());
        let busy = busy.map(|percent| format!(", server {percent:.0} % busy")).unwrap_or_default();
        eprintln!("{table}/{case}/{subject}: {:.0} requests/s{busy}", metrics.requests_per_second);
        Ok(metrics)
    }
}
