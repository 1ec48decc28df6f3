// A list that only draws the rows in sight.

import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

import { type Range, visibleRange } from '../lib/rows';

interface Props {
  label: string;
  count: number;
  rowHeight: number;
  /** Draws a row. `undefined` draws one that has not been fetched. */
  row: (index: number) => { key: string; content: ComponentChildren; class?: string } | undefined;
  onRange?: (range: Range) => void;
  /** The row that can be reached with Tab. */
  active: number;
  onActive: (index: number) => void;
  /** Told when the list is scrolled away from its top, and when it is back. */
  onAway?: (isAway: boolean) => void;
  /** Grows when the active row should get the focus. */
  focusCount: number;
}

/** Scrolled further than this, the list is no longer at its top. */
const TOP_PX = 8;

export function VirtualList({ label, count, rowHeight, row, onRange, active, onActive, onAway, focusCount }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState<Range>({ start: 0, end: Math.min(count, 20) });
  const isAway = useRef(false);

  const measure = useCallback(() => {
    const element = frame.current;
    if (!element) return;
    const next = visibleRange(element.scrollTop, element.clientHeight, rowHeight, count);
    setRange((old) => (old.start === next.start && old.end === next.end ? old : next));
    const away = element.scrollTop > TOP_PX;
    if (away !== isAway.current) {
      isAway.current = away;
      onAway?.(away);
    }
  }, [count, rowHeight, onAway]);

  useLayoutEffect(measure, [measure]);
  useEffect(() => {
    const observer = new ResizeObserver(measure);
    if (frame.current) observer.observe(frame.current);
    return () => observer.disconnect();
  }, [measure]);
  useEffect(() => onRange?.(range), [range, onRange]);

  // Brings the active row into sight, then gives it the focus once it is drawn.
  const wantsFocus = useRef(false);
  useLayoutEffect(() => {
    const element = frame.current;
    if (focusCount === 0 || !element) return;
    wantsFocus.current = true;
    const top = active * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    if (top + rowHeight > element.scrollTop + element.clientHeight) element.scrollTop = top + rowHeight - element.clientHeight;
    measure();
  }, [focusCount]);
  useEffect(() => {
    const link = wantsFocus.current && frame.current?.querySelector<HTMLElement>(`[data-index="${active}"] > a`);
    if (!link) return;
    wantsFocus.current = false;
    // Who has gone on to type somewhere keeps the focus there.
    if (!(document.activeElement instanceof HTMLInputElement)) link.focus({ preventScroll: true });
  }, [focusCount, range]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const screen = Math.max(1, Math.floor((frame.current?.clientHeight ?? 0) / rowHeight) - 1);
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: screen, PageUp: -screen, Home: -count, End: count };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    onActive(Math.max(0, Math.min(count - 1, active + step)));
  };

  const rows = [];
  for (let index = range.start; index < Math.min(range.end, count); index += 1) {
    const drawn = row(index);
    rows.push(
      <li
        key={drawn?.key ?? `row-${index}`}
        class={drawn ? drawn.class : 'pending'}
        data-index={index}
        aria-setsize={count}
        aria-posinset={index + 1}
        style={{ transform: `translateY(${index * rowHeight}px)`, height: `${rowHeight}px` }}
      >
        {drawn?.content}
      </li>,
    );
  }
  return (
    <div class="virtual" ref={frame} onScroll={measure} onKeyDown={onKeyDown}>
      <ul aria-label={label} style={{ height: `${count * rowHeight}px` }}>
        {rows}
      </ul>
    </div>
  );
}
