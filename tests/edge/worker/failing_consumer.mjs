// The Worker of the example, whose consumer stops half-way through its first three batches. It tells what became of the
// messages, and posts some that are no calls.
import Worker from './index.js';

const FAILURES = 3;
let failures = 0;
/** The ids of the messages that are not delivered again. */
const done = new Set();
/** The messages in the queue of the undelivered ones. */
const undelivered = [];

export default class extends Worker {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === '/queue') return Response.json({ failures, done: done.size, undelivered });
    if (pathname === '/queue/odd') return Response.json({ posted: await postOdd(this.env.NOTIFICATIONS) });
    return super.fetch(request);
  }

  async queue(batch) {
    if (batch.queue !== 'notifications') {
      undelivered.push(...batch.messages.map(({ body }) => tell(body)));
      return batch.ackAll();
    }
    let stop;
    const stopped = new Promise((_, reject) => { stop = reject; });
    let left = batch.messages.length;
    if (failures < FAILURES) {
      failures += 1;
      left = Math.floor(left / 2);
    }
    const messages = batch.messages.map((message) => ({
      id: message.id,
      timestamp: message.timestamp,
      body: message.body,
      ack() {
        if (left <= 0) return stop(new Error('the consumer stops'));
        left -= 1;
        message.ack();
        done.add(message.id);
      },
      retry: (options) => message.retry(options),
    }));
    return Promise.race([super.queue({ queue: batch.queue, messages }), stopped]);
  }
}

/** Posts what is no call, in every type that a queue has, and returns how much. */
async function postOdd(queue) {
  const odd = [
    ['no call', 'text'],
    // With the reason beside it, it would be too large.
    ['"'.repeat(70_000), 'text'],
    [{ user: 'jhammond' }, 'json'],
    [new Uint8Array([0, 159, 255]), 'bytes'],
    [new Map([['user', 'jhammond']]), 'v8'],
    // It cannot be written as JSON.
    [10n, 'v8'],
  ];
  for (const [body, contentType] of odd) await queue.send(body, { contentType });
  return odd.length;
}

/** Describes a body as JSON. */
function tell(body) {
  if (typeof body === 'string') return { text: body };
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return { bytes: [...new Uint8Array(body)] };
  if (body instanceof Map) return { map: [...body] };
  return typeof body === 'object' ? { object: body } : { value: String(body) };
}
