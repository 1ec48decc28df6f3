// Replaces `setTimeout`, which the SDK sleeps with, and `Math.random`, which it uses for jitter.

/** Runs with `Math.random()` fixed; sleeps of the SDK are added to `waits` and take no time. */
export async function withSleep(random, waits, run) {
  const before = { setTimeout: globalThis.setTimeout, random: Math.random };
  Math.random = () => random;
  globalThis.setTimeout = (callback, ms, ...rest) => {
    if (!new Error().stack.includes('/utils/sleep.')) return before.setTimeout(callback, ms, ...rest);
    waits.push(Number.isFinite(ms) ? ms : String(ms));
    return before.setTimeout(callback, 0, ...rest);
  };
  try {
    return await run();
  } finally {
    globalThis.setTimeout = before.setTimeout;
    Math.random = before.random;
  }
}

/** Runs with `Date.now()` fixed at an RFC 3339 time, if one is given. */
export async function withNow(now, run) {
  if (!now) return run();
  const before = Date.now;
  const at = Date.parse(now);
  Date.now = () => at;
  try {
    return await run();
  } finally {
    Date.now = before;
  }
}
