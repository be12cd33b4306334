// What people have typed and chosen in each message, modal and Home tab: kept while block_id and action_id stay the same.

export function createForms() {
  const surfaces = new Map();
  const fieldsOf = (key) => {
    if (!surfaces.has(key)) surfaces.set(key, new Map());
    return surfaces.get(key);
  };
  return {
    get: (key, block, action) => fieldsOf(key).get(block)?.get(action),
    set(key, block, action, value) {
      const fields = fieldsOf(key);
      if (!fields.has(block)) fields.set(block, new Map());
      fields.get(block).set(action, value);
    },
    // The surface's view.state.values: {block_id: {action_id: value}}.
    values: (key) => Object.fromEntries([...fieldsOf(key)].map(([block, actions]) => [block, Object.fromEntries(actions)])),
    // Forgets the fields that the surface no longer shows; `shown` holds "block_id action_id".
    retain(key, shown) {
      for (const [block, actions] of fieldsOf(key)) {
        for (const action of actions.keys()) if (!shown.has(`${block} ${action}`)) actions.delete(action);
        if (!actions.size) fieldsOf(key).delete(block);
      }
    },
    drop: (key) => surfaces.delete(key),
    clear: () => surfaces.clear(),
  };
}
