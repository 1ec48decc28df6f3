import assert from 'node:assert/strict';
import { test } from 'node:test';

import { backoff } from '../src/lib/backoff';
import { bytes, channelName, distance, duration, initials, plural, prettyText, recipientKey, words } from '../src/lib/format';
import { linksOfText, safeUrl, unique } from '../src/lib/links';
import { mrkdwnSpans } from '../src/lib/mrkdwn';
import { parseRecipient, showRecipient } from '../src/lib/recipients';
import { htmlTokens, jsonTokens, type Token } from '../src/lib/source';
import { withQuery } from '../src/lib/api';

test('only harmless URLs are links', () => {
  for (const url of ['https://park.example/a?b=c', 'http://localhost:3000', 'mailto:j@park.example', 'tel:+15551234567']) assert.ok(safeUrl(url), url);
  const harmful = ['javascript:alert(1)', ' javascript:alert(1)', 'java\nscript:alert(1)', 'JAVASCRIPT:alert(1)', 'data:text/html,<script>', 'vbscript:x', 'file:///etc/passwd', 'blob:http://localhost/1', '//evil.test', '/relative', 'ftp://x', ''];
  for (const url of harmful) assert.equal(safeUrl(url), null, url);
});

test('links in texts', () => {
  assert.deepEqual(linksOfText('See https://park.example/a, (http://localhost:3000/b?c=1) and https://park.example/a.').map(({ url }) => url), ['https://park.example/a', 'http://localhost:3000/b?c=1']);
  assert.deepEqual(linksOfText('javascript:alert(1) and ftp://x'), []);
  assert.equal(unique(Array.from({ length: 500 }, (_, index) => ({ url: String(index), label: '' }))).length, 200);
});

const joined = (tokens: Token[]) => tokens.map(({ text }) => text).join('');
const kinds = (tokens: Token[]) => tokens.filter(({ kind }) => kind).map(({ kind, text }) => `${kind} ${text}`);

test('colours lose no character', () => {
  const texts = ['', '<p class="a">x</p>', '<!-- <b> --><br/>', '<a href=x', '<<>>"\'', '<p title=\'a > b\'>', '{"a": [1, -2.5e3, true, null, "x\\"y"]}', '"unclosed', '<script>if (a < b) "c"</script>'];
  for (const text of texts) {
    assert.equal(joined(htmlTokens(text)), text);
    assert.equal(joined(jsonTokens(text)), text);
  }
});

test('colours of HTML and JSON', () => {
  assert.deepEqual(kinds(htmlTokens('<a href="x">a="b"</a><!--c-->')), ['tag <a', 'name href', 'text "x"', 'tag >', 'tag </a', 'tag >', 'comment <!--c-->']);
  assert.deepEqual(kinds(jsonTokens('{"a": "b", "c": 1, "d": null}')), ['name "a"', 'text "b"', 'name "c"', 'number 1', 'name "d"', 'word null']);
});

test('colours take no long time', () => {
  const start = performance.now();
  for (const text of ['<'.repeat(100_000), '<a '.repeat(50_000), '"'.repeat(100_000), '<!--'.repeat(40_000), '\\'.repeat(100_000), 'x'.repeat(3_000_000)]) {
    assert.equal(joined(htmlTokens(text)).length, text.length);
    assert.equal(joined(jsonTokens(text)).length, text.length);
  }
  // It is about 50 ms; a backtracking expression would take minutes.
  assert.ok(performance.now() - start < 30_000);
});

test('the markup of Slack', () => {
  assert.deepEqual(mrkdwnSpans('*Fence* 7 is _down_, ~not~ `up`'), [
    { kind: 'bold', text: 'Fence' },
    { kind: 'text', text: ' 7 is ' },
    { kind: 'italic', text: 'down' },
    { kind: 'text', text: ', ' },
    { kind: 'strike', text: 'not' },
    { kind: 'text', text: ' ' },
    { kind: 'code', text: 'up' },
  ]);
  assert.deepEqual(mrkdwnSpans('<https://park.example?a=1&amp;b=2|the map> <@U123> <#C1|general> 2 &lt; 3'), [
    { kind: 'link', url: 'https://park.example?a=1&b=2', text: 'the map' },
    { kind: 'text', text: ' ' },
    { kind: 'mention', text: '@U123' },
    { kind: 'text', text: ' ' },
    { kind: 'mention', text: '#general' },
    { kind: 'text', text: ' 2 < 3' },
  ]);
  assert.deepEqual(mrkdwnSpans('snake_case_name and 2*3*4'), [{ kind: 'text', text: 'snake_case_name and 2*3*4' }]);
});

test('recipients as people type them', () => {
  assert.equal(parseRecipient(' jhammond '), 'jhammond');
  assert.deepEqual(parseRecipient('projects/paddock-9'), { collection: 'projects', id: 'paddock-9' });
  assert.deepEqual(parseRecipient('files/a/b'), { collection: 'files', id: 'a/b' });
  assert.deepEqual(parseRecipient('{"id": "x", "email": "x@park.example"}'), { id: 'x', email: 'x@park.example' });
  assert.throws(() => parseRecipient('{"email": "x@park.example"}'), /needs an “id”/);
  assert.throws(() => parseRecipient('{'));
  for (const text of ['jhammond', 'projects/paddock-9']) assert.equal(showRecipient(parseRecipient(text)), text);
  assert.equal(recipientKey({ id: 'paddock-9', collection: 'projects' }), 'projects/paddock-9');
});

test('words and numbers', () => {
  assert.equal(plural(1, 'message'), '1 message');
  assert.equal(plural(10_000, 'message'), '10,000 messages');
  assert.equal(words('link_clicked'), 'Link clicked');
  assert.equal(words('ai_agent'), 'AI agent');
  assert.equal(channelName('in_app_feed'), 'In-app');
  assert.equal(channelName('carrier_pigeon'), 'Carrier pigeon');
  assert.equal(initials('John Hammond'), 'JH');
  assert.equal(initials('jhammond'), 'J');
  assert.equal(initials(''), '');
  assert.equal(bytes(1), '1 byte');
  assert.equal(bytes(2048), '2.0 KB');
  assert.equal(duration(93_784_000), '1 day 2 hours');
  assert.equal(duration(900), '900 ms');
  assert.equal(distance('2026-01-01T00:05:00Z', Date.parse('2026-01-01T00:00:00Z')), 'in 5 minutes');
  assert.equal(distance('2026-01-01T00:00:00Z', Date.parse('2026-01-01T01:00:00Z')), '1 hour ago');
  assert.equal(prettyText('{"a":1}'), '{\n  "a": 1\n}');
  assert.equal(prettyText('a=1'), 'a=1');
  assert.equal(withQuery('/a', { b: '', c: null, d: false, e: true, f: 'x y' }), '/a?e=true&f=x+y');
});

test('the waits grow up to a limit', () => {
  assert.equal(backoff(1, 0), 250);
  assert.equal(backoff(3, 0), 1000);
  assert.equal(backoff(50, 0), 5000);
  assert.equal(backoff(50, 1), 3750);
});
