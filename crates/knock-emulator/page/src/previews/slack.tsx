// Blocks of Slack, drawn simply: https://docs.slack.dev/reference/block-kit/blocks. What is unknown is shown as JSON.

import { mrkdwnSpans } from '../lib/mrkdwn';
import { isObject } from '../lib/schema';
import type { Json, JsonObject } from '../lib/types';
import { classes, ExternalLink, JsonSource } from '../parts/ui';

export function SlackMessage({ json }: { json: Json }) {
  const blocks = Array.isArray(json) ? json : isObject(json) && Array.isArray(json.blocks) ? json.blocks : [];
  const text = isObject(json) && typeof json.text === 'string' ? json.text : '';
  if (blocks.length === 0) return text ? <Mrkdwn text={text} /> : <JsonSource value={json} what="message" />;
  return (
    <div class="slack">
      {blocks.map((block, index) => (
        <Block key={index} block={isObject(block) ? block : {}} />
      ))}
    </div>
  );
}

function Block({ block }: { block: JsonObject }) {
  switch (block.type) {
    case 'header':
      return (
        <p class="slack-header">
          <Text value={block.text} />
        </p>
      );
    case 'section':
      return (
        <div class="slack-section">
          <div>
            {block.text !== undefined && <Text value={block.text} />}
            {Array.isArray(block.fields) && (
              <div class="slack-fields">
                {block.fields.map((field, index) => (
                  <Text key={index} value={field} />
                ))}
              </div>
            )}
          </div>
          {block.accessory !== undefined && <Element value={block.accessory} />}
        </div>
      );
    case 'context':
      return (
        <div class="slack-context">
          <Elements value={block.elements} />
        </div>
      );
    case 'actions':
      return (
        <div class="slack-actions">
          <Elements value={block.elements} />
        </div>
      );
    case 'divider':
      return <hr />;
    case 'image':
      return <Element value={block} />;
    default:
      return <JsonSource value={block} what={`block ${String(block.type ?? '')}`} />;
  }
}

function Elements({ value }: { value: Json | undefined }) {
  if (!Array.isArray(value)) return null;
  return (
    <>
      {value.map((element, index) => (
        <Element key={index} value={element} />
      ))}
    </>
  );
}

function Element({ value }: { value: Json }) {
  if (!isObject(value)) return null;
  switch (value.type) {
    case 'button': {
      const style = value.style === 'primary' || value.style === 'danger' ? value.style : 'plain';
      const label = isObject(value.text) ? String(value.text.text ?? '') : '';
      const name = classes('button', style);
      return typeof value.url === 'string' ? (
        <ExternalLink url={value.url} class={name}>
          {label}
        </ExternalLink>
      ) : (
        <span class={name}>{label}</span>
      );
    }
    case 'image':
      return (
        <span class="slack-image" title={String(value.image_url ?? '')}>
          {String(value.alt_text ?? 'Image')}
        </span>
      );
    case 'mrkdwn':
    case 'plain_text':
      return <Text value={value} />;
    default:
      return <span class="badge calm">{String(value.type ?? 'element')}</span>;
  }
}

function Text({ value }: { value: Json | undefined }) {
  if (!isObject(value) || typeof value.text !== 'string') return null;
  return value.type === 'mrkdwn' ? <Mrkdwn text={value.text} /> : <span>{value.text}</span>;
}

function Mrkdwn({ text }: { text: string }) {
  return (
    <span class="mrkdwn">
      {mrkdwnSpans(text).map((span, index) => {
        switch (span.kind) {
          case 'bold':
            return <b key={index}>{span.text}</b>;
          case 'italic':
            return <i key={index}>{span.text}</i>;
          case 'strike':
            return <s key={index}>{span.text}</s>;
          case 'code':
            return <code key={index}>{span.text}</code>;
          case 'mention':
            return (
              <span key={index} class="mention">
                {span.text}
              </span>
            );
          case 'link':
            return (
              <ExternalLink key={index} url={span.url}>
                {span.text}
              </ExternalLink>
            );
          default:
            return span.text;
        }
      })}
    </span>
  );
}
