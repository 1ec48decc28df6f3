// The methods of a client, found by walking its resource objects.

export function methodsOf(client) {
  const found = [];
  walk(client, '', (resource) => resource && typeof resource === 'object' && '_client' in resource, found);
  return found.sort();
}

function walk(node, prefix, isResource, found) {
  for (const [name, child] of Object.entries(node)) {
    if (name.startsWith('_') || !isResource(child)) continue;
    const path = `${prefix}${name}`;
    for (const method of Object.getOwnPropertyNames(Object.getPrototypeOf(child))) {
      if (method !== 'constructor') found.push(`${path}.${method}`);
    }
    walk(child, `${path}.`, isResource, found);
  }
}

/** Returns a method of a client, for example `users.feeds.listItems`, bound to its resource. */
export function methodAt(client, path) {
  const names = path.split('.');
  const last = names.pop();
  const resource = names.reduce((at, name) => at[name], client);
  return resource[last].bind(resource);
}
