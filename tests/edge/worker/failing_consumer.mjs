// The Worker of the example, whose consumer stops half-way through its first three batches.
import Worker from './index.js';

const FAILURES = 3;
let failures = 0;

export default class extends Worker {
  fetch(request) {
    if (new URL(request.url).pathname === '/failures') return Response.json({ failures });
    return super.fetch(request);
  }

  async queue(batch) {
    if (failures >= FAILURES) return super.queue(batch);
    failures += 1;
    let stop;
    const stopped = new Promise((_, reject) => { stop = reject; });
    let left = Math.floor(batch.messages.length / 2);
    const messages = batch.messages.map((message) => ({
      id: message.id,
      timestamp: message.timestamp,
      body: message.body,
      ack() {
        if (left <= 0) return stop(new Error('the consumer stops'));
        left -= 1;
        message.ack();
      },
      retry: (options) => message.retry(options),
    }));
    return Promise.race([super.queue({ queue: batch.queue, messages }), stopped]);
  }
}
