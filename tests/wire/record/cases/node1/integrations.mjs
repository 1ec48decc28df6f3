import { methods } from '../../lib/cases.mjs';

const RPC = { id: 'req_1', jsonrpc: '2.0', method: 'list_objects' };
const FULL = { ...RPC, method: 'sync_batch', params: { records: [{ id: 1, email: 'jane@example.com' }], dry_run: false } };

export default [
  ...methods('integrations.census', {
    customDestination: ['POST /v1/integrations/census/custom-destination', { required: [RPC], full: [FULL] }],
  }),
  ...methods('integrations.hightouch', {
    embeddedDestination: ['POST /v1/integrations/hightouch/embedded-destination', { required: [RPC], full: [FULL] }],
  }),
];
