// Slack's markup, as far as a preview needs it: https://docs.slack.dev/messaging/formatting-message-text

export type Span =
  | { kind: 'text' | 'bold' | 'italic' | 'strike' | 'code' | 'mention'; text: string }
  | { kind: 'link'; text: string; url: string };

const PARTS = /<([^<>\s|][^<>|]*)(?:\|([^<>]*))?>|`([^`\n]+)`|(?<![\w*])\*([^*\n]+)\*(?!\w)|(?<![\w_])_([^_\n]+)_(?!\w)|(?<![\w~])~([^~\n]+)~(?!\w)/g;

/** The spans of a text in Slack's markup. */
export function mrkdwnSpans(source: string): Span[] {
  const spans: Span[] = [];
  let end = 0;
  for (const found of source.matchAll(PARTS)) {
    if (found.index > end) spans.push({ kind: 'text', text: unescape(source.slice(end, found.index)) });
    spans.push(span(found));
    end = found.index + found[0].length;
  }
  if (end < source.length) spans.push({ kind: 'text', text: unescape(source.slice(end)) });
  return spans;
}

function span([, target, label, code, bold, italic, strike]: RegExpMatchArray): Span {
  if (target !== undefined) {
    if (/^[@#!]/.test(target)) {
      const name = label || target.replace(/^[@#!]/, '');
      return { kind: 'mention', text: `${target.startsWith('#') ? '#' : '@'}${unescape(name.replace(/^[@#]/, ''))}` };
    }
    const url = unescape(target);
    return { kind: 'link', url, text: label ? unescape(label) : url };
  }
  if (code !== undefined) return { kind: 'code', text: unescape(code) };
  if (bold !== undefined) return { kind: 'bold', text: unescape(bold) };
  if (italic !== undefined) return { kind: 'italic', text: unescape(italic) };
  return { kind: 'strike', text: unescape(strike ?? '') };
}

function unescape(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
