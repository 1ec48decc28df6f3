// The report of a run, printed as it proceeds.
export class Report {
  passed = 0;
  failed = 0;

  /** Adds a step that ran elsewhere. */
  add(name, error) {
    if (error) {
      this.failed += 1;
      console.log(`  FAILED ${name}\n         ${String(error).split('\n').join('\n         ')}`);
    } else {
      this.passed += 1;
      console.log(`  ok     ${name}`);
    }
  }

  /** Runs a step. If it throws, it failed. */
  async step(name, work) {
    try {
      const outcome = await work();
      this.add(name);
      return outcome;
    } catch (error) {
      // What fetch throws says only that it failed.
      this.add(name, [error.message ?? error, error.cause].filter(Boolean).join('\n'));
      return undefined;
    }
  }

  /** Adds the steps of the scenario, as reported by the platform that ran it. */
  scenario({ steps }) {
    if (!Array.isArray(steps) || steps.length === 0) throw new Error('the scenario has no steps');
    for (const { name, error } of steps) this.add(name, error);
  }

  end() {
    console.log(`\n${this.passed} passed, ${this.failed} failed`);
    return this.failed === 0 && this.passed > 0 ? 0 : 1;
  }
}

export function title(text) {
  console.log(`\n${text}`);
}

/** Prints what is being done, and how long it took. */
export async function timed(what, work) {
  process.stdout.write(`${what} … `);
  const start = performance.now();
  try {
    const result = await work();
    console.log(`${((performance.now() - start) / 1000).toFixed(1)} s`);
    return result;
  } catch (error) {
    console.log('FAILED');
    throw error;
  }
}
