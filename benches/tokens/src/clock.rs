//! Measurement of CPU and wall time.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;

use crate::Result;

/// How long a subject runs in one round.
pub(crate) const RUN: Duration = Duration::from_millis(200);
/// How long a subject runs before that, to warm up caches and the clock of the processor.
const WARM_UP: Duration = Duration::from_millis(20);

/// The cost of one token.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Cost {
    #[serde(rename = "microseconds")]
    pub(crate) cpu: f64,
    #[serde(rename = "wall_microseconds", skip_serializing_if = "Option::is_none")]
    pub(crate) wall: Option<f64>,
}

/// Measures the cost of `step` on this thread by repeating it.
pub(crate) fn measure(mut step: impl FnMut() -> Result<()>) -> Result<Cost> {
    repeat(WARM_UP, &mut step)?;
    let (cpu, start) = (cpu_time(), Instant::now());
    let count = repeat(RUN, &mut step)?;
    let per_token = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(count);
    Ok(Cost { cpu: per_token(cpu_time().saturating_sub(cpu)), wall: Some(per_token(start.elapsed())) })
}

fn repeat(time: Duration, step: &mut impl FnMut() -> Result<()>) -> Result<u32> {
    let start = Instant::now();
    let mut count = 0;
    while start.elapsed() < time {
        step()?;
        count += 1;
    }
    Ok(count)
}

/// Returns the CPU time of this thread so far.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// Keeps this process, and those that it starts, on one processor.
#[cfg(target_os = "linux")]
pub(crate) fn pin() {
    let mut processors = rustix::thread::CpuSet::new();
    processors.set(0);
    if let Err(error) = rustix::thread::sched_setaffinity(None, &processors) {
        eprintln!("not pinned to a core: {error}");
    }
}

/// Keeps this process, and those that it starts, on one processor.
#[cfg(not(target_os = "linux"))]
pub(crate) fn pin() {
    eprintln!("not pinned to a core");
}
