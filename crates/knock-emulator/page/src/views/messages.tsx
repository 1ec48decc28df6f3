// The inbox: the list of messages and, beside it, the message that is open.

import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';

import { CONTROL, get, messageUrl, post, remove, withQuery } from '../lib/api';
import { Feed, type FeedState, FIRST_ROWS } from '../lib/feed';
import { channelName, plural, recipientKey, recipientName, words } from '../lib/format';
import { changes } from '../lib/live';
import type { Range } from '../lib/rows';
import { href, type Query, type Route } from '../lib/route';
import { announcement, attempt, channelLabel, hasShortcuts, notify, status, workflowName } from '../lib/session';
import { useStore } from '../lib/store';
import type { MessagePage, Summary } from '../lib/types';
import { useDebounced, useWide } from '../lib/use';
import { ChannelIcon, Icon } from '../parts/icons';
import { VirtualList } from '../parts/list';
import { Panes } from '../parts/panes';
import { Badge, Button, classes, ConfirmButton, Empty, JsonLink, Labelled, Loading, Problem, Time } from '../parts/ui';
import { MessageView } from './message';
import { go, isTyping, withParams } from './navigate';

const ROW_PX = 76;
const SEARCH_MS = 120;
/** The parameters that choose messages; the others say how one is shown. */
const FILTERS = ['recipient', 'channel', 'channel_type', 'workflow', 'tenant', 'status', 'run', 'unread', 'archived', 'query'] as const;
const STATUSES = ['queued', 'sent', 'delivered', 'delivery_attempted', 'undelivered', 'bounced', 'not_sent'];

export function Messages({ route }: { route: Route }) {
  const isWide = useWide();
  const filters = useMemo(() => chosen(route.query), [JSON.stringify(chosen(route.query))]);
  const [active, setActive] = useState(0);
  const [focusCount, setFocusCount] = useState(0);
  const { state, feed } = useFeed(filters);
  const open = route.id;

  const openAt = (index: number) => {
    const row = state.rows[index];
    if (row) go(href('messages', row.id, route.query), { replace: open !== null });
  };
  const activeId = useRef<string | null>(null);
  const move = (index: number) => {
    if (index < 0 || index >= state.total) return;
    setActive(index);
    activeId.current = state.rows[index]?.id ?? null;
    if (open === null || isWide) setFocusCount((count) => count + 1);
    if (open !== null) openAt(index);
  };

  // The same row stays active when others arrive above it.
  useEffect(() => {
    const at = state.rows.findIndex((row) => row.id === (open ?? activeId.current));
    if (at >= 0) setActive(at);
  }, [state.rows, open]);
  useEffect(() => {
    activeId.current = null;
    setActive(0);
  }, [filters]);

  useShortcuts((key) => {
    const current = open ?? state.rows[active]?.id;
    switch (key) {
      case 'j':
      case 'ArrowDown':
        return move(focusCount === 0 && open === null ? active : active + 1);
      case 'k':
      case 'ArrowUp':
        return move(active - 1);
      case 'Enter':
        return openAt(active);
      case 'Escape':
        if (open === null) return undefined;
        go(href('messages', null, route.query));
        return setFocusCount((count) => count + 1);
      case '/':
        return document.querySelector<HTMLInputElement>('#search')?.focus();
      case 'e':
        return current && void mark(current, 'archived');
      case 'u':
        return current && void mark(current, 'read');
      default:
        return undefined;
    }
  });

  return (
    <Panes
      list={
        <section class="pane list-pane" aria-label="Messages">
          <Head route={route} filters={filters} state={state} />
          <List route={route} filters={filters} state={state} feed={feed} active={active} focusCount={focusCount} onActive={move} />
        </section>
      }
      detail={open !== null ? <MessageView key={open} id={open} route={route} /> : null}
      idle={
        <Empty icon="email" title="Choose a message">
          <p class="muted">
            <kbd>j</kbd> and <kbd>k</kbd> move, <kbd>Enter</kbd> opens, <kbd>?</kbd> shows all keys. Looking at a message does not change it.
          </p>
        </Empty>
      }
    />
  );
}

/** Sets a mark or takes it away, as the recipient would. What the list shows may be a moment old, so the emulator is asked. */
async function mark(id: string, name: 'archived' | 'read'): Promise<void> {
  await attempt(async () => {
    const { engagement } = await get<Summary>(messageUrl(id));
    const event = engagement.includes(name) ? `un${name}` : name;
    await post(messageUrl(id, '/events'), { event });
    notify(`Marked as ${words(event).toLowerCase()}.`);
  });
}

function chosen(query: Query): Query {
  return Object.fromEntries(FILTERS.flatMap((name) => (query[name] ? [[name, query[name]]] : [])));
}

/** What is archived is not in the inbox, unless one asks for it, or for all messages of a run. */
function asked(filters: Query): Query {
  return filters.run ? filters : { archived: 'false', ...filters };
}

/** The list of messages with these filters. While other ones are fetched, it keeps what it had. */
function useFeed(filters: Query): { state: FeedState; feed: Feed } {
  const feed = useMemo(() => {
    const control = new AbortController();
    const fetchPage = (after: string | null) =>
      get<MessagePage>(`${CONTROL}/messages`, { ...asked(filters), page_size: FIRST_ROWS, after }, control.signal);
    return new Feed(fetchPage, (next, arrived) => {
      if (next.isLoaded || next.error) setState(next);
      announce(arrived);
    });
  }, [filters]);
  const [state, setState] = useState(feed.state);
  useEffect(() => {
    feed.refresh();
    const stop = changes.subscribe(() => feed.refresh());
    return () => {
      stop();
      feed.stop();
    };
  }, [feed]);
  return { state, feed };
}

function announce(arrived: Summary[]): void {
  const [latest] = arrived;
  if (!latest) return;
  const count = plural(arrived.length, 'new message');
  announcement.set(`${count}. The latest: ${latest.title}, to ${recipientName(latest.recipient)}.`);
}

/** Calls back for each key that is not meant for an input. */
function useShortcuts(act: (key: string) => unknown): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented || !hasShortcuts.get()) return;
      if (isTyping(event)) {
        if (event.key === 'Escape' && event.target instanceof HTMLElement && event.target.id === 'search') event.target.blur();
        return;
      }
      const inControl = event.target instanceof HTMLElement && event.target.closest('a, button, summary, [role=tab], pre, .virtual');
      if (inControl && (event.key === 'Enter' || event.key.startsWith('Arrow'))) return;
      if (!['j', 'k', 'ArrowDown', 'ArrowUp', 'Enter', 'Escape', '/', 'e', 'u'].includes(event.key)) return;
      if (event.key !== 'Escape') event.preventDefault();
      latest.current(event.key);
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
}

function Head({ route, filters, state }: { route: Route; filters: Query; state: FeedState }) {
  const [areFiltersShown, setFiltersShown] = useState(false);
  const [query, setQuery] = useState(filters.query ?? '');
  const set = (changed: Record<string, string | null>) => go(withParams({ ...route, id: null }, changed), { replace: true });
  useDebounced(query, SEARCH_MS, (text) => {
    if (text !== (filters.query ?? '')) set({ query: text });
  });
  useEffect(() => {
    // What is being typed is newer than the address, which follows a moment later.
    if (document.activeElement?.id !== 'search') setQuery(filters.query ?? '');
  }, [filters.query]);
  const active = FILTERS.filter((name) => filters[name] && name !== 'query' && name !== 'unread' && name !== 'archived');
  const isFiltered = Object.keys(filters).length > 0;
  return (
    <header class="pane-head">
      <div class="row">
        <h1 tabIndex={-1}>Messages</h1>
        <span class="muted count-text">{state.isLoaded && plural(state.total, 'message')}</span>
        <span class="grow" />
        <JsonLink path={withQuery(`${CONTROL}/messages`, { ...asked(filters), page_size: FIRST_ROWS })} />
        <ConfirmButton
          kind="quiet"
          icon="trash"
          label="Delete all messages"
          question="Delete all messages?"
          confirm="Delete all"
          disabled={!isFiltered && state.total === 0}
          onConfirm={() => void attempt(() => remove(`${CONTROL}/messages`), 'Deleted all messages.')}
        />
      </div>
      <div class="row">
        <label class="search">
          <span class="hidden">Search messages</span>
          <Icon name="search" />
          <input id="search" type="search" placeholder="Search" value={query} autocomplete="off" onInput={(event) => setQuery(event.currentTarget.value)} />
          <kbd aria-hidden="true">/</kbd>
        </label>
        <Button icon="filter" label={areFiltersShown ? 'Hide filters' : 'Show filters'} aria-expanded={areFiltersShown} aria-controls="filters" onClick={() => setFiltersShown(!areFiltersShown)} />
      </div>
      {areFiltersShown && <Filters filters={filters} onChange={set} />}
      <div class="row chips" role="group" aria-label="Filters">
        <Chip isOn={filters.unread === 'true'} onClick={() => set({ unread: filters.unread ? null : 'true' })}>
          Unread
        </Chip>
        <Chip isOn={filters.archived === 'true'} onClick={() => set({ archived: filters.archived ? null : 'true' })}>
          Archived
        </Chip>
        {active.map((name) => (
          <button key={name} type="button" class="chip is-on" title="Remove this filter" onClick={() => set({ [name]: null })}>
            <span class="hidden">Remove the filter </span>
            {filterLabel(name, filters[name] ?? '')}
            <Icon name="close" size={12} />
          </button>
        ))}
      </div>
    </header>
  );
}

function Chip({ isOn, onClick, children }: { isOn: boolean; onClick: () => void; children: string }) {
  return (
    <button type="button" class={classes('chip', isOn && 'is-on')} aria-pressed={isOn} onClick={onClick}>
      {children}
    </button>
  );
}

function filterLabel(name: string, value: string): string {
  const known = status.get();
  switch (name) {
    case 'channel': {
      const channel = known?.channels.find((one) => one.key === value || one.id === value);
      return channel ? channelLabel(channel) : value;
    }
    case 'channel_type':
      return channelName(value);
    case 'workflow':
      return workflowName(value);
    case 'status':
      return words(value);
    case 'run':
      return `Run ${value.slice(0, 8)}…`;
    case 'tenant':
      return known?.tenants.find((one) => one.id === value)?.name || value;
    default:
      return value;
  }
}

function Filters({ filters, onChange }: { filters: Query; onChange: (changes: Record<string, string | null>) => void }) {
  const known = useStore(status);
  const select = (name: (typeof FILTERS)[number], label: string, options: [string, string][]) => (
    <Labelled label={label}>
      {(props) => (
        <select {...props} value={filters[name] ?? ''} onChange={(event) => onChange({ [name]: event.currentTarget.value })}>
          <option value="">All</option>
          {options.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
  return (
    <div class="filters" id="filters">
      {select('channel', 'Channel', (known?.channels ?? []).map((channel) => [channel.key ?? channel.id, channelLabel(channel)]))}
      {select('workflow', 'Workflow', (known?.workflows ?? []).map((workflow) => [workflow.key, workflow.name || workflow.key]))}
      {select('tenant', 'Tenant', (known?.tenants ?? []).map((tenant) => [tenant.id, tenant.name || tenant.id]))}
      {select('status', 'Status', STATUSES.map((name) => [name, words(name)]))}
      <Labelled label="Recipient">
        {(props) => (
          <input {...props} type="text" placeholder="jhammond" value={filters.recipient ?? ''} onChange={(event) => onChange({ recipient: event.currentTarget.value.trim() })} />
        )}
      </Labelled>
      <Labelled label="Run">
        {(props) => <input {...props} type="text" placeholder="The id of a run" value={filters.run ?? ''} onChange={(event) => onChange({ run: event.currentTarget.value.trim() })} />}
      </Labelled>
      <Button kind="quiet" onClick={() => onChange(Object.fromEntries(FILTERS.map((name) => [name, null])))}>
        Remove all filters
      </Button>
    </div>
  );
}

interface ListProps {
  route: Route;
  filters: Query;
  state: FeedState;
  feed: Feed;
  active: number;
  focusCount: number;
  onActive: (index: number) => void;
}

function List({ route, filters, state, feed, active, focusCount, onActive }: ListProps) {
  const away = useRef(false);
  const list = useRef<HTMLDivElement>(null);
  const known = useRef(new Set<string>());
  const isFirst = known.current.size === 0;
  const hold = useCallback(() => {
    const focused = list.current?.contains(document.activeElement) ? document.activeElement?.closest('li') : null;
    feed.hold(away.current || (focused !== null && focused !== undefined && focused.dataset.index !== '0'));
  }, [feed]);
  const onAway = useCallback((isAway: boolean) => {
    away.current = isAway;
    hold();
  }, [hold]);
  const onRange = useCallback((range: Range) => feed.show(range), [feed]);
  useEffect(hold, [hold]);
  useEffect(() => list.current?.querySelector('.virtual')?.scrollTo(0, 0), [filters]);
  useEffect(() => {
    for (const row of state.rows) known.current.add(row.id);
  }, [state.rows]);

  if (!state.isLoaded) return state.error ? <Problem error={state.error} what="list of messages" /> : <Loading />;
  if (state.total === 0) return Object.keys(filters).length > 0 ? <NothingFound /> : <NoMessages />;
  const showFresh = () => {
    away.current = false;
    const frame = list.current?.querySelector('.virtual');
    if (frame) frame.scrollTop = 0;
    feed.hold(false);
  };
  return (
    <div class="list" ref={list} onFocusCapture={hold} onBlurCapture={() => setTimeout(hold)}>
      {state.fresh > 0 && (
        <button type="button" class="fresh" onClick={showFresh}>
          <Icon name="up" size={14} /> {plural(state.fresh, 'new message')}
        </button>
      )}
      <VirtualList
        label="Messages, newest first"
        count={state.total}
        rowHeight={ROW_PX}
        active={Math.min(active, state.total - 1)}
        onActive={onActive}
        focusCount={focusCount}
        onAway={onAway}
        onRange={onRange}
        row={(index) => {
          const row = state.rows[index];
          if (!row) return undefined;
          const isNew = !isFirst && !known.current.has(row.id);
          return {
            key: row.id,
            class: classes(row.id === route.id && 'is-open', isNew && 'is-new', !row.engagement.includes('read') && 'is-unread'),
            content: <Row row={row} route={route} tabIndex={index === active ? 0 : -1} />,
          };
        }}
      />
    </div>
  );
}

/** Statuses that are worth a badge in the list: the others are as expected. */
const NOTABLE = new Set(['queued', 'undelivered', 'bounced', 'delivery_attempted', 'not_sent']);

function Row({ row, route, tabIndex }: { row: Summary; route: Route; tabIndex: number }) {
  const isUnread = !row.engagement.includes('read');
  return (
    <a class="message-row" href={href('messages', row.id, route.query)} tabIndex={tabIndex} aria-current={row.id === route.id ? 'true' : undefined}>
      <ChannelIcon type={row.channel.type} />
      <span class="row-main">
        <span class="row-line">
          <span class="row-title">
            <span class="hidden">
              {isUnread ? 'Unread. ' : ''}
              {channelName(row.channel.type)}:{' '}
            </span>
            {row.title || 'Without a title'}
          </span>
          <Time at={row.inserted_at} />
        </span>
        <span class="row-line">
          <span class="row-preview">{row.preview && row.preview !== row.title ? row.preview : channelLabel(row.channel)}</span>
          {isUnread && <span class="unread-dot" title="Unread" />}
        </span>
        <span class="row-line">
          <span class="row-meta">
            <span class="row-recipient" title={recipientKey(row.recipient)}>
              {recipientName(row.recipient)}
            </span>
            <span>{row.workflow_name || row.workflow}</span>
            {row.tenant && <span>{row.tenant}</span>}
          </span>
          <RowBadge row={row} />
        </span>
      </span>
    </a>
  );
}

function RowBadge({ row }: { row: Summary }) {
  if (row.engagement.includes('archived')) return <Badge name="archived" />;
  if (!NOTABLE.has(row.status)) return null;
  if (row.scheduled_at && row.status === 'queued') return <Badge name="scheduled" tone="warn" />;
  return row.status === 'delivery_attempted' ? <Badge name="attempted" tone="warn" /> : <Badge name={row.status} />;
}

function NothingFound() {
  return (
    <Empty icon="search" title="No message matches">
      <p class="muted">
        Remove a filter, or <a href="#/messages">show all messages</a>.
      </p>
    </Empty>
  );
}

function NoMessages() {
  const known = useStore(status);
  const workflow = known?.workflows[0]?.key ?? 'welcome';
  const line = `curl ${location.origin}/v1/workflows/${workflow}/trigger \\
  -H 'authorization: Bearer sk_test_emulator' -H 'content-type: application/json' \\
  -d '{"recipients": [{"id": "jhammond", "email": "jhammond@example.com"}]}'`;
  return (
    <Empty icon="email" title="No messages yet">
      <p class="muted">
        <a href={href('trigger', known?.workflows[0]?.key ?? null)}>Trigger a workflow</a> here, point your program to <code>{location.origin}</code>, or use curl:
      </p>
      <pre class="snippet" tabIndex={0} aria-label="A command">
        {line}
      </pre>
    </Empty>
  );
}
