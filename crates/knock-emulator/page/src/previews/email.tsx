import { useMemo, useState } from 'preact/hooks';

import { bytes, plural } from '../lib/format';
import { remoteImages } from '../lib/links';
import { notify } from '../lib/session';
import type { Attachment, EmailContent, Message } from '../lib/types';
import { Icon, type IconName } from '../parts/icons';
import { Button, classes, Facts, OwnChoice } from '../parts/ui';
import { Frame } from './frame';

const WIDTHS: [string, string, IconName][] = [
  ['phone', 'Phone, 375 px', 'phone'],
  ['tablet', 'Tablet, 768 px', 'tablet'],
  ['full', 'Full width', 'desktop'],
];

export function EmailPreview({ message, content }: { message: Message; content: EmailContent }) {
  const [width, setWidth] = useState('full');
  const [isDark, setDark] = useState(false);
  const [hasImages, setImages] = useState(false);
  const remote = useMemo(() => remoteImages(content.html), [content.html]);
  const blocked = hasImages ? 0 : remote;
  return (
    <div class="preview">
      <Facts
        rows={[
          ['From', content.from],
          ['To', content.to],
          ['Cc', content.cc],
          ['Bcc', content.bcc],
          ['Reply to', content.reply_to],
          ['Preview', content.preview],
        ]}
      />
      {content.attachments.length > 0 && <Attachments attachments={content.attachments} />}
      <div class="bar" role="group" aria-label="How the email is shown">
        <div class="segments">
          {WIDTHS.map(([name, label, icon]) => (
            <button key={name} type="button" aria-pressed={width === name} title={label} aria-label={label} onClick={() => setWidth(name)}>
              <Icon name={icon} />
            </button>
          ))}
        </div>
        <button type="button" class="button plain" aria-pressed={isDark} title="Shows the styles that the email has for dark mode" onClick={() => setDark(!isDark)}>
          <Icon name="moon" />
          <span>Dark</span>
        </button>
        {content.own_layout && <OwnChoice what="its default layout; the directory has none with the key “default”" />}
      </div>
      {blocked > 0 && (
        <div class="note">
          <span>{plural(blocked, 'image of another host is', 'images of other hosts are')} blocked.</span>
          <Button onClick={() => setImages(true)}>Show images</Button>
        </div>
      )}
      <div class={classes('stage', `width-${width}`, isDark && 'dark')}>
        <Frame id={message.id} title={`The email “${content.subject}”`} hasImages={hasImages} class={classes('email', isDark && 'dark')} />
      </div>
    </div>
  );
}

/** Types that a browser would show instead of keeping them, so that they could run scripts. */
const UNSAFE = /html|svg|xml|javascript/i;

function Attachments({ attachments }: { attachments: Attachment[] }) {
  return (
    <ul class="attachments" aria-label="Attachments">
      {attachments.map((attachment, index) => (
        <li key={index}>
          <button type="button" class="button plain" onClick={() => download(attachment)}>
            <Icon name="download" />
            <span>{attachment.name}</span>
            <small>
              {attachment.content_type}, {bytes(Math.floor((attachment.content.length * 3) / 4))}
            </small>
          </button>
        </li>
      ))}
    </ul>
  );
}

function download({ name, content, content_type: type }: Attachment): void {
  let data: Uint8Array<ArrayBuffer>;
  try {
    data = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  } catch {
    notify(`The attachment ${name} is not valid Base64.`, true);
    return;
  }
  const url = URL.createObjectURL(new Blob([data], { type: UNSAFE.test(type) ? 'application/octet-stream' : type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
