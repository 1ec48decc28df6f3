import { methods } from '../../lib/cases.mjs';
import { DATA, INLINE_OBJECT, INLINE_TENANT, INLINE_USER, OBJECT_REFERENCE, TENANT, USER, WORKFLOW } from '../values.mjs';

export default methods('workflows', {
  trigger: [
    'POST /v1/workflows/{key}/trigger',
    {
      required: [WORKFLOW, { recipients: [USER] }],
      full: [
        WORKFLOW,
        {
          actor: INLINE_USER,
          recipients: [USER, INLINE_USER, OBJECT_REFERENCE, INLINE_OBJECT],
          cancellationKey: 'cancel-comment-123',
          tenant: INLINE_TENANT,
          data: DATA,
        },
        { idempotencyKey: 'order-42/created' },
      ],
      // The example in the README.
      readme: [
        'dinosaurs-loose',
        {
          actor: 'dnedry',
          recipients: ['jhammond', 'agrant', 'imalcolm', 'esattler'],
          data: { type: 'trex', priority: 1 },
          tenant: 'jurassic-park',
          cancellationKey: 'cancel-123',
        },
      ],
      'idempotency-key': [WORKFLOW, { recipients: [USER] }, { idempotencyKey: 'k-1' }],
      'idempotency-key-empty': [WORKFLOW, { recipients: [USER] }, { idempotencyKey: '' }],
      'actor-object': [WORKFLOW, { actor: OBJECT_REFERENCE, recipients: [USER], tenant: TENANT }],
      'data-empty': [WORKFLOW, { recipients: [USER], data: {} }],
      'key-snake-case': [WORKFLOW, { recipients: [USER], cancellation_key: 'dropped', settings: { sandbox_mode: true } }],
      null: [WORKFLOW, { recipients: [USER], actor: null, cancellationKey: null, tenant: null, data: null }],
    },
  ],
  cancel: [
    'POST /v1/workflows/{key}/cancel',
    {
      required: [WORKFLOW, 'cancel-comment-123'],
      full: [WORKFLOW, 'cancel-comment-123', { recipients: [USER, OBJECT_REFERENCE] }],
      null: [WORKFLOW, 'cancel-comment-123', { recipients: null }],
    },
  ],
});
