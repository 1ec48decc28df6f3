// What the recipient sees of messages that are no emails.

import { post, messageUrl } from '../lib/api';
import { fullTime, plural, prettyText, recipientName, shortTime } from '../lib/format';
import { isObject } from '../lib/schema';
import { attempt, now } from '../lib/session';
import type { ChatContent, FeedContent, HttpContent, Json, Message, PushContent, SmsContent } from '../lib/types';
import { Icon } from '../parts/icons';
import { Avatar, ExternalLink, Facts, Fold, JsonSource, Source } from '../parts/ui';
import { estimatedHeight, Frame } from './frame';
import { SlackMessage } from './slack';

export function FeedPreview({ message, content }: { message: Message; content: FeedContent }) {
  const body = content.blocks.find((block) => block.type !== 'button_set' && block.name === 'body');
  const action = content.blocks.find((block) => block.type !== 'button_set' && block.name === 'action_url');
  const html = body && body.type !== 'button_set' ? body.rendered : '';
  const interact = () => attempt(() => post(messageUrl(message.id, '/events'), { event: 'interacted' }), 'Recorded as an interaction.');
  return (
    <div class="preview">
      <article class="feed-item" aria-label="The item of the feed">
        {!message.engagement.includes('read') && <span class="unread-dot" title="Unread" />}
        <Avatar name={actorName(message)} />
        <div class="feed-body">
          <Frame id={message.id} title="The text of the item" class="inline" height={estimatedHeight(html)} />
          {content.blocks.map((block) =>
            block.type === 'button_set' ? (
              <div class="feed-buttons" key={block.name}>
                {block.buttons.map((button) => (
                  <button key={button.name + button.label} type="button" class={`button ${button.name === 'primary' ? 'primary' : 'plain'}`} title={`Records an interaction. It leads to ${button.action}`} onClick={interact}>
                    {button.label}
                  </button>
                ))}
              </div>
            ) : null,
          )}
          <span class="muted" title={fullTime(message.inserted_at)}>
            {shortTime(message.inserted_at, now())}
          </span>
        </div>
      </article>
      {action && action.type !== 'button_set' && action.rendered && (
        <Facts rows={[['A click opens', <ExternalLink url={action.rendered} />]]} />
      )}
    </div>
  );
}

/** The one who caused it. */
function actorName(message: Message): string {
  const actors = isObject(message.message) && Array.isArray(message.message.actors) ? message.message.actors : [];
  const actor = actors[0];
  if (isObject(actor)) return String(actor.name ?? actor.id ?? message.workflow);
  return typeof actor === 'string' ? actor : (message.workflow_name ?? message.workflow);
}

export function SmsPreview({ content }: { content: SmsContent }) {
  return (
    <div class="preview">
      <Facts rows={[['To', content.to]]} />
      <div class="phone-screen">
        <p class="bubble">{content.body}</p>
      </div>
      <p class="muted">
        {plural(content.segments, 'segment')} · {content.encoding} · {plural(content.units, content.encoding === 'GSM-7' ? 'septet' : 'code unit')}
      </p>
      {content.segments > 1 && <p class="muted">Each segment is billed as a message.</p>}
      <Overrides value={content.payload_overrides} />
    </div>
  );
}

export function PushPreview({ message, content }: { message: Message; content: PushContent }) {
  return (
    <div class="preview">
      {content.silent && <p class="note">This notification is silent: it wakes the app, and the recipient sees nothing.</p>}
      <div class="lock-screen">
        <p class="lock-time">{new Date(message.inserted_at).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' })}</p>
        {!content.silent && (
          <article class="push-card" aria-label="The notification">
            <span class="push-icon">
              <Icon name="bell" />
            </span>
            <div>
              <p class="push-title">
                <span>{content.title}</span>
                <span class="push-when">now</span>
              </p>
              <p class="push-body">{content.body}</p>
            </div>
          </article>
        )}
      </div>
      <Facts rows={[['Device', <code>{content.token}</code>]]} />
      <Fold title="Data of the notification">{() => <JsonSource value={content.data} what="data" />}</Fold>
      <Overrides value={content.payload_overrides} />
    </div>
  );
}

export function ChatPreview({ message, content }: { message: Message; content: ChatContent }) {
  return (
    <div class="preview">
      <div class="chat" role="group" aria-label="The message in the chat">
        <Avatar name={message.workflow_name ?? message.workflow} />
        <div class="chat-body">
          <p class="chat-sender">
            <b>{message.workflow_name ?? message.workflow}</b> <span class="app-mark">APP</span>{' '}
            <span class="muted">{shortTime(message.inserted_at, now())}</span>
          </p>
          {content.json ? (
            <SlackMessage json={content.json} />
          ) : (
            <Frame id={message.id} title="The text of the message" class="inline" height={estimatedHeight(content.markdown ?? '')} />
          )}
        </div>
      </div>
      <Facts rows={[['Summary', content.summary], ['Recipient', recipientName(message.recipient)]]} />
      <Fold title="Connection">{() => <JsonSource value={content.connection} what="connection" />}</Fold>
      {content.json && <Fold title="JSON of the message">{() => <JsonSource value={content.json} what="message" />}</Fold>}
      {content.mrkdwn && <Fold title="In Slack’s markup">{() => <Source text={content.mrkdwn ?? ''} language="text" what="mrkdwn" />}</Fold>}
    </div>
  );
}

export function HttpPreview({ content }: { content: HttpContent }) {
  return (
    <div class="preview">
      <p class="request-line">
        <span class="method">{content.method}</span> <code>{content.url}</code>
      </p>
      {content.query_params.length > 0 && <Pairs title="Query" pairs={content.query_params} />}
      <Pairs title="Headers" pairs={content.headers} />
      {content.body ? <Source text={prettyText(content.body)} language="json" what="body" /> : <p class="muted">The request has no body.</p>}
    </div>
  );
}

export function Pairs({ title, pairs }: { title: string; pairs: [string, string][] }) {
  if (pairs.length === 0) return null;
  return (
    <table class="pairs">
      <caption>{title}</caption>
      <tbody>
        {pairs.map(([name, value], index) => (
          <tr key={index}>
            <th scope="row">{name}</th>
            <td>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Overrides({ value }: { value: Json }) {
  if (!value) return null;
  return <Fold title="Overrides of the payload">{() => <JsonSource value={value} what="overrides" />}</Fold>;
}
