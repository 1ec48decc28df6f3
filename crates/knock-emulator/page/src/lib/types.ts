// What the emulator returns.

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

export interface Channel {
  id: string;
  key: string | null;
  name: string | null;
  type: string;
}

export interface Problem {
  file: string;
  place: string;
  message: string;
}

export interface Status {
  version: string;
  now: string;
  ahead_ms: number;
  revision: number;
  counts: { messages: number; unread: number; runs: number; requests: number };
  directory: { path: string; problems: Problem[] } | null;
  smtp: string | null;
  faults: number;
  channels: Channel[];
  workflows: { key: string; name: string | null }[];
  tenants: { id: string; name: string | null }[];
  open_workflows: boolean;
}

export interface RecipientSummary {
  id: string;
  collection: string | null;
  name: string | null;
  email: string | null;
  phone_number: string | null;
  avatar: string | null;
}

/** A recipient as in the API: the id of a user, or an object. */
export type Recipient = string | { id: string; collection: string };

export interface Summary {
  id: string;
  channel: Channel;
  workflow: string;
  workflow_name: string | null;
  step_ref: string;
  run: string;
  workflow_run: string;
  recipient: RecipientSummary;
  tenant: string | null;
  status: string;
  scheduled_at: string | null;
  sandbox: boolean;
  engagement: string[];
  title: string;
  preview: string;
  inserted_at: string;
  updated_at: string;
}

export interface PageInfo {
  after: string | null;
  page_size: number;
}

export interface MessagePage {
  entries: Summary[];
  total: number;
  page_info: PageInfo;
}

export interface Attachment {
  name: string;
  content_type: string;
  content: string;
  content_id: string | null;
  disposition: string | null;
}

export interface EmailContent {
  type: 'email';
  from: string;
  to: string;
  cc: string | null;
  bcc: string | null;
  reply_to: string | null;
  subject: string;
  html: string;
  text: string;
  preview: string | null;
  attachments: Attachment[];
  json_overrides: Json;
  own_layout: boolean;
}

export interface Button {
  name: string;
  label: string;
  action: string;
}

export type Block =
  | { type: 'markdown' | 'text'; name: string; content: string; rendered: string }
  | { type: 'button_set'; name: string; buttons: Button[] };

export interface FeedContent {
  type: 'in_app_feed';
  blocks: Block[];
}

export interface SmsContent {
  type: 'sms';
  to: string;
  body: string;
  encoding: string;
  units: number;
  segments: number;
  payload_overrides: Json;
}

export interface PushContent {
  type: 'push';
  token: string;
  title: string;
  body: string;
  data: JsonObject;
  silent: boolean;
  payload_overrides: Json;
}

export interface ChatContent {
  type: 'chat';
  connection: Json;
  markdown: string | null;
  mrkdwn: string | null;
  json: Json;
  summary: string | null;
}

export interface HttpContent {
  type: 'http';
  method: string;
  url: string;
  headers: [string, string][];
  query_params: [string, string][];
  body: string;
}

export type Content = EmailContent | FeedContent | SmsContent | PushContent | ChatContent | HttpContent;

export interface MessageEvent {
  id: string;
  type: string;
  at: string;
  data: Json;
}

export interface Attempt {
  at: string;
  kind: string;
  request: { method: string; url: string; headers: [string, string][]; body: string } | null;
  response: { status: number | string; body: string } | null;
  error: string | null;
}

export interface Message extends Summary {
  data: Json;
  events: MessageEvent[];
  content: Content | null;
  message: Json;
  attempts: Attempt[];
}

export interface RunOfRecipient {
  id: string;
  recipient: Recipient;
  status: string;
  inserted_at: string;
  outcome: string | null;
  waiting: { step_ref: string; until: string | null } | null;
}

/** A trigger, with its runs. */
export interface TriggerEntry {
  id: string;
  workflow: string;
  at: string;
  actor: Recipient | null;
  tenant: string | null;
  data: Json;
  /** The number of recipients, of which the first ones have their runs here. */
  recipient_count: number;
  recipient_runs: RunOfRecipient[];
}

export interface Step {
  step_ref: string;
  step_type: string;
  state: 'done' | 'skipped' | 'waiting' | 'failed';
  started_at: string;
  ended_at: string | null;
  detail: Json;
  scope: Json;
}

export interface RunEvent {
  id: string;
  event: string;
  status: string;
  attempt: number;
  step_type: string | null;
  step_ref: string | null;
  data: Json;
  inserted_at: string;
}

export interface Run {
  id: string;
  workflow_run_id: string;
  workflow: string;
  recipient: Recipient;
  actor: Recipient | null;
  tenant: string | null;
  status: string;
  error_count: number;
  trigger_source: { type: string; cancellation_key: string | null; schedule_id: string | null };
  inserted_at: string;
  updated_at: string;
  events: RunEvent[];
  emulator?: { outcome: string | null; steps: Step[] };
  messages: Summary[];
  /** The runs that its steps triggered. */
  nested: { id: string; workflow: string; recipient: Recipient; status: string }[];
  trigger: { data: Json; recipient_count: number };
}

export interface Workflow {
  key: string;
  name: string | null;
  active: boolean;
  categories: string[];
  trigger_data_json_schema: Json;
  steps: { ref: string; type: string; name: string | null }[];
}

export interface LoggedRequest {
  id: string;
  at: string;
  method: string;
  path: string;
  query: string | null;
  headers: { [name: string]: string };
  body: Json;
  status: number;
  faulted: boolean;
  response?: Json;
}

export interface WebhookDelivery {
  id: number;
  url: string;
  event: string;
  body: Json;
  attempts: { at: string; status?: number; error?: string }[];
  delivered: boolean;
  next_attempt_at: string | null;
}

export interface Webhooks {
  endpoints: { url: string; events: string[] }[];
  entries: WebhookDelivery[];
}

export interface User extends JsonObject {
  id: string;
}

export interface UsersPage {
  entries: User[];
  page_info: { after: string | null; total_count?: number };
}

export interface FieldError {
  field: string;
  message: string;
  type: string;
}
