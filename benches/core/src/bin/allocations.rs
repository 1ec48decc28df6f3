//! Prints the number of allocations and the allocated bytes of each side of each case.
#![allow(clippy::print_stdout)]

use std::alloc::System;
use std::cell::Cell;

use bench_core::{CASES, SUBJECTS};
use serde_json::json;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> Result<(), String> {
    for case in CASES {
        for subject in SUBJECTS {
            let stats = Cell::new(Stats::default());
            case.count(subject, &|work| {
                let region = Region::new(ALLOCATOR);
                work();
                stats.set(region.change());
            })?;
            let Stats { allocations, reallocations, bytes_allocated, .. } = stats.get();
            let metrics =
                json!({ "allocations": allocations + reallocations, "allocated_bytes": bytes_allocated });
            println!(
                "{}",
                json!({ "table": "core", "case": case.name, "subject": subject, "round": 0, "metrics": metrics })
            );
        }
    }
    Ok(())
}
