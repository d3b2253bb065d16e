import type { GraphQLError } from 'graphql';
import type { Frame } from './frame.ts';
import type { Place } from './cursor.ts';
import type { Held } from './holdings.ts';
import type { LiveGroup } from './live-group.ts';
import type { RunningStream } from './live-stream.ts';
import type { Reader, Sink } from './reader.ts';

interface OpenStreamOptions {
  /** Where the client goes on from; undefined: from the beginning. */
  readonly from: Place | undefined;
  /** Told once, however it ends. */
  readonly onClose: (stream: OpenStream) => void;
}

/** A subscription between its first and its last frame. */
export class OpenStream implements Sink, RunningStream {
  readonly #sink: Sink;
  readonly #options: OpenStreamOptions;
  #place: { readonly group: LiveGroup; readonly reader: Reader } | undefined;
  #isOpen = true;

  constructor(sink: Sink, options: OpenStreamOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  get ready(): boolean {
    return this.#sink.ready;
  }

  /** Undefined before it has entered a group. */
  get reader(): Reader | undefined {
    return this.#place?.reader;
  }

  /** Reads in this group from now on. */
  enter(group: LiveGroup): void {
    if (this.#isOpen) this.#place = { group, reader: group.join(this, this.#options.from) };
  }

  /** Goes on in another group with what it holds. */
  moveTo(group: LiveGroup, reader: Reader, held: ReadonlyMap<string, Held>): void {
    if (!this.#isOpen) return;
    this.#place = { group, reader };
    group.adopt(reader, held);
  }

  send(frame: Frame): void {
    this.#sink.send(frame);
  }

  /** There is nothing more to tell. */
  end(error?: GraphQLError): void {
    if (!this.#isOpen) return;
    this.#close();
    this.#sink.end(error);
  }

  resume(): void {
    if (this.#isOpen) this.#place?.group.resume(this.#place.reader);
  }

  /** The client wants no more. */
  stop(): void {
    if (this.#isOpen) this.#close();
  }

  #close(): void {
    this.#isOpen = false;
    this.#place?.group.leave(this.#place.reader);
    this.#options.onClose(this);
  }
}
