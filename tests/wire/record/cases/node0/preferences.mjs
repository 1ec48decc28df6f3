// The deprecated setters for parts of a preference set, which 1.35.0 does not have.

import { methods } from '../../lib/cases.mjs';
import { CHANNEL_TYPES, COLLECTION, CONDITION, OBJECT, PREFERENCES, TENANT, USER, WORKFLOW } from '../values.mjs';

const SET = { preferenceSet: TENANT };
const SETTING = { channel_types: { email: false }, conditions: [CONDITION] };

const granular = (resource, path, at) =>
  methods(resource, {
    setChannelTypesPreferences: [
      `PUT ${path}/preferences/{id}/channel_types`,
      { required: [...at, { email: true }], full: [...at, CHANNEL_TYPES, SET] },
    ],
    setChannelTypePreferences: [
      `PUT ${path}/preferences/{id}/channel_types/{type}`,
      { required: [...at, 'email', false], full: [...at, 'in_app_feed', true, SET] },
    ],
    setWorkflowsPreferences: [
      `PUT ${path}/preferences/{id}/workflows`,
      { required: [...at, { [WORKFLOW]: true }], full: [...at, PREFERENCES.workflows, SET] },
    ],
    setWorkflowPreferences: [
      `PUT ${path}/preferences/{id}/workflows/{key}`,
      { required: [...at, WORKFLOW, false], full: [...at, WORKFLOW, SETTING, SET] },
    ],
    setCategoriesPreferences: [
      `PUT ${path}/preferences/{id}/categories`,
      { required: [...at, { billing: true }], full: [...at, PREFERENCES.categories, SET] },
    ],
    setCategoryPreferences: [
      `PUT ${path}/preferences/{id}/categories/{key}`,
      { required: [...at, 'billing', false], full: [...at, 'billing', SETTING, SET] },
    ],
  });

export default [
  ...granular('users', '/v1/users/{user_id}', [USER]),
  ...granular('objects', '/v1/objects/{collection}/{object_id}', [COLLECTION, OBJECT]),
];
