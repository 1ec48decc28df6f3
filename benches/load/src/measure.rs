//! The closed loop: a fixed number of calls in flight for a fixed time, each followed by the next.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use hdrhistogram::Histogram;
use serde::Serialize;
use tokio::task::JoinSet;

use crate::Result;

/// The longest latency that is recorded; longer ones count as this.
const LONGEST: Duration = Duration::from_secs(60);

/// A load and its duration.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// The number of calls in flight at any time.
    pub in_flight: usize,
    /// How long to make calls before measuring starts.
    pub warm_up: Duration,
    /// How long to measure.
    pub measured: Duration,
}

/// Makes the calls that are measured.
pub trait Subject: Send + Sync + 'static {
    /// Makes one call, from the caller's values to the typed response.
    ///
    /// # Errors
    ///
    /// If the response is not the expected one. The error ends the measurement.
    fn call(&self) -> impl Future<Output = Result<()>> + Send;
}

/// The throughput and latency of a load, as the caller sees them.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Throughput {
    /// The number of calls.
    pub requests: u32,
    /// How long all calls took.
    pub wall_microseconds: f64,
    /// Calls per second.
    pub requests_per_second: f64,
    /// The median latency of a whole call.
    pub p50_microseconds: f64,
    /// The latency that 1 % of the calls exceed.
    pub p99_microseconds: f64,
}

/// The throughput of a load, and its cost to this process.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Cost {
    /// Throughput and latency.
    #[serde(flatten)]
    pub throughput: Throughput,
    /// User and system time of this process, per call.
    pub cpu_microseconds: f64,
    /// The peak memory of this process, if the system reports it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_kibibytes: Option<u32>,
}

/// Measures a subject on one thread. `make` creates it inside the runtime.
///
/// # Errors
///
/// If the subject cannot be created or a call fails.
pub fn run<S: Subject>(make: impl FnOnce() -> Result<S>, load: Load) -> Result<Cost> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let subject = Arc::new(make()?);
        call_for(load.warm_up, load.in_flight, &subject).await?;
        let cpu = ProcessTime::now();
        let throughput = call_for(load.measured, load.in_flight, &subject).await?;
        let cpu = cpu.elapsed() / throughput.requests.max(1);
        Ok(Cost { throughput, cpu_microseconds: microseconds(cpu), peak_kibibytes: peak_kibibytes() })
    })
}

async fn call_for<S: Subject>(span: Duration, in_flight: usize, subject: &Arc<S>) -> Result<Throughput> {
    let latencies = Histogram::new_with_max(nanoseconds(LONGEST), 3)?;
    // One histogram for all callers: one each would be most of the measured memory.
    let latencies = Arc::new(Mutex::new(latencies));
    let started = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..in_flight {
        callers.spawn(call_until(started + span, Arc::clone(subject), Arc::clone(&latencies)));
    }
    while let Some(caller) = callers.join_next().await {
        caller??;
    }
    let wall = started.elapsed();
    let latencies = latencies.lock().unwrap_or_else(PoisonError::into_inner);
    Throughput::new(&latencies, wall)
}

async fn call_until<S: Subject>(
    end: Instant,
    subject: Arc<S>,
    latencies: Arc<Mutex<Histogram<u32>>>,
) -> Result<()> {
    loop {
        let started = Instant::now();
        if started >= end {
            return Ok(());
        }
        subject.call().await?;
        let latency = nanoseconds(started.elapsed());
        latencies.lock().unwrap_or_else(PoisonError::into_inner).saturating_record(latency);
    }
}

impl Throughput {
    fn new(latencies: &Histogram<u32>, wall: Duration) -> Result<Self> {
        let requests = u32::try_from(latencies.len())?;
        let quantile = |quantile| microseconds(Duration::from_nanos(latencies.value_at_quantile(quantile)));
        Ok(Self {
            requests,
            wall_microseconds: microseconds(wall),
            requests_per_second: f64::from(requests) / wall.as_secs_f64(),
            p50_microseconds: quantile(0.5),
            p99_microseconds: quantile(0.99),
        })
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

fn microseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

/// Returns `VmHWM`, on Linux only.
pub(crate) fn peak_kibibytes() -> Option<u32> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
