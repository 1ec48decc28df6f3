//! Processes pinned to cores.
#![allow(clippy::print_stderr)]

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use crate::Result;

/// The core of the measured client.
pub(crate) const CLIENT_CPU: u32 = 0;
/// The core of the server.
const SERVER_CPU: u32 = 1;

/// Whether there are two cores, and `taskset` to pin processes to them.
static CAN_PIN: LazyLock<bool> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut probe = Command::new("taskset");
    probe.args(["-c", &SERVER_CPU.to_string(), "true"]).stdout(Stdio::null()).stderr(Stdio::null());
    let can_pin = cores >= 2 && probe.status().is_ok_and(|status| status.success());
    if !can_pin {
        eprintln!(
            "client and server are not pinned to separate cores: there is only one core, or no taskset"
        );
    }
    can_pin
});

/// Creates a command that is pinned to a core, if possible.
pub(crate) fn pinned(cpu: u32, program: impl AsRef<OsStr>) -> Command {
    if !*CAN_PIN {
        return Command::new(program);
    }
    let mut command = Command::new("taskset");
    command.args(["-c", &cpu.to_string()]).arg(program);
    command
}

/// Keeps both cores awake while it is alive, with processes of idle priority.
///
/// Waking an idle core takes longer than a call, especially in a virtual machine, and the delay varies from hour to hour.
#[derive(Debug)]
pub(crate) struct AwakeCores(Vec<Child>);

impl AwakeCores {
    pub(crate) fn start() -> Result<Self> {
        let mut idle = Self(Vec::new());
        if !*CAN_PIN || Command::new("chrt").arg("--version").stdout(Stdio::null()).status().is_err() {
            eprintln!("the cores may sleep between calls: there is only one core, or no taskset or chrt");
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

/// Ends a process. This fails only if it has already ended.
fn end(process: &mut Child) {
    let _ = process.kill();
    let _ = process.wait();
}

/// Returns what a command prints on stdout; its stderr is inherited.
pub(crate) fn output(command: &mut Command) -> Result<Vec<u8>> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("{command:?} cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(format!("{command:?} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stdout))
        .into())
}

/// The server in its own process, which is killed on drop.
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

    /// Returns the result of `run`, and the percentage of time the server was busy, if the system reports it.
    pub(crate) fn busy_during<T>(&self, run: impl FnOnce() -> Result<T>) -> Result<(T, Option<f64>)> {
        let (started, before) = (Instant::now(), self.busy_time());
        let result = run()?;
        let (elapsed, after) = (started.elapsed(), self.busy_time());
        let busy = before.zip(after).map(|(before, after)| after.saturating_sub(before));
        Ok((result, busy.map(|busy| 100.0 * busy.as_secs_f64() / elapsed.as_secs_f64())))
    }

    fn busy_time(&self) -> Option<Duration> {
        let statistics = std::fs::read_to_string(format!("/proc/{}/schedstat", self.process.id())).ok()?;
        statistics.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}
