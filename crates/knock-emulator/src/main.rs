//! `knock-emulator`: a local Knock on a socket.
#![allow(clippy::print_stdout, clippy::print_stderr)] // this is a command line program

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use knock_emulator::{Builder, DEFAULT_KEY, Emulator, RateLimits, Server, Workflow};
use lexopt::prelude::{Long, Short, ValueExt};

const DEFAULT_PORT: u16 = 4010;
const HELP: &str = "\
A local Knock for development and tests. It keeps everything in memory and notifies nobody.

Usage: knock-emulator [options]

Options:
  -p, --port <port>      the port to listen on (default: 4010; 0 picks a free port)
      --host <address>   the address to listen on (default: 127.0.0.1)
      --key <key>        accept another API key; can be repeated
      --workflow <key>   declare a workflow; can be repeated (default: every key exists)
      --rate-limits      limit requests and updates per second as Knock does (default: no limits)
      --no-retry-after   do the same, and leave out the header `retry-after`
  -h, --help             print this help
  -V, --version          print the version

Control over HTTP: POST /_emulator/faults, POST /_emulator/reset, GET /_emulator/deliveries,
GET /_emulator/runs, GET /_emulator/requests, GET /_emulator/health.";

enum Command {
    Serve { addr: SocketAddr, emulator: Builder },
    Print(String),
}

fn main() -> ExitCode {
    let outcome = match parse(lexopt::Parser::from_env()) {
        Ok(Command::Print(text)) => {
            println!("{text}");
            return ExitCode::SUCCESS;
        }
        Ok(Command::Serve { addr, emulator }) => {
            run(addr, emulator.build()).map_err(|error| format!("{addr}: {error}"))
        }
        Err(error) => Err(format!("{error}\nTry knock-emulator --help.")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("knock-emulator: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(mut arguments: lexopt::Parser) -> Result<Command, lexopt::Error> {
    let mut host = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let mut port = DEFAULT_PORT;
    let mut emulator = Emulator::builder();
    while let Some(argument) = arguments.next()? {
        match argument {
            Short('p') | Long("port") => port = arguments.value()?.parse()?,
            Long("host") => host = arguments.value()?.parse()?,
            Long("key") => emulator = emulator.key(arguments.value()?.string()?),
            Long("workflow") => emulator = emulator.workflow(Workflow::new(arguments.value()?.string()?)),
            Long("rate-limits") => emulator = emulator.rate_limits(RateLimits::new()),
            Long("no-retry-after") => {
                emulator = emulator.rate_limits(RateLimits::new().without_retry_after());
            }
            Short('h') | Long("help") => return Ok(Command::Print(HELP.to_owned())),
            Short('V') | Long("version") => {
                return Ok(Command::Print(format!("knock-emulator {}", env!("CARGO_PKG_VERSION"))));
            }
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Command::Serve { addr: SocketAddr::new(host, port), emulator })
}

fn run(addr: SocketAddr, emulator: Emulator) -> std::io::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let server = Server::start(emulator, addr).await?;
        println!("Knock emulator at {} (for development only: nobody is notified)", server.url());
        println!("API key: {DEFAULT_KEY}");
        tokio::signal::ctrl_c().await?;
        server.stop().await;
        Ok(())
    })
}
