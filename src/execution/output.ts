import type { RenderRun, RowPlan, Write } from './plan.ts';

/** Writes the JSON text of a value, in which lists may be pending. */
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
  readonly #chunks: (string | PendingList)[] = [];
  #text = '';

  write(text: string): void {
    this.#text += text;
  }

  writeList(list: PendingList): void {
    this.#chunks.push(this.#text, list);
    this.#text = '';
  }

  /** Returns the written texts and lists, in order. */
  chunks(): readonly (string | PendingList)[] {
    return [...this.#chunks, this.#text];
  }
}
