import { methods } from '../../lib/cases.mjs';
import { CHANNEL, OPTIONS, TENANT, USER } from '../values.mjs';

const STEP = { channel_id: CHANNEL, guide_id: '7f6e5d4c-3b2a-4190-8f7e-6d5c4b3a2910', guide_key: 'tour_1', guide_step_ref: 'step_1' };

export default methods('users.guides', {
  getChannel: [
    'GET /v1/users/{user_id}/guides/{channel_id}',
    { required: [USER, CHANNEL], full: [USER, CHANNEL, { data: '{"plan":"pro"}', tenant: TENANT, type: 'banner' }] },
  ],
  markMessageAsArchived: [
    'PUT /v1/users/{user_id}/guides/messages/archived',
    { required: [USER, STEP], full: [USER, { ...STEP, is_final: true, tenant: TENANT, unthrottled: false }] },
  ],
  markMessageAsInteracted: [
    'PUT /v1/users/{user_id}/guides/messages/interacted',
    { required: [USER, STEP], full: [USER, { ...STEP, metadata: { button: 'next', index: 1 }, tenant: TENANT }] },
  ],
  markMessageAsSeen: [
    'PUT /v1/users/{user_id}/guides/messages/seen',
    {
      required: [USER, { ...STEP, content: {} }],
      full: [USER, { ...STEP, content: { title: 'Welcome' }, data: { plan: 'pro' }, tenant: TENANT }],
    },
  ],
  resetGuideEngagements: [
    'PUT /v1/users/{user_id}/guides/engagements/reset',
    { required: [USER, { guide_key: 'tour_1' }], full: [USER, { guide_key: 'tour_1', tenant: TENANT }, OPTIONS] },
  ],
  unarchiveGuideMessage: [
    'DELETE /v1/users/{user_id}/guides/messages/archived',
    { required: [USER, { guide_key: 'tour_1' }], full: [USER, { guide_key: 'tour_1', tenant: TENANT }, OPTIONS] },
  ],
});
