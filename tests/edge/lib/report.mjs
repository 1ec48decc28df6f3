// What was seen, printed as it comes.
export class Report {
  passed = 0;
  failed = 0;

  /** A step that was made elsewhere. */
  add(name, error) {
    if (error) {
      this.failed += 1;
      console.log(`  FAILED ${name}\n         ${String(error).split('\n').join('\n         ')}`);
    } else {
      this.passed += 1;
      console.log(`  ok     ${name}`);
    }
  }

  /** Does a step; what it throws is its failure. */
  async step(name, work) {
    try {
      const outcome = await work();
      this.add(name);
      return outcome;
    } catch (error) {
      this.add(name, error.message ?? error);
      return undefined;
    }
  }

  /** The steps of the scenario, from the platform that ran it. */
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

/** Says what is being done, and how long it took. */
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
