import { methods } from '../../lib/cases.mjs';
import {
  CHANNEL,
  CHANNEL_DATA,
  COLLECTION,
  INLINE_OBJECT,
  INLINE_USER,
  OBJECT,
  OBJECT_REFERENCE,
  OPTIONS,
  PREFERENCES,
  USER,
} from '../values.mjs';

export default methods('objects.bulk', {
  delete: [
    'POST /v1/objects/{collection}/bulk/delete',
    { required: [COLLECTION, { object_ids: [OBJECT] }], full: ['$tenants', { object_ids: [OBJECT, 'a/b'] }, OPTIONS] },
  ],
  addSubscriptions: [
    'POST /v1/objects/{collection}/bulk/subscriptions/add',
    {
      required: [COLLECTION, { subscriptions: [{ id: OBJECT, recipients: [USER] }] }],
      full: [
        COLLECTION,
        {
          subscriptions: [
            { id: OBJECT, recipients: [USER, INLINE_USER, INLINE_OBJECT], properties: { role: 'owner' } },
            { id: 'project_2', recipients: [OBJECT_REFERENCE], properties: null },
          ],
        },
      ],
    },
  ],
  deleteSubscriptions: [
    'POST /v1/objects/{collection}/bulk/subscriptions/delete',
    {
      required: [COLLECTION, { subscriptions: [{ id: OBJECT, recipients: [USER] }] }],
      full: [
        COLLECTION,
        {
          subscriptions: [
            { id: OBJECT, recipients: [USER, OBJECT_REFERENCE] },
            { id: 'project_2', recipients: ['user_2'] },
          ],
        },
        OPTIONS,
      ],
    },
  ],
  set: [
    'POST /v1/objects/{collection}/bulk/set',
    {
      required: [COLLECTION, { objects: [{ id: OBJECT }] }],
      full: [
        COLLECTION,
        {
          objects: [
            {
              id: OBJECT,
              channel_data: { [CHANNEL]: CHANNEL_DATA.discord },
              created_at: '2026-01-02T03:04:05Z',
              name: 'Apollo',
              preferences: { default: PREFERENCES },
              budget: 12.5,
            },
          ],
        },
      ],
      null: [COLLECTION, { objects: [{ id: OBJECT, channel_data: null, created_at: null, name: null, preferences: null }] }],
    },
  ],
});
