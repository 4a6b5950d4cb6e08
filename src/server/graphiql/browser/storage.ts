/**
 * Runs in the browser. GraphiQL's storage with names of its own for each `scope`, so that tabs made for one workspace do
 * not turn up under a token for another; light or dark is the same for all. In memory where the browser keeps nothing.
 */
export function scopedStorage(scope: string): Storage {
  const memory = new Map<string, string>();
  const prefix = `activity-log:${scope}:`;
  const nameOf = (key: string) => (key === 'graphiql:theme' ? key : `${prefix}${key}`);
  const kept = (): Storage | undefined => {
    try {
      return window.localStorage;
    } catch {
      return undefined;
    }
  };
  const store = kept();
  const names = () =>
    (store === undefined ? [...memory.keys()] : Object.keys(store)).filter((name) => name.startsWith(prefix));
  const removeItem = (key: string) => (store === undefined ? void memory.delete(key) : store.removeItem(key));
  return {
    get length() {
      return names().length;
    },
    key: (index) => names()[index] ?? null,
    getItem: (key) => (store === undefined ? (memory.get(nameOf(key)) ?? null) : store.getItem(nameOf(key))),
    setItem: (key, value) =>
      store === undefined ? void memory.set(nameOf(key), value) : store.setItem(nameOf(key), value),
    removeItem: (key) => removeItem(nameOf(key)),
    clear: () => {
      for (const name of names()) removeItem(name);
    },
  };
}
