import { methods } from '../../lib/cases.mjs';
import { MESSAGE, MESSAGES, OPTIONS } from '../values.mjs';

const ids = { required: [{ message_ids: [MESSAGE] }], full: [{ message_ids: MESSAGES }, OPTIONS] };

export default methods('messages.batch', {
  archive: ['POST /v1/messages/batch/archived', ids],
  getContent: ['GET /v1/messages/batch/content', ids],
  markAsInteracted: [
    'POST /v1/messages/batch/interacted',
    {
      required: [{ message_ids: [MESSAGE] }],
      full: [{ message_ids: MESSAGES, metadata: { button: 'ok' } }],
      null: [{ message_ids: MESSAGES, metadata: null }],
    },
  ],
  markAsRead: ['POST /v1/messages/batch/read', ids],
  markAsSeen: ['POST /v1/messages/batch/seen', ids],
  markAsUnread: ['POST /v1/messages/batch/unread', ids],
  markAsUnseen: ['POST /v1/messages/batch/unseen', ids],
  unarchive: ['POST /v1/messages/batch/unarchived', ids],
});
