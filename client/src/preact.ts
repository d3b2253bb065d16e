import { signal, type ReadonlySignal } from '@preact/signals-core';
import type { ListState, LiveList } from './live-list.ts';

/** Returns a signal with the state of a live list, which runs while an effect or component reads the signal. */
export function listSignal<Row>(list: LiveList<Row>): ReadonlySignal<ListState<Row>> {
  let unsubscribe: (() => void) | undefined;
  return signal(list.state, {
    watched() {
      unsubscribe = list.subscribe(() => (this.value = list.state));
    },
    unwatched() {
      unsubscribe?.();
    },
  });
}
