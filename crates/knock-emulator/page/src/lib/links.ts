// URLs in data: which of them may be links, and those in a message.

const SAFE = new Set(['http:', 'https:', 'mailto:', 'tel:']);

/** Returns the URL if a click on it is harmless: only absolute ones of a known scheme are. */
export function safeUrl(text: string): string | null {
  try {
    // The parser ignores line breaks and leading spaces as browsers do, so `java\nscript:` is no way around this.
    const url = new URL(text);
    return SAFE.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

export interface Link {
  url: string;
  label: string;
}

const BARE = /\bhttps?:\/\/[^\s<>"'`\\]+/g;
const MAX_LINKS = 200;

const STYLES = /<style\b[\s\S]*?<\/style>|\sstyle\s*=\s*("[^"]*"|'[^']*')/gi;

/** A document that is never shown, so nothing in it is loaded or run. The policy of the page complains about its styles. */
function parsed(html: string): Document {
  return new DOMParser().parseFromString(html.replace(STYLES, ''), 'text/html');
}

/** The links of a document. */
export function linksOfHtml(html: string): Link[] {
  const document = parsed(html);
  const links = [...document.querySelectorAll('a[href]')].map((link) => ({
    url: link.getAttribute('href')?.trim() ?? '',
    label: (link.textContent ?? '').replace(/\s+/g, ' ').trim(),
  }));
  return unique(links);
}

/** The URLs in a text, without the punctuation that follows them. */
export function linksOfText(text: string): Link[] {
  const urls = (text.match(BARE) ?? []).map((url) => url.replace(/[.,;:!?)\]}*_]+$/, ''));
  return unique(urls.map((url) => ({ url, label: '' })));
}

/** Each URL once. */
export function unique(links: Link[]): Link[] {
  const seen = new Map<string, Link>();
  for (const link of links) if (link.url && !seen.has(link.url)) seen.set(link.url, link);
  return [...seen.values()].slice(0, MAX_LINKS);
}

/** The number of images of other hosts. */
export function remoteImages(html: string): number {
  const document = parsed(html);
  const sources = [...document.querySelectorAll('img')].map((image) => `${image.getAttribute('src')} ${image.getAttribute('srcset')}`);
  const inTags = sources.filter((source) => /\bhttps?:|^\s*\/\//i.test(source)).length;
  const inStyles = html.match(/url\(\s*["']?\s*(https?:)?\/\//gi)?.length ?? 0;
  return inTags + inStyles + document.querySelectorAll('[background^="http" i]').length;
}
