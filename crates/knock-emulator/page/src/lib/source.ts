// Colours for HTML and JSON: a text is split into tokens, each with a class.

export interface Token {
  kind: '' | 'tag' | 'name' | 'text' | 'number' | 'word' | 'comment';
  text: string;
}

/** Beyond this many characters a text has one colour. */
const MAX_COLOURED = 200_000;

const HTML = /(<!--[\s\S]*?(?:-->|$))|(<\/?[a-zA-Z][^\s/>]*)|("[^"]*"|'[^']*')|([a-zA-Z_:@-][\w:.@-]*)(?==)|(\/?>)/g;

/** The tokens of HTML. Outside of tags only comments and tags are told apart. */
export function htmlTokens(html: string): Token[] {
  if (html.length > MAX_COLOURED) return [{ kind: '', text: html }];
  const tokens: Token[] = [];
  let end = 0;
  let isInTag = false;
  for (const found of html.matchAll(HTML)) {
    const [text, comment, open, , , close] = found;
    const isPart = comment || open || isInTag;
    if (!isPart) continue;
    if (found.index > end) tokens.push({ kind: '', text: html.slice(end, found.index) });
    tokens.push({ kind: comment ? 'comment' : open || close ? 'tag' : found[3] ? 'text' : 'name', text });
    end = found.index + text.length;
    if (open) isInTag = true;
    if (close) isInTag = false;
  }
  if (end < html.length) tokens.push({ kind: '', text: html.slice(end) });
  return tokens;
}

const JSON_PARTS = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;

export function jsonTokens(json: string): Token[] {
  if (json.length > MAX_COLOURED) return [{ kind: '', text: json }];
  const tokens: Token[] = [];
  let end = 0;
  for (const found of json.matchAll(JSON_PARTS)) {
    const [, string, colon, number] = found;
    const text = string ?? found[0];
    if (found.index > end) tokens.push({ kind: '', text: json.slice(end, found.index) });
    tokens.push({ kind: string ? (colon ? 'name' : 'text') : number ? 'number' : 'word', text });
    end = found.index + text.length;
  }
  if (end < json.length) tokens.push({ kind: '', text: json.slice(end) });
  return tokens;
}
