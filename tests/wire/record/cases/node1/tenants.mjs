import { methods } from '../../lib/cases.mjs';
import { INLINE_CHANNEL_DATA, INLINE_TENANT, OPTIONS, PAGING, TENANT, TENANT_SETTINGS } from '../values.mjs';

export default [
  ...methods('tenants', {
    list: ['GET /v1/tenants', { required: [], full: [{ ...PAGING, name: 'Acme & Sons', tenant_id: TENANT }] }],
    delete: ['DELETE /v1/tenants/{id}', { required: [TENANT], full: [TENANT, OPTIONS] }],
    get: [
      'GET /v1/tenants/{id}',
      {
        required: [TENANT],
        full: [TENANT, { resolve_full_preference_settings: true }],
        'resolve-false': [TENANT, { resolve_full_preference_settings: false }],
      },
    ],
    set: [
      'PUT /v1/tenants/{id}',
      {
        required: [TENANT, {}],
        full: [
          TENANT,
          {
            resolve_full_preference_settings: true,
            channel_data: INLINE_CHANNEL_DATA,
            name: 'Acme & Sons',
            settings: TENANT_SETTINGS,
            region: 'eu',
          },
        ],
        null: [
          TENANT,
          {
            channel_data: null,
            name: null,
            settings: {
              branding: { icon_url: null, logo_url: null, primary_color: null, primary_color_contrast: null },
              preference_set: null,
            },
          },
        ],
      },
    ],
  }),
  ...methods('tenants.bulk', {
    delete: [
      'POST /v1/tenants/bulk/delete',
      {
        required: [{ tenant_ids: [TENANT] }],
        full: [{ tenant_ids: [TENANT, 'a b&c', 'é'] }, OPTIONS],
        empty: [{ tenant_ids: [] }],
      },
    ],
    set: [
      'POST /v1/tenants/bulk/set',
      { required: [{ tenants: [TENANT] }], full: [{ tenants: [TENANT, { id: 'tenant_2' }, INLINE_TENANT] }, OPTIONS] },
    ],
  }),
];
