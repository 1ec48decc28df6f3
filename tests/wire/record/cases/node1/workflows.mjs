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
          recipients: [USER, INLINE_USER, OBJECT_REFERENCE, INLINE_OBJECT],
          actor: INLINE_USER,
          cancellation_key: 'cancel-comment-123',
          data: DATA,
          settings: { sandbox_mode: true, skip_delay: false },
          tenant: INLINE_TENANT,
        },
        { idempotencyKey: 'order-42/created' },
      ],
      'actor-id': [WORKFLOW, { recipients: [USER], actor: USER, tenant: TENANT }],
      'actor-object': [WORKFLOW, { recipients: [USER], actor: OBJECT_REFERENCE, tenant: { id: TENANT } }],
      'data-empty': [WORKFLOW, { recipients: [USER], data: {} }],
      'recipients-empty': [WORKFLOW, { recipients: [] }],
      'recipient-trigger-data': [WORKFLOW, { recipients: [{ id: USER, $trigger_data: { seat: 'A1' } }] }],
      null: [
        WORKFLOW,
        { recipients: [USER], actor: null, cancellation_key: null, data: null, settings: null, tenant: null },
      ],
      'settings-null': [WORKFLOW, { recipients: [USER], settings: { sandbox_mode: null, skip_delay: null } }],
    },
  ],
  cancel: [
    'POST /v1/workflows/{key}/cancel',
    {
      required: [WORKFLOW, { cancellation_key: 'cancel-comment-123' }],
      full: [WORKFLOW, { cancellation_key: 'cancel-comment-123', recipients: [USER, OBJECT_REFERENCE] }],
      null: [WORKFLOW, { cancellation_key: 'cancel-comment-123', recipients: null }],
    },
  ],
});
