// HTML from a template. It is a document of its own, which cannot run anything: the frame is sandboxed, and so is the document by
// its Content-Security-Policy.

import { useRef, useState } from 'preact/hooks';

import { messageUrl, withQuery } from '../lib/api';
import { notify } from '../lib/session';
import { classes } from '../parts/ui';

interface Props {
  id: string;
  title: string;
  hasImages?: boolean;
  class?: string;
  height?: number;
}

export function Frame({ id, title, hasImages = false, class: name, height }: Props) {
  const [visit, setVisit] = useState(0);
  const source = withQuery(messageUrl(id, '/html'), { images: hasImages });
  const loaded = useRef('');
  // A link was followed within the frame, which leads nowhere.
  const onLoad = () => {
    const current = `${source} ${visit}`;
    if (loaded.current === current) {
      notify('Links do not open in the preview. Use the tab “Links”.');
      setVisit(visit + 1);
    }
    loaded.current = current;
  };
  return (
    <iframe
      key={`${source} ${visit}`}
      class={classes('frame', name)}
      sandbox=""
      referrerpolicy="no-referrer"
      title={title}
      src={source}
      onLoad={onLoad}
      {...(height ? { style: { height: `${height}px` } } : {})}
    />
  );
}

const LINE_PX = 22;
/** The characters of a line, on a phone and elsewhere. */
const [FEW, MANY] = [26, 46];
const NARROW_PX = 760;
const BLOCKS = /<(?:p|div|li|h[1-6]|br|tr|blockquote|pre|ul|ol|hr)\b/gi;

/** About how high a short text is, since nobody can look into a sandboxed frame. It scrolls if it is higher. */
export function estimatedHeight(html: string): number {
  const characters = innerWidth < NARROW_PX ? FEW : MANY;
  const lines = html.split(BLOCKS).map((part) => {
    const length = part.replace(/^[^>]*>/, '').replace(/<[^>]*>/g, '').trim().length;
    return length === 0 ? 0 : Math.ceil(length / characters);
  });
  const total = lines.reduce((sum, count) => sum + count, 0);
  const count = (tags: RegExp) => html.match(tags)?.length ?? 0;
  const extra = count(/<img\b/gi) * 80 + count(/<h[12]\b/gi) * (innerWidth < NARROW_PX ? 70 : 34) + count(/<\/(?:p|ul|ol|blockquote)>/gi) * 12;
  return Math.min(420, Math.max(1, total) * LINE_PX + extra + 24);
}
