//! Processes on cores of their own.
#![allow(clippy::print_stderr)]

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use crate::Result;

/// The core of the client that is measured.
pub(crate) const CLIENT_CPU: u32 = 0;
/// The core of the server.
const SERVER_CPU: u32 = 1;

/// Whether there are two cores and `taskset`, which keeps processes on them.
static CAN_PIN: LazyLock<bool> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut probe = Command::new("taskset");
    probe.args(["-c", &SERVER_CPU.to_string(), "true"]).stdout(Stdio::null()).stderr(Stdio::null());
    let can_pin = cores >= 2 && probe.status().is_ok_and(|status| status.success());
    if !can_pin {
        eprintln!("client and server are not kept on cores of their own: there is one core, or no taskset");
    }
    can_pin
});

/// A command on one core, where that can be.
pub(crate) fn pinned(cpu: u32, program: impl AsRef<OsStr>) -> Command {
    if !*CAN_PIN {
        return Command::new(program);
    }
    let mut command = Command::new("taskset");
    command.args(["-c", &cpu.to_string()]).arg(program);
    command
}

/// Keeps both cores from sleeping while it lives, by processes that run where nothing else would.
///
/// To wake a core takes longer than a call, most of all in a virtual machine, and how long changes by the hour.
#[derive(Debug)]
pub(crate) struct AwakeCores(Vec<Child>);

impl AwakeCores {
    pub(crate) fn start() -> Result<Self> {
        let mut idle = Self(Vec::new());
        if !*CAN_PIN || Command::new("chrt").arg("--version").stdout(Stdio::null()).status().is_err() {
            eprintln!("the cores may sleep between two calls: there is one core, or no taskset or chrt");
            return Ok(idle);
        }
        for cpu in [CLIENT_CPU, SERVER_CPU] {
            let mut command = Command::new("chrt");
            command.args(["--idle", "0", "taskset", "-c", &cpu.to_string()]);
            command.arg(std::env::current_exe()?).args(["spin", "--until-stdin-closes"]);
            idle.0.push(command.stdin(Stdio::piped()).spawn()?);
        }
        Ok(idle)
    }
}

impl Drop for AwakeCores {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(end);
    }
}

/// It has ended already where this fails.
fn end(process: &mut Child) {
    let _ = process.kill();
    let _ = process.wait();
}

/// What a command prints; its errors go where ours go.
pub(crate) fn output(command: &mut Command) -> Result<Vec<u8>> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("{command:?} cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(format!("{command:?} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stdout))
        .into())
}

/// The server in a process of its own, ended when this is dropped.
#[derive(Debug)]
pub(crate) struct ServerProcess {
    process: Child,
    url: String,
}

impl ServerProcess {
    pub(crate) fn start() -> Result<Self> {
        let mut command = pinned(SERVER_CPU, std::env::current_exe()?);
        command.args(["serve", "--until-stdin-closes"]);
        let process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut server = Self { process, url: String::new() };
        let stdout = server.process.stdout.take().ok_or("the server has no output")?;
        BufReader::new(stdout).read_line(&mut server.url)?;
        server.url.truncate(server.url.trim_end().len());
        if server.url.is_empty() {
            return Err("the server did not start".into());
        }
        Ok(server)
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// What `run` gives, and how many percent of that time the server was at work, where the system tells.
    pub(crate) fn busy_during<T>(&self, run: impl FnOnce() -> Result<T>) -> Result<(T, Option<f64>)> {
        let (started, before) = (Instant::now(), self.time_at_work());
        let result = run()?;
        let (elapsed, after) = (started.elapsed(), self.time_at_work());
        let at_work = before.zip(after).map(|(before, after)| after.saturating_sub(before));
        Ok((result, at_work.map(|at_work| 100.0 * at_work.as_secs_f64() / elapsed.as_secs_f64())))
    }

    fn time_at_work(&self) -> Option<Duration> {
        let statistics = std::fs::read_to_string(format!("/proc/{}/schedstat", self.process.id())).ok()?;
        statistics.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}
