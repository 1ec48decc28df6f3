// Ids that are unusual in a URL path.

export const IDS = {
  plain: 'user_123',
  slash: 'a/b',
  'slash-first': '/a',
  'slash-last': 'a/',
  question: 'a?b',
  hash: 'a#b',
  percent: '100%',
  'percent-encoded-space': 'a%20b',
  'percent-encoded-slash': 'a%2Fb',
  space: 'a b',
  'space-around': ' a ',
  plus: 'jane+tag',
  at: 'jane@example.com',
  colon: 'org:42',
  tenants: '$tenants',
  accent: 'josé',
  'accent-combining': 'jose\u0301',
  japanese: '日本',
  emoji: '\u{1f600}',
  'emoji-joined': '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
  'sub-delims': '&=;,',
  'sub-delims-others': "!'()*",
  unreserved: 'A-z0.9_~',
  'double-quote': 'a"b',
  'single-quote': "a'b",
  backslash: 'a\\b',
  brackets: '[a]{b}|c|^d^`e`<f>',
  tab: 'a\tb',
  newline: 'a\nb',
  control: 'a\u0001\u007fb',
  'dots-between': 'a..b',
  'dots-first': '..a',
  'dots-last': 'a..',
  'dots-three': '...',
  'dots-then-slash': '../a',
  'dots-amid-slashes': 'a/../b',
  dot: '.',
  'dot-dot': '..',
  'dot-encoded': '%2e',
  'dot-dot-encoded': '%2E%2e',
  'dot-dot-half-encoded': '.%2E',
  empty: '',
};

export const IDS_AND_NULL = { ...IDS, null: null };

// Enough to show that a position in the path is treated like any other.
export const SOME_IDS = Object.fromEntries(
  ['slash', 'question', 'percent', 'space', 'tenants', 'accent', 'dot', 'dot-dot', 'dot-dot-encoded', 'empty'].map(
    (label) => [label, IDS[label]],
  ),
);
