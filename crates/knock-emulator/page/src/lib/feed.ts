// The list of messages: what has been fetched of it, and what is fetched next.

import { Failure } from './api';
import { mergePage, type Range, splitNew } from './rows';
import type { MessagePage, Summary } from './types';

export interface FeedState {
  rows: readonly Summary[];
  total: number;
  /** How many newer messages are held back. */
  fresh: number;
  isLoaded: boolean;
  error: unknown;
}

export type FetchPage = (after: string | null) => Promise<MessagePage>;

export class Feed {
  state: FeedState = { rows: [], total: 0, fresh: 0, isLoaded: false, error: null };
  #range: Range = { start: 0, end: 20 };
  #isHeld = false;
  #isStale = false;
  #isRunning = false;
  #isStopped = false;
  readonly #fetchPage: FetchPage;
  readonly #onChange: (state: FeedState, arrived: Summary[]) => void;

  constructor(fetchPage: FetchPage, onChange: (state: FeedState, arrived: Summary[]) => void) {
    this.#fetchPage = fetchPage;
    this.#onChange = onChange;
  }

  /** Fetches what is shown again, as after a change. */
  refresh(): void {
    this.#isStale = true;
    void this.#run();
  }

  /** Says which rows are in sight. */
  show(range: Range): void {
    this.#range = range;
    if (this.state.isLoaded) void this.#run();
  }

  /** While the list is held, newer messages are only counted, so that nothing moves. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    if (!isHeld && this.state.fresh > 0) this.refresh();
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      while (!this.#isStopped) {
        if (this.#isStale) {
          this.#isStale = false;
          await this.#fetchTop();
          await this.#fetchVisible();
        } else if (this.state.rows.length < Math.min(this.#range.end, this.state.total)) {
          await this.#fetchMore();
        } else {
          break;
        }
      }
    } catch (error) {
      this.#set({ error });
    }
    this.#isRunning = false;
  }

  async #fetchTop(): Promise<void> {
    const page = await this.#fetchPage(null);
    const { rows, total, isLoaded } = this.state;
    const { fresh, rest } = splitNew(rows, page.entries);
    const isLast = page.page_info.after === null;
    const arrived = isLoaded ? fresh : [];
    if (this.#isHeld && rows.length > 0 && rest.length > 0) {
      const merged = mergePage(rows, null, rest, isLast);
      this.#set({ rows: merged, total: page.total - fresh.length, fresh: fresh.length, error: null }, arrived);
    } else if (this.#isHeld && rows.length > 0 && fresh.length > 0) {
      // More have arrived than a page has.
      this.#set({ fresh: Math.max(fresh.length, page.total - total), error: null }, arrived);
    } else {
      const merged = mergePage(rows, null, page.entries, isLast);
      this.#set({ rows: merged, total: page.total, fresh: 0, isLoaded: true, error: null }, arrived);
    }
  }

  /** Fetches the rows in sight again, if the first page does not have them. */
  async #fetchVisible(): Promise<void> {
    const { start, end } = this.#range;
    const anchor = this.state.rows[start - 1];
    if (end > FIRST_ROWS && anchor && start > 0) await this.#fetchAfter(anchor.id);
  }

  async #fetchMore(): Promise<void> {
    const last = this.state.rows.at(-1);
    if (last) await this.#fetchAfter(last.id);
    else await this.#fetchTop();
    // The list has become shorter meanwhile.
    const { rows, total } = this.state;
    if (rows.at(-1)?.id === last?.id && rows.length < total) this.#set({ total: rows.length });
  }

  async #fetchAfter(id: string): Promise<void> {
    try {
      const page = await this.#fetchPage(id);
      const rows = mergePage(this.state.rows, id, page.entries, page.page_info.after === null);
      this.#set({ rows, error: null });
    } catch (error) {
      if (!(error instanceof Failure) || error.status < 400 || error.status >= 500) throw error;
      // That message was deleted, so the list begins anew.
      this.#set({ rows: [] });
      await this.#fetchTop();
    }
  }

  #set(next: Partial<FeedState>, arrived: Summary[] = []): void {
    if (this.#isStopped) return;
    this.state = { ...this.state, ...next };
    this.#onChange(this.state, arrived);
  }
}

/** The size of the pages that are fetched. */
export const FIRST_ROWS = 100;
