// How long to wait before the next try.

const FIRST_MS = 250;
const LONGEST_MS = 5000;

/** The wait after a number of failed tries in a row, with up to a quarter less so that many pages do not come back at once. */
export function backoff(failures: number, random: number): number {
  const wait = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
  return Math.round(wait * (1 - random / 4));
}
