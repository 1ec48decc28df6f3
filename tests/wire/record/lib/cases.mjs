// Helpers for files of cases.

/**
 * `methods('users', { get: ['GET /v1/users/{user_id}', { required: ['user_123'] }] })`
 * creates the case `users.get/required`, which calls `client.users.get('user_123')`.
 */
export function methods(resource, table) {
  return Object.entries(table).flatMap(([name, [operation, variants]]) =>
    Object.entries(variants).map(([variant, args]) => ({
      name: `${resource}.${name}/${variant}`,
      operation,
      method: `${resource}.${name}`,
      args,
    })),
  );
}

/** Creates one case per unusual id; `args(id)` returns the arguments. */
export function forEachId(ids, { method, operation, prefix = 'id', args }) {
  return Object.entries(ids).map(([label, id]) => ({
    name: `${method}/${prefix}-${label}`,
    operation,
    method,
    args: args(id),
  }));
}
