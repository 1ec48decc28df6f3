// The rows of a long list, of which pages arrive in any order while the list changes.

export interface Identified {
  id: string;
}

/**
 * Puts a page into the rows, which are newest first. The page follows the row `after`, or is the first one. It replaces what is
 * between that row and its own last one. If its last row was not known, what came after it is forgotten, since rows in between
 * may be missing. `isLast` means that there is nothing older.
 */
export function mergePage<T extends Identified>(rows: readonly T[], after: string | null, page: readonly T[], isLast: boolean): T[] {
  const start = after === null ? 0 : rows.findIndex((row) => row.id === after) + 1;
  if (after !== null && start === 0) return [...rows];
  const before = rows.slice(0, start);
  const last = page.at(-1);
  const known = last && !isLast ? rows.findIndex((row, index) => index >= start && row.id === last.id) : -1;
  return known < 0 ? [...before, ...page] : [...before, ...page, ...rows.slice(known + 1)];
}

/** Splits a first page into the rows that are newer than those shown, and the others. */
export function splitNew<T extends Identified>(rows: readonly T[], page: readonly T[]): { fresh: T[]; rest: T[] } {
  const known = new Set(rows.map((row) => row.id));
  const at = page.findIndex((row) => known.has(row.id));
  return at < 0 ? { fresh: [...page], rest: [] } : { fresh: page.slice(0, at), rest: page.slice(at) };
}

export interface Range {
  start: number;
  end: number;
}

/** The rows to draw, `end` excluded: those in sight and some more on both sides. */
export function visibleRange(scrollTop: number, height: number, rowHeight: number, count: number, overscan = 8): Range {
  const first = Math.floor(Math.max(0, scrollTop) / rowHeight) - overscan;
  const last = Math.ceil((Math.max(0, scrollTop) + height) / rowHeight) + overscan;
  const end = Math.min(count, last);
  return { start: Math.max(0, Math.min(first, end)), end };
}
