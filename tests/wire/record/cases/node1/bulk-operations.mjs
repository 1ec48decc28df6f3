import { methods } from '../../lib/cases.mjs';
import { OPTIONS, RUN } from '../values.mjs';

export default methods('bulkOperations', {
  get: ['GET /v1/bulk_operations/{id}', { required: [RUN], full: [RUN, OPTIONS] }],
});
