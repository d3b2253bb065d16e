import type { GraphQLError } from 'graphql';
import type { Frame } from './frame.ts';
import type { Place } from './cursor.ts';
import type { LiveGroup } from './live-group.ts';
import type { RunningStream } from './live-queries.ts';
import type { Reader, Sink } from './reader.ts';

/** A subscription between its first and its last frame. */
export class OpenStream implements Sink, RunningStream {
  readonly #sink: Sink;
  readonly #group: LiveGroup;
  readonly #onClose: () => void;
  readonly #reader: Reader;
  #isOpen = true;

  /** @param onClose told once, however it ends */
  constructor(
    sink: Sink,
    group: LiveGroup,
    options: { readonly from: Place | undefined; readonly onClose: () => void },
  ) {
    this.#sink = sink;
    this.#group = group;
    this.#onClose = options.onClose;
    this.#reader = group.join(this, options.from);
  }

  get ready(): boolean {
    return this.#sink.ready;
  }

  send(frame: Frame): void {
    this.#sink.send(frame);
  }

  /** The group has nothing more to tell. */
  end(error?: GraphQLError): void {
    this.#close();
    this.#sink.end(error);
  }

  resume(): void {
    if (this.#isOpen) this.#group.resume(this.#reader);
  }

  /** The client wants no more. */
  stop(): void {
    if (!this.#isOpen) return;
    this.#close();
    this.#group.leave(this.#reader);
  }

  #close(): void {
    if (this.#isOpen) this.#onClose();
    this.#isOpen = false;
  }
}
