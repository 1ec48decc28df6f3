// The requests that the emulator received, newest first.

import { useState } from 'preact/hooks';

import { CONTROL, getUpTo, withQuery } from '../lib/api';
import { isObject } from '../lib/schema';
import type { Route } from '../lib/route';
import type { LoggedRequest } from '../lib/types';
import { useResource } from '../lib/use';
import { Badge, Button, Empty, Fold, JsonLink, JsonSource, Loading, Problem, Source, Time } from '../parts/ui';
import { Pairs } from '../previews/others';
import { go, withParams } from './navigate';

const PAGE = 50;

export function Requests({ route }: { route: Route }) {
  const [limit, setLimit] = useState(PAGE);
  const params = { page_size: PAGE };
  const { data, error } = useResource(`requests ${limit}`, (signal) => getUpTo<LoggedRequest>(`${CONTROL}/requests`, params, limit, signal));
  const { failed } = route.query;
  const entries = data?.entries.filter((request) => !failed || request.status >= 400 || request.faulted) ?? [];
  return (
    <div class="page wide">
      <header class="page-head">
        <h1 tabIndex={-1}>Requests</h1>
        <span class="grow" />
        <button type="button" class={`chip ${failed ? 'is-on' : ''}`} aria-pressed={!!failed} onClick={() => go(withParams(route, { failed: failed ? null : 'true' }), { replace: true })}>
          Only errors
        </button>
        <JsonLink path={withQuery(`${CONTROL}/requests`, params)} />
      </header>
      {!data && (error ? <Problem error={error} what="list of requests" /> : <Loading />)}
      {data && entries.length === 0 && (
        <Empty icon="request" title={failed ? 'No request has failed' : 'No requests yet'}>
          <p class="muted">
            Point your program to <code>{location.origin}</code>.
          </p>
        </Empty>
      )}
      <ul class="requests">
        {entries.map((request) => (
          <li key={request.id}>
            <Fold isOpen={String(request.id) === route.id} title={<Line request={request} />}>
              {() => <Details request={request} />}
            </Fold>
          </li>
        ))}
      </ul>
      {data?.hasMore && (
        <p class="more">
          <Button onClick={() => setLimit(limit + PAGE)}>Show older requests</Button>
        </p>
      )}
    </div>
  );
}

function Line({ request }: { request: LoggedRequest }) {
  const tone = request.status >= 500 ? 'bad' : request.status >= 400 ? 'warn' : 'good';
  return (
    <span class="request-row">
      <Badge name={String(request.status)} tone={tone} />
      <span class="method">{request.method}</span>
      <span class="request-path">
        {request.path}
        {request.query && <span class="muted">?{request.query}</span>}
      </span>
      {request.faulted && <Badge name="fault" tone="accent" />}
      <Time at={request.at} full />
    </span>
  );
}

function Details({ request }: { request: LoggedRequest }) {
  const { body, response } = request;
  return (
    <div class="request-details">
      <Pairs title="Headers" pairs={Object.entries(request.headers)} />
      {body === '' || body === null ? <p class="muted">The request has no body.</p> : typeof body === 'string' ? <Source text={body} language="text" what="body" /> : <JsonSource value={body} what="body" />}
      {response !== undefined && response !== null && response !== '' && (isObject(response) ? <JsonSource value={response} what="response" /> : <Source text={String(response)} language="text" what="response" />)}
    </div>
  );
}
