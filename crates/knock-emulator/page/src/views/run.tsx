// One run: its steps, in order.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { get, post, runUrl } from '../lib/api';
import { distance, duration, recipientKey, words } from '../lib/format';
import { href, type Route } from '../lib/route';
import { isObject } from '../lib/schema';
import { attempt, now, workflowName } from '../lib/session';
import type { Json, JsonObject, Recipient, Run, Step } from '../lib/types';
import { useResource } from '../lib/use';
import { Icon, type IconName, stepIcon } from '../parts/icons';
import { Badge, Button, Empty, Facts, Fold, JsonEditor, JsonLink, JsonSource, Loading, OwnChoice, Problem, Time } from '../parts/ui';
import { MessageLinks } from './message';

export function RunView({ id, route }: { id: string; route: Route }) {
  const { data: run, error, isLoading } = useResource(`run ${id}`, (signal) => get<Run>(runUrl(id), {}, signal));
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!run) return;
    document.title = `Run of ${run.workflow} · Knock emulator`;
    heading.current?.focus({ preventScroll: true });
  }, [run?.id]);
  const back = (
    <a class="button quiet back" href={href('runs', null, route.query)}>
      <Icon name="back" /> <span class="back-text">Runs</span>
    </a>
  );
  if (!run) {
    return (
      <section class="pane detail-pane" aria-label="Run">
        <div class="pane-head">{back}</div>
        {isLoading ? <Loading /> : <Problem error={error} what="run" />}
      </section>
    );
  }
  const steps = run.emulator?.steps ?? [];
  const outcome = run.emulator?.outcome ?? null;
  return (
    <section class="pane detail-pane" aria-label="Run">
      <header class="pane-head">
        <div class="row">
          {back}
          <span class="grow" />
          <JsonLink path={runUrl(run.id)} />
        </div>
        <h1 class="message-title" tabIndex={-1} ref={heading}>
          {workflowName(run.workflow)} for <RecipientName recipient={run.recipient} />
        </h1>
        <p class="summary">
          <Badge name={run.status} />
          {outcome && outcome !== 'finished' && (
            <>
              <Badge name={outcome} tone={outcome === 'failed' ? 'bad' : 'calm'} />
              <OwnChoice what={`how a run that ended like this is shown (${words(outcome).toLowerCase()})`} />
            </>
          )}
          <span class="muted">
            {run.trigger_source.type === 'api' ? 'Triggered' : `Started by a ${words(run.trigger_source.type).toLowerCase()}`} <Time at={run.inserted_at} full />
          </span>
        </p>
      </header>
      <div class="scroll padded" tabIndex={-1}>
        <Facts
          rows={[
            ['Workflow', <a href={href('runs', null, { workflow: run.workflow })}>{run.workflow}</a>],
            ['Actor', run.actor && recipientKey(run.actor)],
            ['Tenant', run.tenant],
            ['Cancellation key', run.trigger_source.cancellation_key && <code>{run.trigger_source.cancellation_key}</code>],
            ['Run of the trigger', <code>{run.workflow_run_id}</code>],
          ]}
        />
        {run.messages.length > 0 && (
          <>
            <h2>Messages</h2>
            <MessageLinks messages={run.messages} />
          </>
        )}
        {run.nested.length > 0 && (
          <>
            <h2>Runs that it started</h2>
            <ul>
              {run.nested.map((nested) => (
                <li key={nested.id}>
                  <a href={href('runs', nested.id)}>
                    {workflowName(nested.workflow)} for {recipientKey(nested.recipient)}
                  </a>{' '}
                  <Badge name={nested.status} />
                </li>
              ))}
            </ul>
          </>
        )}
        <h2>Steps</h2>
        {steps.length === 0 ? (
          <Empty title="There is no log of steps">
            <p class="muted">This workflow has no steps here, or the run is old. What happened is below.</p>
          </Empty>
        ) : (
          <ol class="timeline steps">
            {steps.map((step, index) => (
              <StepEntry key={`${step.step_ref} ${index}`} step={step} run={run} />
            ))}
          </ol>
        )}
        <Fold title="Data of the trigger">{() => <JsonSource value={run.trigger.data} what="data" />}</Fold>
        <Fold title={`Events of the run (${run.events.length})`}>
          {() => (
            <>
              <p class="muted">
                <OwnChoice what="the names of events other than message_enqueued and wait_conditions_evaluated" />
              </p>
              <ol class="events">
                {run.events.map((event) => (
                  <li key={event.id}>
                    <Time at={event.inserted_at} full /> <code>{event.event}</code> {event.step_ref && <span class="muted">{event.step_ref}</span>}
                    {event.status === 'error' && <Badge name="failed" />}
                    {event.data !== null && <Fold title="Data">{() => <JsonSource value={event.data} what="data" />}</Fold>}
                  </li>
                ))}
              </ol>
            </>
          )}
        </Fold>
      </div>
    </section>
  );
}

function RecipientName({ recipient }: { recipient: Recipient }) {
  return typeof recipient === 'string' ? <a href={href('users', recipient)}>{recipient}</a> : <>{recipientKey(recipient)}</>;
}

const MARKS: Record<Step['state'], IconName> = { done: 'check', skipped: 'skip', waiting: 'clock', failed: 'alert' };

function StepEntry({ step, run }: { step: Step; run: Run }) {
  const detail = isObject(step.detail) ? step.detail : {};
  const took = step.ended_at ? new Date(step.ended_at).getTime() - new Date(step.started_at).getTime() : 0;
  const isWaiting = step.state === 'waiting' && !step.ended_at;
  const messages = idsOf(detail.messages);
  return (
    <li class={`step-${step.state}`}>
      <span class="mark">
        <Icon name={MARKS[step.state] ?? 'check'} size={14} />
      </span>
      <div class="step-head">
        <Icon name={stepIcon(step.step_type)} />
        <b>{words(step.step_type)}</b>
        <code>{step.step_ref}</code>
        <Badge name={step.state} />
        <span class="grow" />
        <Time at={step.started_at} full />
        {took >= 1000 && <span class="muted">for {duration(took)}</span>}
      </div>
      <Explanation step={step} detail={detail} />
      {messages.length > 0 && <MessageLinks messages={messagesOf(run, messages)} />}
      {isWaiting && <GoOn step={step} run={run} />}
      <div class="folds">
        {Object.keys(detail).length > 0 && <Fold title="Details">{() => <JsonSource value={step.detail} what="details" />}</Fold>}
        {step.scope !== null && <Fold title="Variables at that time">{() => <JsonSource value={step.scope} what="variables" />}</Fold>}
      </div>
    </li>
  );
}

function idsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];
}

function messagesOf(run: Run, ids: string[]): { id: string; title: string; channel: { type: string } }[] {
  return ids.map((id) => run.messages.find((message) => message.id === id) ?? { id, title: id, channel: { type: '' } });
}

/** What there is to say about a step, in a sentence. */
function Explanation({ step, detail }: { step: Step; detail: JsonObject }) {
  const until = typeof detail.until === 'string' ? detail.until : null;
  if (step.state === 'failed' || detail.error) {
    return <p class="error">{String(detail.error ?? 'It failed.')}</p>;
  }
  if (step.state === 'skipped' || detail.reason) {
    return (
      <p>
        {step.state === 'skipped' ? 'Skipped' : 'Ended'}: {reason(detail)} <OwnChoice what="the reasons of skipped steps" />
      </p>
    );
  }
  if (detail.notice) {
    return (
      <p>
        The emulator has no language model. Give the response yourself and the run goes on. <OwnChoice what="what an agent would respond" />
      </p>
    );
  }
  if (step.state === 'waiting' && !step.ended_at) {
    if (!until) return <p>It waits.</p>;
    return (
      <p>
        It waits until <Time at={until} full /> ({distance(until, now())}){step.step_type === 'batch' ? ', when the batch closes' : ''}.
      </p>
    );
  }
  if (typeof detail.branch === 'string') return <p>The run went into the branch “{detail.branch}”.</p>;
  if (detail.branch === null) return <p>No branch matched.</p>;
  if (typeof detail.total_activities === 'number') return <p>The batch closed with {detail.total_activities} activities.</p>;
  if (typeof detail.status === 'number') return <p>The response had the status {detail.status}.</p>;
  if (typeof detail.matched === 'boolean') return <p>{detail.matched ? 'The event happened.' : 'The event did not happen in time.'}</p>;
  return null;
}

function reason({ reason: name, detail }: JsonObject): string {
  const what = typeof name === 'string' ? words(name).toLowerCase() : '';
  const why = typeof detail === 'string' ? detail : detail ? JSON.stringify(detail) : '';
  // Some are whole sentences.
  return /^(the|there) /.test(why) ? why : [what, why].filter(Boolean).join(', ');
}

/** Lets a run that waits go on. Agents and events need to be told what the response is. */
function GoOn({ step, run }: { step: Step; run: Run }) {
  const go = (response: Json) => void attempt(() => post(runUrl(run.id, '/continue'), response), 'The run goes on.');
  const ref = step.step_ref;
  switch (step.step_type) {
    case 'ai_agent':
      return (
        <GoOnWith
          label="The response of the agent, as JSON"
          hint={`Templates see it as data.${ref}. For a text, give {"text": "…"}.`}
          initial={{ text: '' }}
          submit="Go on with this response"
          onSubmit={go}
        />
      );
    case 'wait_for_event':
      return (
        <GoOnWith label="The event, as JSON" hint={`Templates see it as refs.${ref}.signal_variables.`} initial={{ data: {} }} submit="The event happened" onSubmit={(event) => go({ event })}>
          <Button icon="clock" onClick={() => go(null)}>
            The time is over
          </Button>
        </GoOnWith>
      );
    default:
      return (
        <p>
          <Button kind="primary" icon="play" onClick={() => go(null)}>
            Go on now
          </Button>
        </p>
      );
  }
}

type WithProps = { label: string; hint: string; initial: Json; submit: string; onSubmit: (value: Json) => void; children?: ComponentChildren };

function GoOnWith({ label, hint, initial, submit, onSubmit, children }: WithProps) {
  const [value, setValue] = useState<Json | undefined>(initial);
  return (
    <form
      class="go-on"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(value ?? null);
      }}
    >
      <JsonEditor label={label} hint={hint} value={value} onChange={setValue} rows={5} />
      <div class="row">
        <Button kind="primary" icon="play" type="submit">
          {submit}
        </Button>
        {children}
      </div>
    </form>
  );
}
