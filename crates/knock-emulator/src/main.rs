//! `knock-emulator`: a local Knock on a socket.
#![allow(clippy::print_stdout, clippy::print_stderr)] // this is a command line program

use std::error::Error;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use knock_emulator::{
    Builder, DEFAULT_KEY, DEFAULT_PUBLIC_KEY, DEFAULT_WEBHOOK_SECRET, Emulator, RateLimits, Server,
    WebhookEndpoint, Workflow,
};
use lexopt::prelude::{Long, Short, ValueExt};

const DEFAULT_PORT: u16 = 4010;
const HELP: &str = "\
A local Knock for development and tests. It notifies nobody, except by the servers that you name.

Usage: knock-emulator [options]

Options:
  -p, --port <port>      the port to listen on (default: 4010; 0 picks a free port)
      --host <address>   the address to listen on (default: 127.0.0.1)
      --key <key>        accept another API key; can be repeated
      --allow-origin <origin>
                         let web pages of another origin use the emulator, and let clients use its host name
                         for the emulator; can be repeated (default: only pages on this machine, and the names
                         localhost, those without a dot, *.internal and *.local; * lets every page and
                         every name call the API)
      --latency <ms>     let triggers, messages and cancellations take effect later (default: 0)
      --signing-key <file>
                         turn on enhanced security mode: user tokens must be signed by this key, a file with
                         a public key or a key pair in PEM
      --workflow <key>   declare a workflow; can be repeated (default: every key exists)
      --knock-dir <dir>  run the workflows of the directory that `knock pull` makes, as they are on disk at each
                         trigger; it is found by knock.json, from here upwards
      --rate-limits      limit requests and updates per second as Knock does (default: no limits)
      --no-retry-after   do the same, and leave out the header `retry-after`
      --state <file>     keep users, messages and everything else in a file (default: in memory only)
      --seed <file>      create the users, objects, tenants and subscriptions of a JSON file, if missing
      --webhook <url>    send all events to an endpoint, signed with the secret whsec_emulator; can be repeated
      --webhooks <file>  the same for the endpoints of a JSON file: a list of objects with `url`,
                         `secret` and `events`
      --smtp <host:port> also send emails to an SMTP server, for example Mailpit at 127.0.0.1:1025
  -h, --help             print this help
  -V, --version          print the version

A page at / shows messages, runs and requests, and controls the rest.

Control over HTTP: POST /_emulator/faults, POST /_emulator/reset, POST /_emulator/advance,
GET /_emulator/deliveries, GET /_emulator/messages, GET /_emulator/runs, GET /_emulator/requests,
GET /_emulator/webhooks, GET /_emulator/status, GET /_emulator/health, GET /_emulator/runs/{id}.
With a Knock directory also GET /_emulator/workflows, POST /_emulator/runs/{id}/continue and
POST /_emulator/events. The documentation on docs.rs has all of them.";

enum Command {
    Serve(Box<Options>),
    Print(String),
}

struct Options {
    addr: SocketAddr,
    emulator: Builder,
    state: Option<PathBuf>,
    seed: Option<PathBuf>,
    /// The number of declared workflows.
    workflows: usize,
    webhooks: usize,
    keys: usize,
    origins: Vec<String>,
    latency: Duration,
    signing_key: bool,
    rate_limits: Option<RateLimits>,
    retry_after: bool,
    knock_dir: bool,
    smtp: Option<String>,
}

impl Options {
    /// Says what is on, one line each, without secrets.
    fn settings(&self) -> String {
        let file = |path: &Option<PathBuf>, none: &str| match path {
            None => none.to_owned(),
            Some(path) => path.display().to_string(),
        };
        let workflows = match self.workflows {
            _ if self.knock_dir => "those of the Knock directory".to_owned(),
            0 => "any".to_owned(),
            count => count.to_string(),
        };
        let mut pages = vec!["those on this machine"];
        pages.extend(self.origins.iter().map(String::as_str));
        let limits = match (&self.rate_limits, self.retry_after) {
            (None, _) => "off",
            (Some(_), true) => "those of Knock",
            (Some(_), false) => "those of Knock, without retry-after",
        };
        let security = if self.signing_key { "on, public keys need a signed user token" } else { "off" };
        let lines = [
            format!("Workflows: {workflows}, webhook endpoints: {}", self.webhooks),
            format!("State: {}", file(&self.state, "in memory")),
            format!("Seed: {}", file(&self.seed, "none")),
            format!("Other API keys: {}", self.keys),
            format!("Web pages: {}", pages.join(", ")),
            format!("Rate limits: {limits}"),
            format!("Latency: {} ms", self.latency.as_millis()),
            format!("Enhanced security: {security}"),
            format!("Emails also go to: {}", self.smtp.as_deref().unwrap_or("nowhere")),
        ];
        lines.join("\n") + "\n"
    }

    fn add_webhook(&mut self, endpoint: WebhookEndpoint) {
        self.emulator = std::mem::take(&mut self.emulator).webhook(endpoint);
        self.webhooks += 1;
    }
}

fn main() -> ExitCode {
    let outcome = match parse(lexopt::Parser::from_env()) {
        Ok(Command::Print(text)) => {
            println!("{text}");
            return ExitCode::SUCCESS;
        }
        Ok(Command::Serve(options)) => run(*options),
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
    let mut options = Options {
        addr: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), DEFAULT_PORT),
        emulator: Emulator::builder(),
        state: None,
        seed: None,
        workflows: 0,
        webhooks: 0,
        keys: 0,
        origins: Vec::new(),
        latency: Duration::ZERO,
        signing_key: false,
        rate_limits: None,
        retry_after: true,
        knock_dir: false,
        smtp: None,
    };
    while let Some(argument) = arguments.next()? {
        match argument {
            Short('p') | Long("port") => options.addr.set_port(arguments.value()?.parse()?),
            Long("host") => options.addr.set_ip(arguments.value()?.parse()?),
            Long("key") => {
                options.emulator = options.emulator.key(arguments.value()?.string()?);
                options.keys += 1;
            }
            Long("workflow") => {
                let workflow = Workflow::new(arguments.value()?.string()?);
                options.emulator = options.emulator.workflow(workflow);
                options.workflows += 1;
            }
            Long("allow-origin") => {
                let origin = arguments.value()?.string()?;
                options.emulator = options.emulator.allow_origin(&origin);
                options.origins.push(origin);
            }
            Long("latency") => {
                options.latency = Duration::from_millis(arguments.value()?.parse()?);
                options.emulator = options.emulator.latency(options.latency);
            }
            Long("signing-key") => {
                let path = PathBuf::from(arguments.value()?);
                let key =
                    std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
                let emulator = options.emulator.signing_key(&key);
                options.emulator = emulator.map_err(|error| format!("{}: {error}", path.display()))?;
                options.signing_key = true;
            }
            Long("webhook") => {
                let url = arguments.value()?.string()?;
                options.add_webhook(WebhookEndpoint::new(&url, DEFAULT_WEBHOOK_SECRET)?);
            }
            Long("webhooks") => {
                let path = PathBuf::from(arguments.value()?);
                let endpoints =
                    endpoints(&path).map_err(|problem| format!("{}: {problem}", path.display()))?;
                for endpoint in endpoints {
                    options.add_webhook(endpoint);
                }
            }
            Long("state") => options.state = Some(arguments.value()?.into()),
            Long("seed") => options.seed = Some(arguments.value()?.into()),
            Long("rate-limits") => {
                options.rate_limits.get_or_insert_default();
            }
            #[cfg(feature = "workflows")]
            Long("knock-dir") => {
                let path = PathBuf::from(arguments.value()?);
                let emulator = options.emulator.knock_dir(&path);
                options.emulator = emulator.map_err(|error| error.to_string())?;
                options.knock_dir = true;
            }
            #[cfg(feature = "smtp")]
            Long("smtp") => {
                let server = arguments.value()?.string()?;
                let (host, port) = host_and_port(&server)
                    .ok_or_else(|| format!("`{server}` is not a host with a port, such as 127.0.0.1:1025"))?;
                options.emulator = options.emulator.smtp(host, port);
                options.smtp = Some(server);
            }
            Long("no-retry-after") => {
                options.rate_limits = Some(RateLimits::new().without_retry_after());
                options.retry_after = false;
            }
            Short('h') | Long("help") => return Ok(Command::Print(HELP.to_owned())),
            Short('V') | Long("version") => {
                return Ok(Command::Print(format!("knock-emulator {}", env!("CARGO_PKG_VERSION"))));
            }
            _ => return Err(argument.unexpected()),
        }
    }
    if let Some(limits) = &options.rate_limits {
        options.emulator = options.emulator.rate_limits(limits.clone());
    }
    Ok(Command::Serve(Box::new(options)))
}

/// IPv6 addresses are in brackets.
#[cfg(feature = "smtp")]
fn host_and_port(text: &str) -> Option<(&str, u16)> {
    let (host, port) = text.rsplit_once(':')?;
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    Some((host, port.parse().ok()?)).filter(|(host, port)| !host.is_empty() && *port != 0)
}

fn run(options: Options) -> Result<(), String> {
    let settings = options.settings();
    #[cfg(feature = "workflows")]
    let knock_dir = options.knock_dir;
    let Options { addr, emulator, state, seed, .. } = options;
    let emulator = match &state {
        Some(path) => emulator.open(path).map_err(|error| with_cause(&error))?,
        None => emulator.build(),
    };
    if let Some(path) = &seed {
        load(&emulator, path).map_err(|problem| format!("the seed {}: {problem}", path.display()))?;
    }
    let served = tokio::runtime::Builder::new_multi_thread().enable_all().build().and_then(|runtime| {
        runtime.block_on(async {
            let server = Server::start(emulator, addr).await?;
            // Whoever started this may have closed its output.
            let greeting = format!("{}{settings}", greeting(&server.url()));
            let _ = io::stdout().write_all(greeting.as_bytes());
            #[cfg(feature = "workflows")]
            if knock_dir {
                tokio::spawn(watch(server.emulator().clone()));
            }
            asked_to_stop().await?;
            server.stop().await;
            Ok(())
        })
    });
    served.map_err(|error| format!("{addr}: {error}"))
}

/// Names the problems of the Knock directory, now and whenever there are others.
#[cfg(feature = "workflows")]
async fn watch(emulator: Emulator) {
    let mut known = Vec::new();
    loop {
        let problems = emulator.problems();
        if problems != known {
            for problem in &problems {
                eprintln!("{problem}");
            }
            if problems.is_empty() {
                println!("The Knock directory has no problems any more");
            }
            known = problems;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        let _ = emulator.reload();
    }
}

/// Waits for Ctrl-C, or for the signal by which containers and services are stopped.
#[cfg(unix)]
async fn asked_to_stop() -> io::Result<()> {
    use std::task::Poll;
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    std::future::poll_fn(|context| {
        let is_asked = interrupt.poll_recv(context).is_ready() || terminate.poll_recv(context).is_ready();
        if is_asked { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    Ok(())
}

#[cfg(not(unix))]
async fn asked_to_stop() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

fn greeting(url: &str) -> String {
    format!(
        "Knock emulator at {url} (for development only: nobody is notified, except by the servers that you name)\n\
         API key: {DEFAULT_KEY}, public key: {DEFAULT_PUBLIC_KEY}\n\
         Inbox: {url}/\n"
    )
}

fn load(emulator: &Emulator, path: &Path) -> Result<(), String> {
    let text = std::fs::read(path).map_err(|error| error.to_string())?;
    let seed = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
    // The entities are as new as the emulator.
    emulator.advance_to(SystemTime::now());
    emulator.load(&seed)
}

fn endpoints(path: &Path) -> Result<Vec<WebhookEndpoint>, String> {
    let text = std::fs::read(path).map_err(|error| error.to_string())?;
    WebhookEndpoint::list(&text)
}

fn with_cause(error: &dyn Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
