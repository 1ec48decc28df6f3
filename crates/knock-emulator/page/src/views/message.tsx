// One message: what its recipient sees, its source, and what became of it.

import { useEffect, useMemo, useRef } from 'preact/hooks';

import { get, messageUrl, post, remove } from '../lib/api';
import { channelName, distance, prettyText, recipientKey, recipientName, words } from '../lib/format';
import { type Link, linksOfHtml, linksOfText, unique } from '../lib/links';
import { href, type Route } from '../lib/route';
import { attempt, channelLabel, now } from '../lib/session';
import type { Attempt, Content, Json, Message, MessageEvent } from '../lib/types';
import { useResource } from '../lib/use';
import { ChannelIcon, Icon } from '../parts/icons';
import { Badge, Button, ConfirmButton, Empty, ExternalLink, Fold, JsonLink, JsonSource, Loading, Problem, Source, type Tab, Tabs, Time } from '../parts/ui';
import { EmailPreview } from '../previews/email';
import { ChatPreview, FeedPreview, HttpPreview, Pairs, PushPreview, SmsPreview } from '../previews/others';
import { go, withParams } from './navigate';

export function MessageView({ id, route }: { id: string; route: Route }) {
  const { data: message, error, isLoading } = useResource(`message ${id}`, (signal) => get<Message>(messageUrl(id), {}, signal));
  const back = href('messages', null, route.query);
  return (
    <section class="pane detail-pane" aria-label="Message">
      {message ? (
        <Opened message={message} route={route} back={back} />
      ) : (
        <>
          <div class="pane-head">
            <a class="button quiet back" href={back}>
              <Icon name="back" /> <span>Messages</span>
            </a>
          </div>
          {isLoading ? <Loading /> : <Problem error={error} what="message" />}
        </>
      )}
    </section>
  );
}

function Opened({ message, route, back }: { message: Message; route: Route; back: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${message.title} · Knock emulator`;
    // Whoever moves through the list stays there.
    if (!document.activeElement?.closest('.list-pane .virtual')) heading.current?.focus({ preventScroll: true });
  }, [message.id]);
  const links = useMemo(() => linksOf(message.content), [message.id]);
  const tabs = tabsOf(message, links);
  const tab = tabs.find((one) => one.id === route.query.tab)?.id ?? 'preview';
  return (
    <>
      <header class="pane-head">
        <div class="row">
          <a class="button quiet back" href={back}>
            <Icon name="back" /> <span class="back-text">Messages</span>
          </a>
          <span class="grow" />
          <JsonLink path={messageUrl(message.id)} />
          <ConfirmButton
            kind="quiet"
            icon="trash"
            label="Delete this message"
            question="Delete this message?"
            confirm="Delete"
            onConfirm={() =>
              void attempt(() => remove(messageUrl(message.id)), 'Deleted the message.').then((isDone) => {
                if (isDone) go(back, { replace: true });
              })
            }
          />
        </div>
        <h1 class="message-title" tabIndex={-1} ref={heading}>
          {message.title || 'Without a title'}
        </h1>
        <p class="summary">
          <ChannelIcon type={message.channel.type} size={14} />
          <span>{channelLabel(message.channel)}</span>
          <span>
            to <RecipientLink message={message} />
          </span>
          <span>
            by <a href={href('messages', null, { workflow: message.workflow })}>{message.workflow_name || message.workflow}</a>, step <code>{message.step_ref}</code>
          </span>
          {message.tenant && (
            <span>
              tenant <a href={href('messages', null, { tenant: message.tenant })}>{message.tenant}</a>
            </span>
          )}
          <a href={href('runs', message.run)}>Show the run</a>
          <Time at={message.inserted_at} full />
        </p>
        <p class="summary">
          <Badge name={message.status} />
          {message.engagement.map((name) => (
            <Badge key={name} name={name} tone="accent" />
          ))}
          {message.sandbox && <Badge name="sandbox" tone="warn" />}
          {message.scheduled_at && message.status === 'queued' && <span class="muted">A send window opens {distance(message.scheduled_at, now())}.</span>}
        </p>
        <Actions message={message} />
      </header>
      <Tabs label="Parts of the message" tabs={tabs} chosen={tab} onChoose={(chosen) => go(withParams(route, { tab: chosen === 'preview' ? null : chosen }), { replace: true })}>
        <Part tab={tab} message={message} links={links} />
      </Tabs>
    </>
  );
}

function RecipientLink({ message }: { message: Message }) {
  const { recipient } = message;
  const name = recipientName(recipient);
  return recipient.collection ? (
    <a href={href('messages', null, { recipient: recipientKey(recipient) })}>{name}</a>
  ) : (
    <a href={href('users', recipient.id)}>{name}</a>
  );
}

const MARKS: [string, string, string | null][] = [
  ['seen', 'Seen', 'unseen'],
  ['read', 'Read', 'unread'],
  ['interacted', 'Interacted', null],
  ['archived', 'Archived', 'unarchived'],
];
/** What the provider of a channel can report. */
const DELIVERIES: [string, string, string[]][] = [
  ['delivered', 'Deliver', ['email', 'sms', 'http']],
  ['bounced', 'Bounce', ['email', 'sms', 'push', 'chat']],
  ['undelivered', 'Fail', ['email', 'sms', 'push', 'chat', 'http']],
];

/** What the recipient, or the provider, does with the message. */
function Actions({ message }: { message: Message }) {
  const deliveries = DELIVERIES.filter(([, , types]) => types.includes(message.channel.type));
  const send = (event: string) => void attempt(() => post(messageUrl(message.id, '/events'), { event }));
  return (
    <div class="actions">
      <div class="action-group" role="group" aria-label="The recipient">
        <span class="action-label" aria-hidden="true">
          Recipient
        </span>
        {MARKS.map(([name, label, opposite]) => {
          const isSet = message.engagement.includes(name);
          return (
            <button key={name} type="button" class="button toggle" aria-pressed={isSet} title={isSet && !opposite ? 'An interaction cannot be taken back; this records another one' : undefined} onClick={() => send(isSet && opposite ? opposite : name)}>
              {isSet && <Icon name="check" size={14} />}
              <span>{label}</span>
            </button>
          );
        })}
      </div>
      {deliveries.length > 0 && (
        <div class="action-group" role="group" aria-label="The provider">
          <span class="action-label" aria-hidden="true">
            Provider
          </span>
          {deliveries.map(([name, label]) => (
            <button key={name} type="button" class="button toggle" aria-pressed={message.status === name} onClick={() => send(name)}>
              {label}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function tabsOf(message: Message, links: Link[]): Tab[] {
  const { content } = message;
  const hasHtml = htmlOf(content) !== null;
  const hasText = textOf(content) !== null;
  return [
    { id: 'preview', name: 'Preview' },
    ...(hasHtml ? [{ id: 'html', name: 'HTML' }] : []),
    ...(hasText ? [{ id: 'text', name: 'Text' }] : []),
    { id: 'links', name: 'Links', count: links.length },
    { id: 'data', name: 'Data' },
    { id: 'delivery', name: 'Delivery', count: message.attempts.length },
    { id: 'timeline', name: 'Timeline' },
  ];
}

function Part({ tab, message, links }: { tab: string; message: Message; links: Link[] }) {
  switch (tab) {
    case 'html':
      return <Source text={htmlOf(message.content) ?? ''} language="html" what="HTML" />;
    case 'text':
      return <Source text={textOf(message.content) ?? ''} language="text" what="text" />;
    case 'links':
      return <Links message={message} links={links} />;
    case 'data':
      return (
        <>
          <JsonSource value={message.data} what="data of the trigger" />
          <Fold title="The message as the API shows it">{() => <JsonSource value={message.message} what="message" />}</Fold>
          {message.content && <Fold title="The rendered content">{() => <JsonSource value={message.content as unknown as Json} what="content" />}</Fold>}
        </>
      );
    case 'delivery':
      return <Delivery message={message} />;
    case 'timeline':
      return <Timeline events={message.events} />;
    default:
      return <Preview message={message} />;
  }
}

function Preview({ message }: { message: Message }) {
  const { content } = message;
  switch (content?.type) {
    case 'email':
      return <EmailPreview message={message} content={content} />;
    case 'in_app_feed':
      return <FeedPreview message={message} content={content} />;
    case 'sms':
      return <SmsPreview content={content} />;
    case 'push':
      return <PushPreview message={message} content={content} />;
    case 'chat':
      return <ChatPreview message={message} content={content} />;
    case 'http':
      return <HttpPreview content={content} />;
    default:
      return (
        <Empty icon="code" title="This message has no content">
          <p class="muted">
            Its workflow has no templates here. Start the emulator with <code>--knock-dir</code> and the directory that <code>knock pull</code> makes. The data of the trigger:
          </p>
          <JsonSource value={message.data} what="data" />
        </Empty>
      );
  }
}

function htmlOf(content: Content | null): string | null {
  if (content?.type === 'email') return content.html;
  if (content?.type !== 'in_app_feed') return null;
  return content.blocks.map((block) => (block.type === 'markdown' ? block.rendered : '')).join('\n').trim() || null;
}

function textOf(content: Content | null): string | null {
  switch (content?.type) {
    case 'email':
      return content.text;
    case 'sms':
    case 'push':
      return content.body;
    case 'chat':
      return content.markdown;
    case 'in_app_feed':
      return content.blocks.map((block) => (block.type === 'button_set' ? '' : block.content)).filter(Boolean).join('\n\n');
    default:
      return null;
  }
}

function linksOf(content: Content | null): Link[] {
  switch (content?.type) {
    case 'email':
      return linksOfHtml(content.html);
    case 'in_app_feed':
      return unique(
        content.blocks.flatMap((block) => {
          if (block.type === 'button_set') return block.buttons.map(({ label, action }) => ({ url: action, label }));
          return block.name === 'action_url' ? [{ url: block.rendered, label: 'The item' }] : linksOfHtml(block.rendered);
        }),
      );
    case 'sms':
    case 'push':
      return linksOfText(content.body);
    case 'chat':
      return linksOfText(content.json ? JSON.stringify(content.json) : (content.markdown ?? ''));
    default:
      return [];
  }
}

function Links({ message, links }: { message: Message; links: Link[] }) {
  if (links.length === 0) return <Empty icon="link" title="There are no links in this message" />;
  const click = (url: string) => void attempt(() => post(messageUrl(message.id, '/events'), { event: 'link_clicked', url }), 'Recorded the click.');
  return (
    <ul class="links">
      {links.map(({ url, label }) => (
        <li key={url}>
          <span class="link-text">
            {label && <b>{label}</b>}
            <ExternalLink url={url} />
          </span>
          <Button icon="hand" onClick={() => click(url)} title="Records that the recipient clicked this link, without opening it">
            Click
          </Button>
        </li>
      ))}
    </ul>
  );
}

function Delivery({ message }: { message: Message }) {
  if (message.attempts.length === 0) {
    return (
      <Empty icon="send" title="Nothing was sent over the network">
        <p class="muted">
          {message.channel.type === 'email'
            ? 'The emulator keeps emails here. With --smtp 127.0.0.1:1025 it also sends them to a mail server.'
            : `The emulator does not send messages of the type ${channelName(message.channel.type)} anywhere.`}
        </p>
      </Empty>
    );
  }
  return (
    <ol class="attempts">
      {message.attempts.map((one, index) => (
        <li key={index}>
          <OneAttempt attempt={one} number={index + 1} />
        </li>
      ))}
    </ol>
  );
}

function OneAttempt({ attempt: { at, kind, request, response, error }, number }: { attempt: Attempt; number: number }) {
  return (
    <article>
      <h3>
        Attempt {number} <span class="muted">{kind.toUpperCase()}</span> <Time at={at} full />
        {error ? <Badge name="failed" /> : response && <Badge name={String(response.status)} tone={/^2/.test(String(response.status)) ? 'good' : 'bad'} />}
      </h3>
      {error && <p class="error">{error}</p>}
      {request && (
        <>
          <p class="request-line">
            <span class="method">{request.method}</span> <code>{request.url}</code>
          </p>
          <Pairs title="Headers of the request" pairs={request.headers} />
          {request.body && <Source text={prettyText(request.body)} language="json" what="body of the request" />}
        </>
      )}
      {response?.body && <Source text={prettyText(response.body)} language="json" what="body of the response" />}
    </article>
  );
}

function Timeline({ events }: { events: MessageEvent[] }) {
  return (
    <ol class="timeline">
      {events.map((event) => (
        <li key={event.id}>
          <p>
            <b>{words(event.type.replace(/^message\./, ''))}</b> <Time at={event.at} full />
          </p>
          {event.data !== null && <Fold title="Details">{() => <JsonSource value={event.data} what="details" />}</Fold>}
        </li>
      ))}
    </ol>
  );
}

export function MessageLinks({ messages }: { messages: { id: string; title: string; channel: { type: string } }[] }) {
  return (
    <ul class="message-links">
      {messages.map((message) => (
        <li key={message.id}>
          <a href={href('messages', message.id)}>
            <ChannelIcon type={message.channel.type} size={14} />
            <span>{message.title || 'Without a title'}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

