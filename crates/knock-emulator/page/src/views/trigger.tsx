// Triggers a workflow with a form that is made of its schema.

import { useMemo, useRef, useState } from 'preact/hooks';

import { API, CONTROL, Failure, get, post, problem } from '../lib/api';
import { parseRecipient, showRecipient } from '../lib/recipients';
import { href, type Route } from '../lib/route';
import { errorsAt, fieldsOf, initialData, inputPaths } from '../lib/schema';
import { status } from '../lib/session';
import { useStore } from '../lib/store';
import type { FieldError, Json, JsonObject, UsersPage, Workflow } from '../lib/types';
import { useResource } from '../lib/use';
import { Icon, stepIcon } from '../parts/icons';
import { Button, Empty, JsonEditor, Labelled, Loading, Problem } from '../parts/ui';
import { FieldInputs } from './fields';
import { go } from './navigate';

export function Trigger({ route }: { route: Route }) {
  const known = useStore(status);
  const { data, error } = useResource('workflows', (signal) => get<{ entries: Workflow[] }>(`${CONTROL}/workflows`, {}, signal));
  const workflows = data?.entries ?? [];
  const key = route.id ?? workflows[0]?.key ?? known?.workflows[0]?.key ?? '';
  const workflow = workflows.find((one) => one.key === key);
  return (
    <div class="page">
      <header class="page-head">
        <h1 tabIndex={-1}>Trigger a workflow</h1>
      </header>
      {error && !data ? <Problem error={error} what="list of workflows" /> : null}
      {!data && !error && <Loading />}
      {data && (
        <>
          <WorkflowChoice workflows={workflows} chosen={key} isOpen={known?.open_workflows ?? false} />
          {workflow && <Steps workflow={workflow} />}
          {key ? (
            <TriggerForm key={key} workflow={key} schema={workflow?.trigger_data_json_schema ?? null} />
          ) : (
            <Empty icon="play" title={known?.open_workflows ? 'Type the key of a workflow' : 'There are no workflows'}>
              <p class="muted">
                Start the emulator with <code>--knock-dir</code> and the directory that <code>knock pull</code> makes to run yours.
              </p>
            </Empty>
          )}
        </>
      )}
    </div>
  );
}

function WorkflowChoice({ workflows, chosen, isOpen }: { workflows: Workflow[]; chosen: string; isOpen: boolean }) {
  const choose = (key: string) => go(href('trigger', key), { replace: true });
  if (isOpen || workflows.length === 0) {
    return (
      <Labelled label="Workflow" hint={isOpen ? 'Any key is a workflow, since none is declared.' : undefined}>
        {(props) => <input {...props} type="text" placeholder="welcome" value={chosen} onChange={(event) => choose(event.currentTarget.value.trim())} />}
      </Labelled>
    );
  }
  return (
    <Labelled label="Workflow">
      {(props) => (
        <select {...props} value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
          {!workflows.some(({ key }) => key === chosen) && <option value={chosen}>{chosen}</option>}
          {workflows.map(({ key, name, active }) => (
            <option key={key} value={key}>
              {name ? `${name} (${key})` : key}
              {active ? '' : ', inactive'}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}

function Steps({ workflow }: { workflow: Workflow }) {
  return (
    <ol class="workflow-steps" aria-label="Steps of the workflow">
      {workflow.steps.map((step) => (
        <li key={step.ref} title={step.type}>
          <Icon name={stepIcon(step.type)} size={13} />
          <span>{step.name || step.ref}</span>
        </li>
      ))}
    </ol>
  );
}

const MANY_USERS = 50;

function TriggerForm({ workflow, schema }: { workflow: string; schema: Json }) {
  const fields = useMemo(() => fieldsOf(schema), [JSON.stringify(schema)]);
  const [isJson, setJson] = useState(fields.length === 0);
  const [data, setData] = useState<Json | undefined>(() => initialData(fields));
  const [recipients, setRecipients] = useState<Json[]>([]);
  const [actor, setActor] = useState('');
  const [tenant, setTenant] = useState('');
  const [cancellationKey, setCancellationKey] = useState('');
  const [errors, setErrors] = useState<FieldError[]>([]);
  const [failure, setFailure] = useState('');
  const [run, setRun] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const users = useResource('users to choose', (signal) => get<UsersPage>(`${API}/users`, { page_size: MANY_USERS }, signal)).data?.entries ?? [];
  const known = useStore(status);

  const submit = async () => {
    setSending(true);
    setErrors([]);
    setFailure('');
    setRun(null);
    try {
      const body: JsonObject = { recipients, data: data ?? {} };
      if (actor) body.actor = parseRecipient(actor);
      if (tenant) body.tenant = tenant;
      if (cancellationKey) body.cancellation_key = cancellationKey;
      const response = (await post(`${API}/workflows/${encodeURIComponent(workflow)}/trigger`, body)) as { workflow_run_id: string };
      setRun(response.workflow_run_id);
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
      if (error instanceof Failure) setErrors(error.errors);
      setTimeout(() => form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus());
    }
    setSending(false);
  };

  const shownPaths = new Set(isJson ? ['data'] : inputPaths(fields, data));
  const others = errors.filter(({ field }) => {
    if (isJson && /^data\b/.test(field)) return false;
    return !shownPaths.has(field) && !/^(recipients|actor|tenant|cancellation_key)\b/.test(field);
  });
  return (
    <form
      ref={form}
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Recipients chosen={recipients} onChange={setRecipients} users={users.map((user) => ({ id: user.id, name: String(user.name ?? '') }))} errors={errorsAt(errors, 'recipients', true)} />
      <div class="columns">
        <Labelled label="Actor" hint="Who caused it. Optional." errors={errorsAt(errors, 'actor', true)}>
          {(props) => <input {...props} type="text" list="known-users" value={actor} onInput={(event) => setActor(event.currentTarget.value)} />}
        </Labelled>
        <Labelled label="Tenant" hint="Optional." errors={errorsAt(errors, 'tenant', true)}>
          {(props) => <input {...props} type="text" list="known-tenants" value={tenant} onInput={(event) => setTenant(event.currentTarget.value)} />}
        </Labelled>
        <Labelled label="Cancellation key" hint="Optional." errors={errorsAt(errors, 'cancellation_key', true)}>
          {(props) => <input {...props} type="text" value={cancellationKey} onInput={(event) => setCancellationKey(event.currentTarget.value)} />}
        </Labelled>
      </div>
      <datalist id="known-users">
        {users.map((user) => (
          <option key={user.id} value={user.id}>
            {String(user.name ?? '')}
          </option>
        ))}
      </datalist>
      <datalist id="known-tenants">
        {known?.tenants.map(({ id, name }) => (
          <option key={id} value={id}>
            {name ?? ''}
          </option>
        ))}
      </datalist>
      <fieldset class="data">
        <legend>Data</legend>
        {fields.length > 0 && (
          <div class="segments" role="group" aria-label="How to edit the data">
            <button type="button" aria-pressed={!isJson} onClick={() => setJson(false)}>
              Form
            </button>
            <button type="button" aria-pressed={isJson} onClick={() => setJson(true)}>
              JSON
            </button>
          </div>
        )}
        {isJson ? (
          <JsonEditor
            label="Data as JSON"
            hint={fields.length === 0 ? 'This workflow has no schema for its data.' : undefined}
            value={data}
            onChange={setData}
            errors={errorsAt(errors, 'data', true)}
          />
        ) : (
          <FieldInputs fields={fields} data={data} path={[]} errors={errors} onChange={setData} />
        )}
      </fieldset>
      {failure && (
        <div class="note bad" role="alert">
          <p>{failure}</p>
          {others.map(({ field, message }) => (
            <p key={field}>
              <code>{field}</code> {message}
            </p>
          ))}
        </div>
      )}
      {run !== null && <Triggered id={run} />}
      <footer class="form-foot">
        <Button kind="primary" icon="play" type="submit" disabled={isSending}>
          Trigger now
        </Button>
      </footer>
    </form>
  );
}

interface Choice {
  id: string;
  name: string;
}

function Recipients({ chosen, onChange, users, errors }: { chosen: Json[]; onChange: (next: Json[]) => void; users: Choice[]; errors: string[] }) {
  const [text, setText] = useState('');
  const [mistake, setMistake] = useState('');
  const add = (source: string) => {
    if (source.trim() === '') return;
    try {
      const recipient = parseRecipient(source);
      const isKnown = chosen.some((one) => showRecipient(one) === showRecipient(recipient));
      if (!isKnown) onChange([...chosen, recipient]);
      setText('');
      setMistake('');
    } catch (error) {
      setMistake(problem(error));
    }
  };
  const suggestions = users.filter(({ id }) => !chosen.some((one) => one === id)).slice(0, 8);
  return (
    <div>
      <Labelled
        label="Recipients"
        hint={
          <>
            The id of a user, <code>projects/paddock-9</code> for an object, or JSON such as <code>{'{"id": "jhammond", "email": "j@park.example"}'}</code>, which also creates the user. Enter adds it.
          </>
        }
        errors={[...errors, ...(mistake ? [mistake] : [])]}
      >
        {(props) => (
          <div class="tokens">
            {chosen.map((recipient, index) => (
              <span class="token" key={showRecipient(recipient)}>
                {showRecipient(recipient)}
                <button type="button" aria-label={`Remove ${showRecipient(recipient)}`} onClick={() => onChange(chosen.filter((_, at) => at !== index))}>
                  <Icon name="close" size={12} />
                </button>
              </span>
            ))}
            <input
              {...props}
              type="text"
              list="known-users"
              value={text}
              autocomplete="off"
              onInput={(event) => setText(event.currentTarget.value)}
              onBlur={() => add(text)}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && text.trim() !== '') {
                  event.preventDefault();
                  add(text);
                } else if (event.key === 'Backspace' && text === '') {
                  onChange(chosen.slice(0, -1));
                }
              }}
            />
          </div>
        )}
      </Labelled>
      {suggestions.length > 0 && (
        <p class="suggestions" role="group" aria-label="Users">
          {suggestions.map(({ id, name }) => (
            <button key={id} type="button" class="chip" onClick={() => add(id)}>
              <Icon name="plus" size={12} /> {name || id}
            </button>
          ))}
        </p>
      )}
    </div>
  );
}

function Triggered({ id }: { id: string }) {
  const { data } = useResource(`triggered ${id}`, (signal) => get<{ entries: { id: string; recipient_runs: { id: string; recipient: Json }[] }[] }>(`${CONTROL}/runs`, { page_size: 20 }, signal));
  const runs = data?.entries.find((entry) => entry.id === id)?.recipient_runs ?? [];
  return (
    <div class="note good" role="status">
      <p>
        <b>Triggered.</b> <a href={href('messages', null, { run: id })}>Show its messages</a>
      </p>
      {runs.slice(0, 5).map((run) => (
        <p key={run.id}>
          <a href={href('runs', run.id)}>The run for {showRecipient(run.recipient)}</a>
        </p>
      ))}
    </div>
  );
}
