// The users, and one of them with what notifies them.

import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';

import { API, CONTROL, Failure, get, getUpTo, problem, put, remove, userUrl, withQuery } from '../lib/api';
import { channelName, plural, words } from '../lib/format';
import { href, type Route } from '../lib/route';
import { isObject } from '../lib/schema';
import { attempt, channelLabel, notify, status, workflowName } from '../lib/session';
import { useStore } from '../lib/store';
import type { Channel, Json, JsonObject, MessagePage, User, Workflow } from '../lib/types';
import { useResource } from '../lib/use';
import { Icon } from '../parts/icons';
import { Panes } from '../parts/panes';
import { Avatar, Button, classes, ConfirmButton, Dialog, Empty, Fold, JsonEditor, JsonLink, JsonSource, Labelled, Loading, Problem, type Tab, Tabs } from '../parts/ui';
import { MessageLinks } from './message';
import { go, withParams } from './navigate';

const PAGE = 50;
/** A search looks at this many users. */
const MANY = 1000;

export function Users({ route }: { route: Route }) {
  const open = route.id;
  return (
    <Panes
      list={<List route={route} />}
      detail={open !== null ? <UserView key={open} id={open} route={route} /> : null}
      idle={
        <Empty icon="users" title="Choose a user">
          <p class="muted">Their properties, channel data, preferences and messages are shown here.</p>
        </Empty>
      }
    />
  );
}

function List({ route }: { route: Route }) {
  const [limit, setLimit] = useState(PAGE);
  const [query, setQuery] = useState('');
  const [isAdding, setAdding] = useState(false);
  const wanted = query ? MANY : limit;
  const { data, error } = useResource(`users ${wanted}`, (signal) => getUpTo<User>(`${API}/users`, { page_size: PAGE }, wanted, signal));
  const found = useMemo(() => data?.entries.filter((user) => matches(user, query)) ?? [], [data, query]);
  return (
    <section class="pane list-pane" aria-label="Users">
      <header class="pane-head">
        <div class="row">
          <h1 tabIndex={-1}>Users</h1>
          <span class="grow" />
          <JsonLink path={withQuery(`${API}/users`, { page_size: PAGE })} />
          <Button icon="plus" onClick={() => setAdding(true)}>
            New user
          </Button>
        </div>
        <label class="search">
          <span class="hidden">Search users</span>
          <Icon name="search" />
          <input type="search" placeholder="Search by id, name, email or phone" value={query} onInput={(event) => setQuery(event.currentTarget.value)} />
        </label>
      </header>
      {!data && (error ? <Problem error={error} what="list of users" /> : <Loading />)}
      {data?.entries.length === 0 && (
        <Empty icon="users" title="No users yet">
          <p class="muted">They appear when your program identifies them or triggers a workflow for them.</p>
        </Empty>
      )}
      {data && data.entries.length > 0 && (
        <div class="scroll" tabIndex={-1}>
          {found.length === 0 && (
            <Empty icon="search" title="No user matches">
              <p class="muted">{data.hasMore ? `Only the first ${plural(data.entries.length, 'user')} were searched. ` : ''}</p>
              <p>
                <a href={href('users', query.trim())}>Open the user with the id “{query.trim()}”</a>
              </p>
            </Empty>
          )}
          <ul class="users">
            {found.map((user) => (
              <li key={user.id}>
                <a class={classes('user-row', user.id === route.id && 'is-open')} href={href('users', user.id)} aria-current={user.id === route.id ? 'true' : undefined}>
                  <Avatar name={text(user.name) || user.id} />
                  <span class="row-main">
                    <span class="row-title">{text(user.name) || user.id}</span>
                    <span class="row-preview">{[user.id, user.email, user.phone_number].filter(Boolean).map(String).join(' · ')}</span>
                  </span>
                </a>
              </li>
            ))}
          </ul>
          {data.hasMore && !query && (
            <p class="more">
              <Button onClick={() => setLimit(limit + PAGE)}>Show more users</Button>
            </p>
          )}
        </div>
      )}
      {isAdding && <NewUser onClose={() => setAdding(false)} />}
    </section>
  );
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function matches(user: User, query: string): boolean {
  const known = [user.id, user.name, user.email, user.phone_number].map(text).join(' ').toLowerCase();
  return query.toLowerCase().split(/\s+/).every((word) => known.includes(word));
}

function NewUser({ onClose }: { onClose: () => void }) {
  const [fields, setFields] = useState<Record<string, string>>({});
  const [mistake, setMistake] = useState('');
  const save = async () => {
    const { id = '', ...properties } = fields;
    if (!id.trim()) {
      setMistake('The id is needed.');
      return;
    }
    const body = Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== ''));
    try {
      await put(userUrl(id.trim()), body);
      onClose();
      go(href('users', id.trim()));
    } catch (error) {
      setMistake(problem(error));
    }
  };
  const input = (name: string, label: string, type: string) => (
    <Labelled label={label} errors={name === 'id' && mistake ? [mistake] : []}>
      {(props) => <input {...props} type={type as 'text'} value={fields[name] ?? ''} onInput={(event) => setFields({ ...fields, [name]: event.currentTarget.value })} />}
    </Labelled>
  );
  return (
    <Dialog title="New user" onClose={onClose}>
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {input('id', 'Id', 'text')}
        {input('name', 'Name', 'text')}
        {input('email', 'Email', 'email')}
        {input('phone_number', 'Phone number', 'tel')}
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit">
            Save
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

const TABS: Tab[] = [
  { id: 'preferences', name: 'Preferences' },
  { id: 'properties', name: 'Properties' },
  { id: 'channels', name: 'Channel data' },
  { id: 'messages', name: 'Messages' },
];

function UserView({ id, route }: { id: string; route: Route }) {
  const { data: user, error, isLoading } = useResource(`user ${id}`, (signal) => get<User>(userUrl(id), {}, signal));
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${id} · Knock emulator`;
    heading.current?.focus({ preventScroll: true });
  }, [user?.id]);
  const tab = TABS.find((one) => one.id === route.query.tab)?.id ?? 'preferences';
  const name = text(user?.name) || id;
  return (
    <section class="pane detail-pane" aria-label="User">
      <header class="pane-head">
        <div class="row">
          <a class="button quiet back" href={href('users')}>
            <Icon name="back" /> <span class="back-text">Users</span>
          </a>
          <span class="grow" />
          <JsonLink path={userUrl(id)} />
          {user && (
            <ConfirmButton
              kind="quiet"
              icon="trash"
              label="Delete this user"
              question={`Delete the user ${id}?`}
              confirm="Delete"
              onConfirm={() =>
                void attempt(() => remove(userUrl(id)), 'Deleted the user.').then((isDone) => {
                  if (isDone) go(href('users'), { replace: true });
                })
              }
            />
          )}
        </div>
        <div class="row user-title">
          <Avatar name={name} />
          <div>
            <h1 class="message-title" tabIndex={-1} ref={heading}>
              {name}
            </h1>
            <p class="summary">
              <code>{id}</code>
              {text(user?.email) && <span>{text(user?.email)}</span>}
              {text(user?.phone_number) && <span>{text(user?.phone_number)}</span>}
            </p>
          </div>
        </div>
      </header>
      {!user && (isLoading ? <Loading /> : <Problem error={error} what="user" />)}
      {user && (
        <Tabs label="Parts of the user" tabs={TABS} chosen={tab} onChoose={(chosen) => go(withParams(route, { tab: chosen === 'preferences' ? null : chosen }), { replace: true })}>
          {tab === 'preferences' && <PreferencesOf id={id} />}
          {tab === 'properties' && <Properties user={user} />}
          {tab === 'channels' && <ChannelData id={id} />}
          {tab === 'messages' && <MessagesOf id={id} />}
        </Tabs>
      )}
    </section>
  );
}

function EditForm({ onCancel, onSave, children }: { onCancel?: () => void; onSave: () => Promise<unknown>; children: ComponentChildren }) {
  return (
    <div class="form">
      {children}
      <footer>
        {onCancel && <Button onClick={onCancel}>Cancel</Button>}
        <Button kind="primary" onClick={() => void onSave()}>
          Save
        </Button>
      </footer>
    </div>
  );
}

/** What the API adds to the properties. */
const OWN = new Set(['__typename', '__cursor', 'id', 'created_at', 'updated_at', 'preferences', 'channel_data']);

function Properties({ user }: { user: User }) {
  const [edited, setEdited] = useState<Json | undefined>(undefined);
  const properties = Object.fromEntries(Object.entries(user).filter(([name]) => !OWN.has(name)));
  const save = async () => {
    if (!isObject(edited)) return notify('The properties have to be a JSON object.', true);
    if (await attempt(() => put(userUrl(user.id), edited), 'Saved the properties.')) setEdited(undefined);
  };
  if (edited === undefined) {
    return (
      <>
        <JsonSource value={properties} what="properties" />
        <Button onClick={() => setEdited(properties)}>Edit</Button>
      </>
    );
  }
  return (
    <EditForm onCancel={() => setEdited(undefined)} onSave={save}>
      <JsonEditor label="Properties" hint="What is left out stays as it is; null removes it." value={edited} onChange={(next) => setEdited(next ?? {})} />
    </EditForm>
  );
}

function ChannelData({ id }: { id: string }) {
  const channels = useStore(status)?.channels ?? [];
  const { data, error } = useResource(`channel data ${id} ${channels.map((channel) => channel.id).join(' ')}`, (signal) =>
    Promise.all(channels.map(async (channel) => ({ channel, data: await channelData(id, channel, signal) }))),
  );
  if (!data) return error ? <Problem error={error} what="channel data" /> : <Loading />;
  if (data.length === 0) return <Empty title="There are no channels" />;
  return (
    <ul class="cards">
      {data.map((one) => (
        <li key={one.channel.id}>
          <OneChannel id={id} channel={one.channel} data={one.data} />
        </li>
      ))}
    </ul>
  );
}

async function channelData(id: string, channel: Channel, signal: AbortSignal): Promise<Json | undefined> {
  try {
    return (await get<{ data: Json }>(userUrl(id, `/channel_data/${encodeURIComponent(channel.id)}`), {}, signal)).data;
  } catch (error) {
    if (error instanceof Failure && error.status === 404) return undefined;
    throw error;
  }
}

/** What a channel needs to know of a recipient. */
const EXAMPLES: Record<string, Json> = {
  push: { tokens: ['device-token'] },
  chat: { connections: [{ access_token: 'xoxb-token', channel_id: 'C0123456789' }] },
};

function OneChannel({ id, channel, data }: { id: string; channel: Channel; data: Json | undefined }) {
  const [edited, setEdited] = useState<Json | undefined>(undefined);
  const url = userUrl(id, `/channel_data/${encodeURIComponent(channel.id)}`);
  const save = async () => {
    if (await attempt(() => put(url, { data: edited ?? {} }), 'Saved the channel data.')) setEdited(undefined);
  };
  return (
    <article class="card">
      <h2>
        {channelLabel(channel)} <span class="muted">{channelName(channel.type)}</span>
      </h2>
      {edited !== undefined ? (
        <EditForm onCancel={() => setEdited(undefined)} onSave={save}>
          <JsonEditor label="Data" value={edited} onChange={(next) => setEdited(next ?? {})} rows={6} />
        </EditForm>
      ) : (
        <>
          {data === undefined ? <p class="muted">No data for this channel.</p> : <JsonSource value={data} what="channel data" />}
          <div class="row">
            <Button onClick={() => setEdited(data ?? EXAMPLES[channel.type] ?? {})}>{data === undefined ? 'Set' : 'Edit'}</Button>
            {data !== undefined && <Button onClick={() => void attempt(() => remove(url), 'Removed the channel data.')}>Remove</Button>}
          </div>
        </>
      )}
    </article>
  );
}

function MessagesOf({ id }: { id: string }) {
  const { data, error } = useResource(`messages of ${id}`, (signal) => get<MessagePage>(`${CONTROL}/messages`, { recipient: id, page_size: 20 }, signal));
  if (!data) return error ? <Problem error={error} what="messages" /> : <Loading />;
  if (data.entries.length === 0) return <Empty icon="email" title="No messages for this user" />;
  return (
    <>
      <MessageLinks messages={data.entries} />
      <p>
        <a href={href('messages', null, { recipient: id })}>Show all {plural(data.total, 'message')} in the inbox</a>
      </p>
    </>
  );
}

type Group = 'channel_types' | 'workflows' | 'categories';
const GROUPS: [Group, string][] = [
  ['channel_types', 'Channel types'],
  ['workflows', 'Workflows'],
  ['categories', 'Categories'],
];
/** The set without a tenant. */
const DEFAULT_SET = 'default';
const CHANNEL_TYPES = ['email', 'in_app_feed', 'sms', 'push', 'chat', 'http'];

function PreferencesOf({ id }: { id: string }) {
  const tenants = useStore(status)?.tenants ?? [];
  const { data, error } = useResource(`own preferences ${id}`, (signal) => get<{ entries: JsonObject[] }>(`${CONTROL}/preferences`, { user: id }, signal));
  const [chosen, setChosen] = useState(DEFAULT_SET);
  if (!data) return error ? <Problem error={error} what="preferences" /> : <Loading />;

  const own = new Map(data.entries.map((set) => [String(set.id), stored(set)]));
  const names = [...new Set([DEFAULT_SET, ...tenants.map((tenant) => tenant.id), ...own.keys()])];
  const label = (set: string) => (set === DEFAULT_SET ? 'Default' : tenants.find((tenant) => tenant.id === set)?.name || set);
  return (
    <>
      {names.length > 1 && (
        <Labelled label="Set" hint="The default set, or that for one tenant.">
          {(props) => (
            <select {...props} value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
              {names.map((set) => (
                <option key={set} value={set}>
                  {label(set)}
                </option>
              ))}
            </select>
          )}
        </Labelled>
      )}
      <PreferenceSet key={chosen} id={id} set={chosen} own={own.get(chosen) ?? {}} />
    </>
  );
}

/** One set of a user. The switches show it on top of the defaults, but only what the user changes is stored. */
function PreferenceSet({ id, set, own }: { id: string; set: string; own: JsonObject }) {
  const url = userUrl(id, `/preferences/${encodeURIComponent(set)}`);
  const { data, error } = useResource(`preferences ${id} ${set}`, (signal) => get<JsonObject>(url, {}, signal));
  const workflows = useResource('workflows', (signal) => get<{ entries: Workflow[] }>(`${CONTROL}/workflows`, {}, signal)).data?.entries ?? [];
  const known = useStore(status);
  const [isJson, setJson] = useState(false);
  const [edited, setEdited] = useState<Json | undefined>(undefined);
  if (!data) return error ? <Problem error={error} what="preferences" /> : <Loading />;

  const keys: Record<Group, string[]> = {
    channel_types: CHANNEL_TYPES,
    workflows: [...new Set([...workflows.map(({ key }) => key), ...(known?.workflows ?? []).map(({ key }) => key)])],
    categories: [...new Set(workflows.flatMap(({ categories }) => categories))],
  };
  const save = (preferences: Json) => attempt(() => put(url, preferences), 'Saved the preferences.');
  const change = (group: Group, key: string, isOn: boolean) => save({ __persistence_strategy__: 'merge', [group]: { [key]: isOn } });
  return (
    <div class="preferences">
      <div class="segments" role="group" aria-label="How to edit the preferences">
        <button type="button" aria-pressed={!isJson} onClick={() => setJson(false)}>
          Switches
        </button>
        <button
          type="button"
          aria-pressed={isJson}
          onClick={() => {
            setEdited(own);
            setJson(true);
          }}
        >
          JSON
        </button>
      </div>
      {isJson ? (
        <EditForm onSave={() => save(edited ?? {})}>
          <JsonEditor
            label={set === DEFAULT_SET ? 'The default set' : 'The set for this tenant'}
            hint="Without the defaults of the environment and the tenant. It replaces the whole set."
            value={edited}
            onChange={setEdited}
            rows={16}
          />
        </EditForm>
      ) : (
        GROUPS.map(([group, title]) => (
          <fieldset class="switches" key={group}>
            <legend>{title}</legend>
            {[...new Set([...keys[group], ...Object.keys(isObject(data[group]) ? data[group] : {})])]
              .filter((key) => !key.startsWith('__'))
              .map((key) => (
                <Switch key={key} group={group} name={key} setting={isObject(data[group]) ? data[group][key] : undefined} onChange={(isOn) => change(group, key, isOn)} />
              ))}
            {keys[group].length === 0 && !isObject(data[group]) && <p class="muted">There are none.</p>}
          </fieldset>
        ))
      )}
    </div>
  );
}

/** The set without what only a response has. */
function stored(preferences: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(preferences).filter(([name, value]) => name !== 'id' && !name.startsWith('__typename') && value !== null));
}

type SwitchProps = { group: Group; name: string; setting: Json | undefined; onChange: (isOn: boolean) => Promise<boolean> };

function Switch({ group, name, setting, onChange }: SwitchProps) {
  // What was chosen is shown until it is stored. Otherwise news of something else would turn the switch back for a moment.
  const [chosen, setChosen] = useState<boolean | undefined>(undefined);
  useEffect(() => setChosen(undefined), [JSON.stringify(setting)]);
  const choose = async (isOn: boolean) => {
    setChosen(isOn);
    if (!(await onChange(isOn))) setChosen(undefined);
  };
  const label = group === 'channel_types' ? channelName(name) : group === 'workflows' ? workflowName(name) : words(name);
  return (
    <div class="switch-row">
      <label>
        <input type="checkbox" role="switch" class="switch" checked={chosen ?? setting !== false} onChange={(event) => void choose(event.currentTarget.checked)} />
        <span>{label}</span>
        {group === 'workflows' && label !== name && <code class="muted">{name}</code>}
      </label>
      {setting === undefined && <span class="muted">not set</span>}
      {isObject(setting) && <Fold title="More settings">{() => <JsonSource value={setting} what="setting" />}</Fold>}
    </div>
  );
}
