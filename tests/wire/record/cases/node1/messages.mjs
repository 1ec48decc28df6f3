import { methods } from '../../lib/cases.mjs';
import { MESSAGE, MESSAGE_FILTERS, OPTIONS, PAGING } from '../values.mjs';

const plain = { required: [MESSAGE], full: [MESSAGE, OPTIONS] };

export default methods('messages', {
  list: [
    'GET /v1/messages',
    {
      required: [],
      full: [MESSAGE_FILTERS],
      'inserted-at-one': [{ inserted_at: { gte: '2026-01-01T00:00:00.000Z' } }],
      'status-one': [{ status: ['sent'] }],
      'status-empty': [{ status: [] }],
      'text-empty': [{ tenant: '' }],
      null: [{ tenant: null, status: null, inserted_at: null }],
      'null-in-list': [{ status: [null, 'sent'] }],
    },
  ],
  archive: ['PUT /v1/messages/{message_id}/archived', plain],
  get: ['GET /v1/messages/{message_id}', plain],
  getContent: ['GET /v1/messages/{message_id}/content', plain],
  listActivities: [
    'GET /v1/messages/{message_id}/activities',
    { required: [MESSAGE], full: [MESSAGE, { ...PAGING, trigger_data: '{"comment_id":"123"}' }] },
  ],
  listDeliveryLogs: ['GET /v1/messages/{message_id}/delivery_logs', { required: [MESSAGE], full: [MESSAGE, PAGING] }],
  listEvents: ['GET /v1/messages/{message_id}/events', { required: [MESSAGE], full: [MESSAGE, PAGING] }],
  markAsInteracted: [
    'PUT /v1/messages/{message_id}/interacted',
    {
      required: [MESSAGE],
      full: [MESSAGE, { metadata: { button: 'ok', index: 1, first: true } }],
      'body-null': [MESSAGE, null],
    },
  ],
  markAsRead: ['PUT /v1/messages/{message_id}/read', plain],
  markAsSeen: ['PUT /v1/messages/{message_id}/seen', plain],
  markAsUnread: ['DELETE /v1/messages/{message_id}/read', plain],
  markAsUnseen: ['DELETE /v1/messages/{message_id}/seen', plain],
  unarchive: ['DELETE /v1/messages/{message_id}/archived', plain],
});
