// The environment: its clock, faults, the directory, and outbound webhooks.

import { useEffect, useState } from 'preact/hooks';

import { CONTROL, get, post, remove } from '../lib/api';
import { channelName, distance, duration, fullTime, plural } from '../lib/format';
import { isObject } from '../lib/schema';
import { attempt, channelLabel, now, notify, status } from '../lib/session';
import { useStore } from '../lib/store';
import type { Json, JsonObject, Problem as Wrong, Status, WebhookDelivery, Webhooks as AllWebhooks } from '../lib/types';
import { useResource } from '../lib/use';
import { ChannelIcon } from '../parts/icons';
import { Badge, Button, ConfirmButton, Facts, Fold, JsonEditor, JsonLink, JsonSource, Labelled, Loading, Problem, Time } from '../parts/ui';

export function Environment() {
  const known = useStore(status);
  return (
    <div class="page">
      <header class="page-head">
        <h1 tabIndex={-1}>Environment</h1>
        <span class="grow" />
        <JsonLink path={`${CONTROL}/status`} />
      </header>
      {known ? (
        <>
          <Clock status={known} />
          <Directory status={known} />
          <Faults />
          <Webhooks />
          <Everything status={known} />
        </>
      ) : (
        <Loading />
      )}
    </div>
  );
}

const STEPS: [string, number][] = [
  ['+1 minute', 60_000],
  ['+1 hour', 3_600_000],
  ['+1 day', 86_400_000],
];
const UNITS: [string, number][] = [
  ['seconds', 1000],
  ['minutes', 60_000],
  ['hours', 3_600_000],
  ['days', 86_400_000],
];

function Clock({ status: { ahead_ms: ahead } }: { status: Status }) {
  const [, tick] = useState(0);
  const [amount, setAmount] = useState('15');
  const [unit, setUnit] = useState(60_000);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  const advance = (ms: number) => void attempt(() => post(`${CONTROL}/advance`, { ms }), `The clock moved by ${duration(ms)}.`);
  const custom = Math.round(Number(amount) * unit);
  return (
    <section class="card">
      <h2>Clock</h2>
      <p class="clock">
        <time dateTime={new Date(now()).toISOString()}>{fullTime(new Date(now()).toISOString())}</time>
        <span class="muted">{ahead > 0 ? `${duration(ahead)} ahead of this machine` : 'the time of this machine'}</span>
      </p>
      <p class="muted">What is delayed, batched or scheduled until then happens at once. It cannot go back.</p>
      <div class="row wrap">
        {STEPS.map(([label, ms]) => (
          <Button key={label} onClick={() => advance(ms)}>
            {label}
          </Button>
        ))}
        <form
          class="row inline-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (custom > 0) advance(custom);
            else notify('The amount has to be more than 0.', true);
          }}
        >
          <input type="number" min="0" step="any" aria-label="Amount" value={amount} onInput={(event) => setAmount(event.currentTarget.value)} />
          <select aria-label="Unit" value={String(unit)} onChange={(event) => setUnit(Number(event.currentTarget.value))}>
            {UNITS.map(([label, ms]) => (
              <option key={label} value={String(ms)}>
                {label}
              </option>
            ))}
          </select>
          <Button type="submit" icon="clock">
            Move
          </Button>
        </form>
      </div>
    </section>
  );
}

function Directory({ status: known }: { status: Status }) {
  const { directory, smtp } = known;
  return (
    <section class="card">
      <h2>Knock directory</h2>
      {directory ? (
        <>
          <Facts
            rows={[
              ['Path', <code>{directory.path}</code>],
              ['Workflows', String(known.workflows.length)],
              ['Emails also go to', smtp && <code>{smtp}</code>],
            ]}
          />
          {directory.problems.length === 0 ? <p class="good-text">There is nothing wrong with its files.</p> : <Problems problems={directory.problems} />}
        </>
      ) : (
        <p class="muted">
          There is none. Start the emulator with <code>--knock-dir</code> and the directory that <code>knock pull</code> makes to run your own workflows.
        </p>
      )}
      {known.channels.length > 0 && (
        <ul class="channel-list" aria-label="Channels">
          {known.channels.map((channel) => (
            <li key={channel.id} title={channel.id}>
              <ChannelIcon type={channel.type} size={14} /> {channelLabel(channel)} <span class="muted">{channelName(channel.type)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Problems({ problems }: { problems: Wrong[] }) {
  return (
    <div class="note bad">
      <p>
        <b>{plural(problems.length, 'problem')}.</b> The other files work.
      </p>
      <ul class="problems">
        {problems.map(({ file, place, message }, index) => (
          <li key={index}>
            <code>
              {file}
              {place && `: ${place}`}
            </code>
            <br />
            {message}
          </li>
        ))}
      </ul>
    </div>
  );
}

const KINDS: [string, string][] = [
  ['status', 'An error status'],
  ['delay', 'A delay'],
  ['drop_before', 'A connection that breaks before the call is performed'],
  ['drop_after', 'A connection that breaks after the call was performed'],
  ['html', 'A page of a proxy, with 502'],
  ['truncated', 'A truncated body'],
  ['empty', 'An empty body'],
];

function Faults() {
  const { data, error } = useResource('faults', (signal) => get<{ entries: Json[] }>(`${CONTROL}/faults`, {}, signal));
  const [kind, setKind] = useState('status');
  const [code, setCode] = useState('503');
  const [ms, setMs] = useState('1000');
  const [times, setTimes] = useState('1');
  const [method, setMethod] = useState('');
  const [path, setPath] = useState('');
  const [afterActing, setAfterActing] = useState(false);
  const [json, setJson] = useState<Json | undefined>({ random: { seed: 7, rate: 0.3, faults: [{ kind: 'status', status: 503 }] } });
  const add = () => {
    const fault: JsonObject = { kind };
    if (kind === 'status') fault.status = Number(code);
    if (kind === 'delay') fault.ms = Number(ms);
    // Without a number it is on until it is removed.
    fault.times = times ? Number(times) : null;
    if (method) fault.method = method;
    if (path) fault.path = path;
    if (afterActing) fault.after_acting = true;
    void attempt(() => post(`${CONTROL}/faults`, fault), 'Added the fault.');
  };
  const number = (label: string, value: string, onChange: (value: string) => void, hint?: string) => (
    <Labelled label={label} hint={hint}>{(props) => <input {...props} type="number" min="1" value={value} onInput={(event) => onChange(event.currentTarget.value)} />}</Labelled>
  );
  return (
    <section class="card">
      <h2>Faults</h2>
      <p class="muted">They let the next calls of your program fail.</p>
      {!data && error ? <Problem error={error} what="list of faults" /> : null}
      {data?.entries.length === 0 && <p>There are none.</p>}
      {data && data.entries.length > 0 && (
        <>
          <ul class="faults">
            {data.entries.map((fault, index) => (
              <li key={index}>
                <code>{describe(fault)}</code>
              </li>
            ))}
          </ul>
          <Button icon="trash" onClick={() => void attempt(() => remove(`${CONTROL}/faults`), 'Removed all faults.')}>
            Remove all faults
          </Button>
        </>
      )}
      <form
        class="form fault-form"
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <div class="columns">
          <Labelled label="Kind">
            {(props) => (
              <select {...props} value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
                {KINDS.map(([name, label]) => (
                  <option key={name} value={name}>
                    {label}
                  </option>
                ))}
              </select>
            )}
          </Labelled>
          {kind === 'status' && number('Status', code, setCode)}
          {kind === 'delay' && number('Milliseconds', ms, setMs)}
          {number('Times', times, setTimes, 'Empty: until it is removed.')}
          <Labelled label="Method">
            {(props) => (
              <select {...props} value={method} onChange={(event) => setMethod(event.currentTarget.value)}>
                <option value="">Any</option>
                {['GET', 'POST', 'PUT', 'DELETE'].map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            )}
          </Labelled>
          <Labelled label="Path begins with">
            {(props) => <input {...props} type="text" placeholder="/v1/workflows/" value={path} onInput={(event) => setPath(event.currentTarget.value)} />}
          </Labelled>
        </div>
        <label class="check">
          <input type="checkbox" checked={afterActing} onChange={(event) => setAfterActing(event.currentTarget.checked)} /> Perform the call before failing
        </label>
        <footer>
          <Button type="submit" icon="plus">
            Add the fault
          </Button>
        </footer>
      </form>
      <Fold title="Add faults as JSON">
        {() => (
          <div class="form">
            <JsonEditor label="A fault, a list of faults, or random faults" value={json} onChange={setJson} rows={7} />
            <footer>
              <Button icon="plus" onClick={() => void attempt(() => post(`${CONTROL}/faults`, json ?? []), 'Added the faults.')}>
                Add
              </Button>
            </footer>
          </div>
        )}
      </Fold>
    </section>
  );
}

/** A fault in one line. */
function describe(fault: Json): string {
  if (!isObject(fault) || typeof fault.kind !== 'string') return JSON.stringify(fault);
  const { kind, ...rest } = fault;
  const parts = Object.entries(rest).filter(([, value]) => value !== null && !(isObject(value) && Object.keys(value).length === 0) && value !== false);
  return [kind, ...parts.map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)].join(' ');
}

function Webhooks() {
  const { data, error } = useResource('webhooks', (signal) => get<AllWebhooks>(`${CONTROL}/webhooks`, {}, signal));
  const [url, setUrl] = useState('');
  const [limit, setLimit] = useState(20);
  const deliveries = data ? [...data.entries].reverse() : [];
  return (
    <section class="card">
      <h2>Outbound webhooks</h2>
      {!data && error ? <Problem error={error} what="list of webhooks" /> : null}
      {data && (
        <>
          {data.endpoints.length === 0 ? (
            <p class="muted">There are no endpoints.</p>
          ) : (
            <ul class="faults">
              {data.endpoints.map((endpoint, index) => (
                <li key={index}>
                  <code>{endpoint.url}</code> <span class="muted">{endpoint.events.length > 0 ? endpoint.events.join(', ') : 'all events'}</span>
                </li>
              ))}
            </ul>
          )}
          <form
            class="row inline-form"
            onSubmit={(event) => {
              event.preventDefault();
              void attempt(() => post(`${CONTROL}/webhooks`, { url }), 'Added the endpoint.').then((isDone) => isDone && setUrl(''));
            }}
          >
            <input type="url" required aria-label="URL of an endpoint" placeholder="http://127.0.0.1:3000/webhooks" value={url} onInput={(event) => setUrl(event.currentTarget.value)} />
            <Button type="submit" icon="plus">
              Add an endpoint
            </Button>
            {data.endpoints.length > 0 && (
              <ConfirmButton question="Remove all endpoints?" confirm="Remove all" onConfirm={() => void attempt(() => remove(`${CONTROL}/webhooks`), 'Removed all endpoints.')}>
                Remove all
              </ConfirmButton>
            )}
          </form>
          {deliveries.length > 0 && (
            <ul class="deliveries" aria-label="Deliveries of webhooks, newest first">
              {deliveries.slice(0, limit).map((delivery) => (
                <li key={delivery.id}>
                  <Delivery delivery={delivery} />
                </li>
              ))}
            </ul>
          )}
          {deliveries.length > limit && <Button onClick={() => setLimit(limit + 50)}>Show older deliveries</Button>}
        </>
      )}
    </section>
  );
}

function Delivery({ delivery }: { delivery: WebhookDelivery }) {
  const latest = delivery.attempts.at(-1);
  const state = delivery.delivered ? 'delivered' : delivery.next_attempt_at ? 'waiting' : latest && !latest.status && !latest.error ? 'sent' : 'failed';
  return (
    <Fold
      title={
        <span class="request-row">
          <Badge name={state} />
          <span class="method">{delivery.event}</span>
          <span class="request-path muted">{delivery.url}</span>
          <span class="muted">{plural(delivery.attempts.length, 'attempt')}</span>
        </span>
      }
    >
      {() => (
        <div class="request-details">
          <ol>
            {delivery.attempts.map((one, index) => (
              <li key={index}>
                <Time at={one.at} full /> {one.error ? <span class="error">{one.error}</span> : (one.status ?? 'under way')}
              </li>
            ))}
          </ol>
          {delivery.next_attempt_at && <p>The next attempt is {distance(delivery.next_attempt_at, now())}.</p>}
          <JsonSource value={delivery.body} what="body" />
          <Button icon="send" onClick={() => void attempt(() => post(`${CONTROL}/webhooks/${delivery.id}/redeliver`), 'It is delivered once more.')}>
            Deliver once more
          </Button>
        </div>
      )}
    </Fold>
  );
}

function Everything({ status: known }: { status: Status }) {
  return (
    <section class="card">
      <h2>Everything</h2>
      <Facts
        rows={[
          ['Version', known.version],
          ['Messages', known.counts.messages.toLocaleString('en')],
          ['Runs', known.counts.runs.toLocaleString('en')],
          ['Requests', known.counts.requests.toLocaleString('en')],
        ]}
      />
      <ConfirmButton
        kind="danger"
        icon="trash"
        question="Remove all users, messages, runs, faults and requests?"
        confirm="Remove everything"
        onConfirm={() => void attempt(() => post(`${CONTROL}/reset`), 'Removed everything.')}
      >
        Remove everything
      </ConfirmButton>
    </section>
  );
}

