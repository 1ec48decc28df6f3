// Records everything again: `npm ci && node record.mjs`.

import { recordNode0 } from './node0.mjs';
import { recordNode1 } from './node1.mjs';
import { recordRetries } from './retries.mjs';
import { recordTokens } from './tokens.mjs';

console.log(await recordNode1());
console.log(await recordNode0());
console.log(await recordTokens());
console.log(await recordRetries());
