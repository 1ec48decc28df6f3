// The runs of workflows, newest first.

import { useState } from 'preact/hooks';

import { CONTROL, getUpTo, withQuery } from '../lib/api';
import { plural, recipientKey, words } from '../lib/format';
import { href, type Route } from '../lib/route';
import { status, workflowName } from '../lib/session';
import { useStore } from '../lib/store';
import type { RunOfRecipient, TriggerEntry } from '../lib/types';
import { useResource } from '../lib/use';
import { Panes } from '../parts/panes';
import { Badge, Button, classes, Empty, JsonLink, Labelled, Loading, Problem, Time } from '../parts/ui';
import { go, withParams } from './navigate';
import { RunView } from './run';

const PAGE = 50;
/** The runs of one trigger that are listed at first. */
const FEW = 5;

export function Runs({ route }: { route: Route }) {
  const open = route.id;
  return (
    <Panes
      list={<List route={route} />}
      detail={open !== null ? <RunView key={open} id={open} route={route} /> : null}
      idle={
        <Empty icon="run" title="Choose a run">
          <p class="muted">It shows each step: what it did, why it was skipped, or what it waits for.</p>
        </Empty>
      }
    />
  );
}

function List({ route }: { route: Route }) {
  const [limit, setLimit] = useState(PAGE);
  const { workflow = '', recipient = '' } = route.query;
  const known = useStore(status);
  const params = { page_size: PAGE, workflow, recipient };
  const { data, error } = useResource(`runs ${workflow} ${recipient} ${limit}`, (signal) => getUpTo<TriggerEntry>(`${CONTROL}/runs`, params, limit, signal));
  const set = (changed: Record<string, string>) => go(withParams({ ...route, id: null }, changed), { replace: true });
  return (
    <section class="pane list-pane" aria-label="Runs">
      <header class="pane-head">
        <div class="row">
          <h1 tabIndex={-1}>Runs</h1>
          <span class="grow" />
          <JsonLink path={withQuery(`${CONTROL}/runs`, params)} />
        </div>
        <div class="row filter-row">
          <Labelled label="Workflow">
            {(props) => (
              <select {...props} value={workflow} onChange={(event) => set({ workflow: event.currentTarget.value })}>
                <option value="">All</option>
                {known?.workflows.map(({ key, name }) => (
                  <option key={key} value={key}>
                    {name || key}
                  </option>
                ))}
              </select>
            )}
          </Labelled>
          <Labelled label="Recipient">{(props) => <input {...props} type="text" placeholder="jhammond" value={recipient} onChange={(event) => set({ recipient: event.currentTarget.value.trim() })} />}</Labelled>
        </div>
      </header>
      {!data && (error ? <Problem error={error} what="list of runs" /> : <Loading />)}
      {data?.entries.length === 0 && (
        <Empty icon="run" title={workflow || recipient ? 'No run matches' : 'No runs yet'}>
          <p class="muted">
            <a href={href('trigger', known?.workflows[0]?.key ?? null)}>Trigger a workflow</a> to see one.
          </p>
        </Empty>
      )}
      {data && data.entries.length > 0 && (
        <div class="scroll" tabIndex={-1}>
          <ul class="runs">
            {data.entries.map((trigger) => (
              <Trigger key={trigger.id} trigger={trigger} route={route} />
            ))}
          </ul>
          {data.hasMore && (
            <p class="more">
              <Button onClick={() => setLimit(limit + PAGE)}>Show older runs</Button>
            </p>
          )}
        </div>
      )}
    </section>
  );
}

function Trigger({ trigger, route }: { trigger: TriggerEntry; route: Route }) {
  const [areAllShown, setAllShown] = useState(false);
  const runs = trigger.recipient_runs;
  const shown = areAllShown ? runs : runs.slice(0, FEW);
  return (
    <li class="trigger">
      <p class="trigger-head">
        <b>{workflowName(trigger.workflow)}</b>
        <span class="muted">{trigger.recipient_count !== 1 && plural(trigger.recipient_count, 'recipient')}</span>
        <span class="grow" />
        <Time at={trigger.at} />
      </p>
      <ul>
        {shown.map((run) => (
          <li key={run.id}>
            <a class={classes('run-row', run.id === route.id && 'is-open')} href={href('runs', run.id, route.query)} aria-current={run.id === route.id ? 'true' : undefined}>
              <span class="run-recipient">{recipientKey(run.recipient)}</span>
              <RunStatus run={run} />
            </a>
          </li>
        ))}
      </ul>
      {runs.length > shown.length && (
        <Button kind="quiet" onClick={() => setAllShown(true)}>
          Show {runs.length - shown.length} more
        </Button>
      )}
      {areAllShown && trigger.recipient_count > runs.length && <p class="trigger-rest">To see the run of another recipient, filter by it.</p>}
    </li>
  );
}

/** The outcome says more than the status, which Knock has few of. */
function RunStatus({ run }: { run: RunOfRecipient }) {
  if (run.waiting) return <Badge name="waiting" tone="warn" />;
  if (run.outcome && run.outcome !== 'finished') return <Badge name={words(run.outcome)} tone={run.outcome === 'failed' ? 'bad' : 'calm'} />;
  return <Badge name={run.status === 'paused' ? 'waiting' : run.status} />;
}
