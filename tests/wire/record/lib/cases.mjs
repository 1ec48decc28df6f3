// How a file of cases is written down.

/**
 * `methods('users', { get: ['GET /v1/users/{user_id}', { required: ['user_123'] }] })`
 * makes the case `users.get/required`, which calls `client.users.get('user_123')`.
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

/** One case for each awkward id: `args(id)` gives the arguments. */
export function forEachId(ids, { method, operation, prefix = 'id', args }) {
  return Object.entries(ids).map(([label, id]) => ({
    name: `${method}/${prefix}-${label}`,
    operation,
    method,
    args: args(id),
  }));
}
