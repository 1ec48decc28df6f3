import { methods } from '../../lib/cases.mjs';
import {
  DATA,
  INLINE_OBJECT,
  INLINE_TENANT,
  INLINE_USER,
  OBJECT_REFERENCE,
  OPTIONS,
  PAGING,
  REPEATS,
  SCHEDULES,
  TENANT,
  USER,
  WORKFLOW,
} from '../values.mjs';

const WHEN = { ending_at: '2027-01-01T00:00:00Z', repeats: REPEATS, scheduled_at: '2026-06-01T09:30:00Z' };
const CLEARED = { actor: null, data: null, ending_at: null, scheduled_at: null, tenant: null };

export default [
  ...methods('schedules', {
    create: [
      'POST /v1/schedules',
      {
        required: [{ recipients: [USER], workflow: WORKFLOW }],
        full: [
          {
            recipients: [USER, INLINE_USER, OBJECT_REFERENCE, INLINE_OBJECT],
            workflow: WORKFLOW,
            actor: INLINE_USER,
            data: DATA,
            ...WHEN,
            tenant: INLINE_TENANT,
          },
          OPTIONS,
        ],
        null: [{ recipients: [USER], workflow: WORKFLOW, ...CLEARED }],
      },
    ],
    update: [
      'PUT /v1/schedules',
      {
        required: [{ schedule_ids: [SCHEDULES[0]] }],
        full: [{ schedule_ids: SCHEDULES, actor: OBJECT_REFERENCE, data: DATA, ...WHEN, tenant: TENANT }],
        null: [{ schedule_ids: SCHEDULES, ...CLEARED }],
        'repeats-empty': [{ schedule_ids: SCHEDULES, repeats: [] }],
      },
    ],
    list: [
      'GET /v1/schedules',
      {
        required: [{ workflow: WORKFLOW }],
        full: [{ ...PAGING, workflow: WORKFLOW, recipients: [USER, 'user 2'], tenant: TENANT }],
        'recipients-references': [{ workflow: WORKFLOW, recipients: [OBJECT_REFERENCE] }],
        'recipients-user-first': [{ workflow: WORKFLOW, recipients: [USER, OBJECT_REFERENCE] }],
        'recipients-reference-first': [{ workflow: WORKFLOW, recipients: [OBJECT_REFERENCE, USER] }],
      },
    ],
    delete: [
      'DELETE /v1/schedules',
      { required: [{ schedule_ids: [SCHEDULES[0]] }], full: [{ schedule_ids: SCHEDULES }, OPTIONS] },
    ],
  }),
  ...methods('schedules.bulk', {
    create: [
      'POST /v1/schedules/bulk/create',
      {
        required: [{ schedules: [{ workflow: WORKFLOW }] }],
        full: [
          {
            schedules: [
              { workflow: WORKFLOW, actor: USER, data: DATA, ...WHEN, recipient: INLINE_USER, tenant: TENANT },
              { workflow: WORKFLOW, recipient: OBJECT_REFERENCE, tenant: INLINE_TENANT },
            ],
          },
        ],
        null: [{ schedules: [{ workflow: WORKFLOW, recipient: USER, ...CLEARED }] }],
      },
    ],
  }),
];
