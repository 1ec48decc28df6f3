// The small parts that all views are made of.

import type { ButtonHTMLAttributes, ComponentChildren } from 'preact';
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';

import { Failure, problem } from '../lib/api';
import { fullTime, initials, pretty, shortTime, words } from '../lib/format';
import { safeUrl } from '../lib/links';
import { htmlTokens, jsonTokens, type Token } from '../lib/source';
import { notify, now } from '../lib/session';
import type { Json, RecipientSummary } from '../lib/types';
import { Icon, type IconName } from './icons';

export const DOCS = 'https://github.com/knock-rs/knock-rs/blob/main/docs/WORKFLOWS.md';

export function classes(...names: (string | false | null | undefined)[]): string {
  return names.filter(Boolean).join(' ');
}

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  icon?: IconName;
  kind?: 'plain' | 'primary' | 'danger' | 'quiet';
  /** The name of a button that only has an icon. */
  label?: string;
  type?: 'button' | 'submit';
};

export function Button({ icon, kind = 'plain', label, children, type = 'button', ...rest }: ButtonProps) {
  const isIcon = !children && !!label;
  return (
    <button {...rest} type={type} class={classes('button', kind, isIcon && 'icon-only', rest.class as string)} aria-label={isIcon ? label : undefined} title={rest.title ?? (isIcon ? label : undefined)}>
      {icon && <Icon name={icon} />}
      {children && <span>{children}</span>}
    </button>
  );
}

/** A link to somewhere else, if the URL is harmless; otherwise its text. */
export function ExternalLink({ url, children, class: name }: { url: string; children?: ComponentChildren; class?: string }) {
  const safe = safeUrl(url);
  if (!safe) return <span class={classes('unsafe', name)}>{children ?? url}</span>;
  return (
    <a class={name} href={safe} target="_blank" rel="noopener noreferrer">
      {children ?? url}
    </a>
  );
}

/** A link to the JSON of a view. */
export function JsonLink({ path }: { path: string }) {
  return (
    <a class="button quiet json-link" href={path} target="_blank" rel="noopener noreferrer" title="Open as JSON">
      JSON
    </a>
  );
}

export function Time({ at, full = false }: { at: string | null | undefined; full?: boolean }) {
  if (!at) return null;
  return (
    <time dateTime={at} title={fullTime(at)}>
      {full ? fullTime(at) : shortTime(at, now())}
    </time>
  );
}

const TONES: Record<string, string> = {
  delivered: 'good',
  sent: 'good',
  completed: 'good',
  done: 'good',
  queued: 'calm',
  not_sent: 'calm',
  skipped: 'calm',
  cancelled: 'calm',
  paused: 'warn',
  waiting: 'warn',
  delivery_attempted: 'warn',
  undelivered: 'bad',
  bounced: 'bad',
  failed: 'bad',
};

export function Badge({ name, tone }: { name: string; tone?: string }) {
  return <span class={`badge ${tone ?? TONES[name] ?? 'calm'}`}>{words(name)}</span>;
}

/** Marks what Knock does not document. */
export function OwnChoice({ what }: { what: string }) {
  return (
    <a class="badge own-choice" href={DOCS} target="_blank" rel="noopener noreferrer" title={`Knock does not document ${what}; this is how the emulator does it.`}>
      own choice<span class="hidden">: Knock does not document {what}. Opens the documentation.</span>
    </a>
  );
}

const HUES = 6;

/** The letters of a name; images of other hosts are never loaded. */
export function Avatar({ recipient, name }: { recipient?: RecipientSummary; name?: string }) {
  const shown = name ?? recipient?.name ?? recipient?.id ?? '?';
  const hue = [...shown].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % HUES;
  const image = recipient?.avatar;
  return (
    <span class={`avatar hue-${hue}`} aria-hidden="true">
      {image?.startsWith('data:image/') ? <img src={image} alt="" /> : initials(shown)}
    </span>
  );
}

export function Empty({ title, children, icon }: { title: string; children?: ComponentChildren; icon?: IconName }) {
  return (
    <div class="empty">
      {icon && <Icon name={icon} size={28} />}
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

export function Problem({ error, what }: { error: unknown; what: string }) {
  const isMissing = error instanceof Failure && error.status === 404;
  return (
    <div class="empty" role="alert">
      <Icon name="alert" size={28} />
      <p class="empty-title">{isMissing ? `There is no such ${what}` : `The ${what} cannot be shown`}</p>
      <p>{isMissing ? 'It may have been deleted, or the emulator was reset.' : problem(error)}</p>
    </div>
  );
}

export function Loading() {
  return (
    <div class="loading" role="status">
      <span class="hidden">Loading…</span>
    </div>
  );
}

export function CopyButton({ text, what }: { text: string; what: string }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      notify(`Copied ${what}.`);
    } catch {
      notify('The browser does not allow to copy here.', true);
    }
  };
  return <Button kind="quiet" icon="copy" label={`Copy ${what}`} onClick={copy} />;
}

type Language = 'html' | 'json' | 'text';

function tokensOf(text: string, language: Language): Token[] {
  if (language === 'html') return htmlTokens(text);
  return language === 'json' ? jsonTokens(text) : [{ kind: '', text }];
}

/** A text with colours. */
export function Source({ text, language, what }: { text: string; language: Language; what: string }) {
  const [isWrapped, setWrapped] = useState(true);
  const tokens = useMemo(() => tokensOf(text, language), [text, language]);
  return (
    <figure class="source">
      <figcaption>
        <span>{what}</span>
        <label class="check">
          <input type="checkbox" checked={isWrapped} onChange={(event) => setWrapped(event.currentTarget.checked)} /> Wrap
        </label>
        <CopyButton text={text} what={`the ${what}`} />
      </figcaption>
      <pre class={classes(isWrapped && 'wrapped')} tabIndex={0} aria-label={what}>
        <code>
          {tokens.map((token) => (token.kind ? <span class={`token-${token.kind}`}>{token.text}</span> : token.text))}
        </code>
      </pre>
    </figure>
  );
}

export function JsonSource({ value, what }: { value: Json | undefined; what: string }) {
  return <Source text={pretty(value)} language="json" what={what} />;
}

/** Something that is folded at first. What is in it is only drawn when it is open. */
export function Fold({ title, children, isOpen: initially = false }: { title: ComponentChildren; children: () => ComponentChildren; isOpen?: boolean }) {
  const [isOpen, setOpen] = useState(initially);
  return (
    <details class="fold" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      {isOpen && children()}
    </details>
  );
}

export interface Tab {
  id: string;
  name: string;
  count?: number;
}

/** Tabs with the keys that people expect of them. */
export function Tabs({ tabs, chosen, onChoose, label, children }: { tabs: Tab[]; chosen: string; onChoose: (id: string) => void; label: string; children: ComponentChildren }) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabs.findIndex((tab) => tab.id === chosen);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = step ? (at + step + tabs.length) % tabs.length : { Home: 0, End: tabs.length - 1 }[event.key];
    const tab = next === undefined ? undefined : tabs[next];
    if (!tab) return;
    event.preventDefault();
    onChoose(tab.id);
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[next ?? 0]?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${id}-${tab.id}`}
            aria-selected={tab.id === chosen}
            aria-controls={`${id}-panel`}
            tabIndex={tab.id === chosen ? 0 : -1}
            onClick={() => onChoose(tab.id)}
          >
            {tab.name}
            {tab.count !== undefined && tab.count > 0 && <span class="count">{tab.count}</span>}
          </button>
        ))}
      </div>
      <div class="tab-panel" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${chosen}`} tabIndex={-1}>
        {children}
      </div>
    </>
  );
}

/** A dialog that keeps the focus, and gives it back. */
export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onClose={onClose}
      onCancel={(event) => {
        // The browser would hide it first and tell a moment later.
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div class="dialog">
        <header>
          <h2 id={id}>{title}</h2>
          <Button kind="quiet" icon="close" label="Close" onClick={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  );
}

/** A button that asks before it acts. */
export function ConfirmButton({ question, confirm, onConfirm, ...button }: ButtonProps & { question: string; confirm: string; onConfirm: () => void }) {
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <Button {...button} onClick={() => setAsking(true)} />
      {isAsking && (
        <Dialog title={question} onClose={() => setAsking(false)}>
          <footer>
            <Button onClick={() => setAsking(false)}>Cancel</Button>
            <Button
              kind="danger"
              onClick={() => {
                setAsking(false);
                onConfirm();
              }}
            >
              {confirm}
            </Button>
          </footer>
        </Dialog>
      )}
    </>
  );
}

export interface Labelled {
  label: ComponentChildren;
  hint?: ComponentChildren;
  errors?: string[];
}

/** An input with its label, a hint and errors, which are read with it. */
export function Labelled({ label, hint, errors = [], children }: Labelled & { children: (props: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: boolean }) => ComponentChildren }) {
  const id = useId();
  const described = [hint && `${id}-hint`, errors.length > 0 && `${id}-error`].filter(Boolean).join(' ');
  const props = { id, ...(described ? { 'aria-describedby': described } : {}), ...(errors.length > 0 ? { 'aria-invalid': true } : {}) };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(props)}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {errors.length > 0 && (
        <p class="error" id={`${id}-error`}>
          {errors.join('; ')}
        </p>
      )}
    </div>
  );
}

/** An editor of JSON, which tells whether the text is valid. */
export function JsonEditor({ value, onChange, rows = 10, ...labelled }: Labelled & { value: Json | undefined; onChange: (value: Json | undefined) => void; rows?: number }) {
  const [text, setText] = useState(value === undefined ? '' : pretty(value));
  const [mistake, setMistake] = useState('');
  const edited = useRef(value);
  useEffect(() => {
    if (value === edited.current) return;
    edited.current = value;
    setText(value === undefined ? '' : pretty(value));
    setMistake('');
  }, [value]);
  const onInput = (next: string) => {
    setText(next);
    try {
      const parsed: Json | undefined = next.trim() === '' ? undefined : JSON.parse(next);
      edited.current = parsed;
      setMistake('');
      onChange(parsed);
    } catch (error) {
      setMistake(`This is not valid JSON: ${problem(error)}`);
    }
  };
  return (
    <Labelled {...labelled} errors={[...(labelled.errors ?? []), ...(mistake ? [mistake] : [])]}>
      {(props) => <textarea {...props} class="code" rows={rows} spellcheck={false} value={text} onInput={(event) => onInput(event.currentTarget.value)} />}
    </Labelled>
  );
}

/** Names and values. */
export function Facts({ rows }: { rows: [string, ComponentChildren][] }) {
  return (
    <dl class="facts">
      {rows
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
