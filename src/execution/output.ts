import type { RenderRun, RowPlan, Write } from './plan.ts';
import type { Utf8Text } from './utf8-text.ts';

/** Writes the JSON text of a value to that of the run. Lists in it may become pending in the output. */
export type WritePending = (value: unknown, run: RenderRun, output: Output) => void;

/** A list whose items are rendered after everything around it, so that other work can run in between. */
export interface PendingList {
  readonly items: readonly unknown[];
  readonly write: Write;
  /** Set if the items are objects whose texts are cached. */
  readonly row: RowPlan | undefined;
}

/** The text of a result, in which lists are pending. */
export class Output {
  readonly #text: Utf8Text;
  readonly #start: number;
  readonly #parts: (string | PendingList)[] = [];

  /** @param text to which everything around the lists is written */
  constructor(text: Utf8Text) {
    this.#text = text;
    this.#start = text.length;
  }

  writeList(list: PendingList): void {
    this.#parts.push(this.#text.takeString(this.#start), list);
  }

  /** Returns the written texts and lists, in order. */
  parts(): readonly (string | PendingList)[] {
    return [...this.#parts, this.#text.takeString(this.#start)];
  }
}
