// Checks of an example's lib/respond.js with exceptions that its own code does not throw.
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** What must not reach a client. */
const PRIVATE = 'jhammond@ingen.net';
const THROWN = {
  null: null,
  nothing: undefined,
  'a text': PRIVATE,
  'an error': new Error(PRIVATE),
  'an error with a status': Object.assign(new Error(PRIVATE), { status: 500 }),
  'an object like a refusal': { status: 200, message: PRIVATE },
  'an object that cannot be read': new Proxy({}, { get: () => { throw new Error(PRIVATE); } }),
};

/** `folder` has the example, whose package is built. */
export async function checkRespond(folder) {
  const { respond } = await import(pathToFileURL(path.join(folder, 'lib', 'respond.js')));
  const { error: log } = console;
  console.error = () => {};
  try {
    for (const [what, thrown] of Object.entries(THROWN)) {
      const response = await respond(() => { throw thrown; });
      const text = await response.text();
      if (response.status !== 500 || text !== 'the function failed') {
        throw new Error(`the response to ${what} is ${response.status} ${JSON.stringify(text)}`);
      }
    }
  } finally {
    console.error = log;
  }
}
