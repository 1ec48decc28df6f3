import type { ComponentChildren } from 'preact';

import { useWide } from '../lib/use';
import { classes } from './ui';

/** A list, and what is chosen of it: side by side, or one of the two where there is no room for both. */
export function Panes({ list, detail, idle }: { list: ComponentChildren; detail: ComponentChildren | null; idle: ComponentChildren }) {
  const isWide = useWide();
  return (
    <div class={classes('panes', detail !== null && 'has-detail')}>
      {(isWide || detail === null) && list}
      {detail ?? (isWide && <section class="pane detail-pane idle">{idle}</section>)}
    </div>
  );
}
