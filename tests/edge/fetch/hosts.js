// Hosts whose `fetch` differs from that of the emulated runtime: what each does, and what the error of a call must tell.

/** A response of a host, which does not need to be a real one. */
const answer = (init) => () => Promise.resolve({
  status: 200,
  url: '',
  redirected: false,
  body: new Response('{"workflow_run_id": "a"}').body,
  ...init,
  headers: new Headers(init.headers),
});
const refusal = (error) => () => Promise.reject(error);
/** An error as Node has it. Its texts contain what must not be printed. */
const caused = (cause) => refusal(Object.assign(new TypeError('fetch failed for jhammond'), {
  cause: Object.assign(new Error('jhammond'), cause),
}));
const deno = (text) => caused({ message: `error sending request for url (https://x/jhammond): client error ${text}` });

const HOSTS = {
  'a response that a host made itself': [answer({}), 'none'],
  'headers that are not ASCII': [answer({ headers: { 'x-note': 'é', 'retry-after': 'é' } }), 'none'],
  'a redirect that the host hides': [answer({ status: 0, type: 'opaqueredirect', body: null }), 'redirected Unknown'],
  'a redirect that the host followed': [answer({ redirected: true }), 'redirected Unknown'],
  'a response of another URL': [answer({ url: 'https://elsewhere.invalid/' }), 'redirected Unknown'],
  'a status out of range': [answer({ status: 1000 }), 'interrupted Unknown'],
  'a fetch that does not end when it is aborted': [() => new Promise(() => {}), 'timeout Unknown'],
  'a body that does not end when it is aborted': [answer({ body: new ReadableStream() }), 'timeout Unknown'],
  'a body that fails': [
    answer({ body: new ReadableStream({ pull: (body) => body.error(Object.assign(new Error(), { code: 'ECONNREFUSED' })) }) }),
    'interrupted Unknown',
  ],
  'a fetch that throws': [() => { throw new TypeError('jhammond'); }, 'interrupted Unknown'],
  'no fetch': [undefined, 'not_sent NotApplied'],
  'an error that is no object': [refusal(undefined), 'interrupted Unknown'],
  'an error without a code': [refusal(new TypeError('Failed to fetch jhammond')), 'interrupted Unknown'],
  'a code with an id in it': [caused({ code: 'ECONNREFUSED jhammond' }), 'interrupted Unknown'],
  'a connection that broke': [caused({ code: 'ECONNRESET' }), 'interrupted Unknown'],
  'Node: refused': [caused({ code: 'ECONNREFUSED', syscall: 'connect' }), 'connection_refused NotApplied'],
  'Node: several addresses': [caused({ code: 'ETIMEDOUT', errors: [new Error()] }), 'connect_timeout NotApplied'],
  'Node: a certificate': [caused({ code: 'CERT_HAS_EXPIRED' }), 'certificate NotApplied'],
  'Bun: no such name': [refusal(Object.assign(new Error('jhammond'), { code: 'ENOTFOUND' })), 'dns NotApplied'],
  'Deno: refused': [deno('(Connect): tcp connect error: Connection refused (os error 111)'), 'connection_refused NotApplied'],
  'Deno: a connection that broke': [deno('(SendRequest): connection closed'), 'interrupted Unknown'],
};

/** Makes one call with each host, and returns the steps. */
export async function tryHosts(call) {
  const { fetch } = globalThis;
  const steps = [];
  for (const [name, [host, expected]] of Object.entries(HOSTS)) {
    globalThis.fetch = host;
    const seen = await call('https://api.invalid');
    const shows = /jhammond|invalid/.test(seen);
    const passed = seen.startsWith(expected) && !shows;
    steps.push({ name: `hosts: ${name}`, error: passed ? null : `the call told "${seen}", not "${expected}"` });
  }
  globalThis.fetch = fetch;
  return steps;
}
