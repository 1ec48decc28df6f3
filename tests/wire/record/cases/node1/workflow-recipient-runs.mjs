import { methods } from '../../lib/cases.mjs';
import { OBJECT_REFERENCE, OPTIONS, PAGING, RECIPIENT_RUN, TENANT, USER, WORKFLOW } from '../values.mjs';

export default methods('workflowRecipientRuns', {
  list: [
    'GET /v1/workflow_recipient_runs',
    {
      required: [],
      full: [
        {
          ...PAGING,
          ending_at: '2026-02-01T00:00:00Z',
          has_errors: true,
          recipient: USER,
          starting_at: '2026-01-01T00:00:00Z',
          status: ['queued', 'completed'],
          tenant: TENANT,
          workflow: WORKFLOW,
        },
      ],
      'recipient-object': [{ recipient: OBJECT_REFERENCE, has_errors: false }],
    },
  ],
  get: ['GET /v1/workflow_recipient_runs/{id}', { required: [RECIPIENT_RUN], full: [RECIPIENT_RUN, OPTIONS] }],
});
