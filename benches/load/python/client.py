"""Measures the official SDK for Python and prints one JSON object.

One call in flight uses the synchronous client; more use the asynchronous client with one task each.
"""

import argparse
import asyncio
import json
import re
import sys
import time
from pathlib import Path

from knockapi import AsyncKnock, Knock

API_KEY = "sk_test_12345"
WORKFLOW = "dinosaurs-loose"
KNOWN = ["jhammond", "agrant", "imalcolm", "esattler"]


def main() -> None:
    options = read_options()
    measure = measure_sync if options.in_flight == 1 else lambda options: asyncio.run(measure_async(options))
    print(json.dumps(measure(options)))


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--in-flight", type=int, required=True)
    parser.add_argument("--warm-up-ms", type=int, required=True)
    parser.add_argument("--duration-ms", type=int, required=True)
    parser.add_argument("--recipients", type=int, default=4)
    parser.add_argument("--messages", type=int)
    return parser.parse_args()


def measure_sync(options: argparse.Namespace) -> dict:
    # The defaults, except for retries, which would hide failures.
    with Knock(api_key=API_KEY, base_url=options.url, max_retries=0) as client:
        call = call_of(client, options)
        call_for(options.warm_up_ms, call, options)
        return outcome(*call_for(options.duration_ms, call, options))


async def measure_async(options: argparse.Namespace) -> dict:
    async with AsyncKnock(api_key=API_KEY, base_url=options.url, max_retries=0) as client:
        call = call_of(client, options)
        await call_at_once_for(options.warm_up_ms, call, options)
        return outcome(*await call_at_once_for(options.duration_ms, call, options))


def call_of(client, options: argparse.Namespace):
    """Return a function that makes one call; the result of the asynchronous client is awaitable."""
    if options.messages is not None:
        return lambda: client.messages.list(page_size=options.messages)
    others = [f"visitor-{index:04}" for index in range(len(KNOWN), options.recipients)]
    recipients = (KNOWN + others)[: options.recipients]
    return lambda: client.workflows.trigger(
        WORKFLOW,
        recipients=recipients,
        actor="dnedry",
        data={"type": "trex", "priority": 1},
        tenant="jurassic-park",
    )


def check(response, options: argparse.Namespace) -> None:
    if options.messages is not None and len(response.items) != options.messages:
        raise RuntimeError(f"{len(response.items)} messages, not {options.messages}")


def call_for(span_ms: int, call, options: argparse.Namespace) -> tuple:
    latencies, cpu, started = [], time.process_time(), time.perf_counter()
    before = started
    while before < started + span_ms / 1000:
        check(call(), options)
        after = time.perf_counter()
        latencies.append(after - before)
        before = after
    return latencies, time.perf_counter() - started, time.process_time() - cpu


async def call_at_once_for(span_ms: int, call, options: argparse.Namespace) -> tuple:
    latencies, cpu, started = [], time.process_time(), time.perf_counter()

    async def caller() -> None:
        before = started
        while before < started + span_ms / 1000:
            check(await call(), options)
            after = time.perf_counter()
            latencies.append(after - before)
            before = after

    await asyncio.gather(*(caller() for _ in range(options.in_flight)))
    return latencies, time.perf_counter() - started, time.process_time() - cpu


def outcome(latencies: list, wall: float, cpu: float) -> dict:
    latencies.sort()
    requests = len(latencies)

    def quantile(part: float) -> float:
        return latencies[min(requests - 1, int(requests * part))] * 1e6

    result = {
        "requests": requests,
        "wall_microseconds": wall * 1e6,
        "requests_per_second": requests / wall,
        "cpu_microseconds": cpu * 1e6 / requests,
        "p50_microseconds": quantile(0.5),
        "p99_microseconds": quantile(0.99),
    }
    if sys.platform == "linux":  # VmHWM exists on Linux only
        status = Path("/proc/self/status").read_text()
        result["peak_kibibytes"] = int(re.search(r"VmHWM:\s*(\d+) kB", status).group(1))
    return result


main()
