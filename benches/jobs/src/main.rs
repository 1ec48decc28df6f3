//! The worker of knock-jobs on SQLite, compared with sending the same calls without a queue.
//!
//! Each run makes and sends the same number of triggers, 16 at a time, to an emulator in another process. The jobs are
//! enqueued before, each in its own transaction; `enqueue_microseconds` is the CPU time of that.
// Samples go to stdout, progress to stderr.
#![allow(clippy::print_stderr, clippy::print_stdout)]

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use futures_util::StreamExt;
use knock_emulator::{DEFAULT_KEY, Emulator, Server};
use knock_jobs::{Queue, Worker};
use knock_reqwest::{Knock, PreparedCall, workflows};
use serde_json::{Value, json};
use sqlx::SqlitePool;

const USAGE: &str = "bench-jobs [--rounds N]";
/// The argument of the process with the emulator.
const SERVE: &str = "serve";
const CALLS: u32 = 3000;
const IN_FLIGHT: usize = 16;

/// A result whose error is only printed.
type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let done = match std::env::args().nth(1).as_deref() {
        Some(SERVE) => serve().await,
        _ => measure().await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("bench-jobs: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// Serves the emulator until this process is killed.
async fn serve() -> Result<()> {
    let server = Server::start(Emulator::new(), ([127, 0, 0, 1], 0).into()).await?;
    println!("{}", server.url());
    std::future::pending().await
}

/// The process with the emulator.
struct Emulated {
    child: Child,
    url: String,
}

impl Emulated {
    fn start() -> Result<Self> {
        let program = std::env::current_exe()?;
        let mut child = Command::new(program).arg(SERVE).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or("the emulator has no output")?;
        let mut url = String::new();
        BufReader::new(output).read_line(&mut url)?;
        Ok(Self { child, url: url.trim().to_owned() })
    }
}

impl Drop for Emulated {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn measure() -> Result<()> {
    let rounds = rounds()?;
    for round in 0..rounds {
        for subject in ["knock-reqwest", "knock-jobs"] {
            eprintln!("round {round}: {subject}");
            let emulated = Emulated::start()?;
            let knock = Knock::builder().api_key(DEFAULT_KEY).base_url(emulated.url.clone()).build()?;
            let metrics = match subject {
                "knock-jobs" => queued(&knock).await?,
                _ => alone(&knock).await?,
            };
            let sample = json!({
                "table": "jobs", "case": "16 in flight", "subject": subject, "round": round, "metrics": metrics,
            });
            println!("{sample}");
        }
    }
    Ok(())
}

fn rounds() -> Result<u32> {
    let mut rounds = 5;
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("rounds") => rounds = lexopt::ValueExt::parse(&arguments.value()?)?,
            _ => return Err(USAGE.into()),
        }
    }
    Ok(rounds)
}

/// Sends the calls at the same pace without a queue.
async fn alone(knock: &Knock) -> Result<Value> {
    let options = knock_reqwest::CallOptions::new().pace(knock_reqwest::Pace::new());
    let calls = calls(knock)?;
    let meter = Meter::start();
    let sent = futures_util::stream::iter(calls)
        .map(|call| knock.execute(call, Some(&options)))
        .buffer_unordered(IN_FLIGHT)
        .filter(|result| std::future::ready(result.is_ok()))
        .count()
        .await;
    let metrics = meter.stop();
    if sent != CALLS as usize {
        return Err(format!("{sent} of {CALLS} calls succeeded").into());
    }
    Ok(metrics)
}

/// Enqueues the calls, and sends them with a worker.
async fn queued(knock: &Knock) -> Result<Value> {
    let folder = Folder::new()?;
    let pool =
        SqlitePool::connect(&format!("sqlite:{}?mode=rwc", folder.0.join("jobs.db").display())).await?;
    let queue = Queue::new(pool.clone());
    queue.setup().await?;
    let calls = calls(knock)?;
    let enqueuing = ProcessTime::now();
    for call in calls {
        let mut tx = pool.begin().await?;
        queue.enqueue(&mut tx, call).await?;
        tx.commit().await?;
    }
    let enqueued = microseconds(enqueuing.elapsed());

    let worker = Worker::new(&queue, knock).concurrency(IN_FLIGHT);
    let counters = worker.counters();
    let done = async move {
        while counters.sent() < u64::from(CALLS) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let meter = Meter::start();
    worker.run_until(done).await?;
    let mut metrics = meter.stop();
    metrics["enqueue_microseconds"] = enqueued.into();
    Ok(metrics)
}

fn calls(knock: &Knock) -> Result<Vec<PreparedCall>> {
    let call = |number: u32| {
        let trigger = workflows::trigger("order-confirmed").recipients(["jhammond"]);
        knock.prepare(&trigger.data(json!({ "order": number })))
    };
    Ok((0..CALLS).map(call).collect::<Result<_, _>>()?)
}

/// Measures the time and the CPU time of this process.
struct Meter {
    wall: Instant,
    cpu: ProcessTime,
}

impl Meter {
    fn start() -> Self {
        Self { wall: Instant::now(), cpu: ProcessTime::now() }
    }

    fn stop(&self) -> Value {
        let seconds = self.wall.elapsed().as_secs_f64();
        json!({
            "requests_per_second": f64::from(CALLS) / seconds,
            "cpu_microseconds": microseconds(self.cpu.elapsed()),
        })
    }
}

/// Returns the time per call.
fn microseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000_000.0 / f64::from(CALLS)
}

/// A temporary folder.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("bench-jobs-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
