import type { ListState, LiveList } from './live-list.ts';

/** A readable store of Svelte, and of others with its contract. */
interface Readable<Value> {
  subscribe(run: (value: Value) => void): () => void;
}

/** Returns a store with the state of a live list, which runs while the store has subscribers. */
export function listStore<Row>(list: LiveList<Row>): Readable<ListState<Row>> {
  return {
    subscribe(run) {
      const unsubscribe = list.subscribe(() => run(list.state));
      run(list.state);
      return unsubscribe;
    },
  };
}
