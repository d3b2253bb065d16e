import type { GraphQLError } from 'graphql';
import { failure } from '../graphql/errors.ts';
import type { LiveGroup } from './live-group.ts';
import type { OpenStream } from './open-stream.ts';
import type { Opened } from './opened.ts';

export interface AudienceOptions {
  /** Finds out anew what there is to follow, and what the viewer sees of it. */
  readonly open: (since: number) => Promise<Opened>;
  /** The group of those who see the same. */
  readonly groupOf: (opened: Opened) => LiveGroup;
  readonly publicError: (error: unknown) => GraphQLError;
  /** Told once, when nobody listens any more. */
  readonly onEmpty: () => void;
}

/** All who follow one operation as one viewer. What they may see is found out again while they listen. */
export class Audience {
  readonly #options: AudienceOptions;
  readonly #streams = new Set<OpenStream>();
  #opened: Opened;
  #group: LiveGroup;
  #checking = false;
  #taking: Promise<void> = Promise.resolve();

  constructor(opened: Opened, options: AudienceOptions) {
    this.#options = options;
    this.#opened = opened;
    this.#group = options.groupOf(opened);
  }

  admit(stream: OpenStream, opened: Opened): void {
    this.#streams.add(stream);
    if (opened.since <= this.#opened.since || opened.sight === this.#opened.sight) return stream.enter(this.#group);
    this.#takeInTurn(opened).then(
      () => stream.enter(this.#group),
      (error: unknown) => this.#end(this.#options.publicError(error)),
    );
  }

  leave(stream: OpenStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size === 0) this.#options.onEmpty();
  }

  /** @param since only what the cluster's authorizer is asked from this moment on counts */
  async recheck(since: number): Promise<void> {
    if (this.#checking) return;
    this.#checking = true;
    try {
      await this.#takeInTurn(await this.#options.open(since));
    } catch (error) {
      this.#end(this.#options.publicError(error));
    } finally {
      this.#checking = false;
    }
  }

  /** One after the other, as streams are between two groups meanwhile. */
  #takeInTurn(opened: Opened): Promise<void> {
    const before = this.#taking;
    this.#taking = (async () => {
      await Promise.allSettled([before]); // who waits for that is told what went wrong
      await this.#take(opened);
    })();
    return this.#taking;
  }

  /** Goes on with what is seen now. */
  async #take(opened: Opened): Promise<void> {
    const before = this.#opened;
    if (opened.since < before.since) return;
    this.#opened = opened;
    if (opened.sight === before.sight) {
      if (opened.forViewer) this.#group.refresh();
      return;
    }
    if (opened.source.objects.isBlind && !before.source.objects.isBlind) return this.#end(lost());
    const [left, next] = [this.#group, this.#options.groupOf(opened)];
    this.#group = next;
    const moving = [...this.#streams].flatMap((stream) => (stream.reader ? [{ stream, reader: stream.reader }] : []));
    const heldBy = await left.release(moving.map(({ reader }) => reader));
    for (const { stream, reader } of moving) {
      const held = heldBy(reader);
      if (held) stream.moveTo(next, reader, held);
      else stream.enter(next);
    }
  }

  #end(error: GraphQLError): void {
    for (const stream of this.#streams) stream.end(error);
  }
}

function lost(): GraphQLError {
  return failure('FORBIDDEN', 'You may not list and watch any of these objects any more.', {
    status: 403,
    reason: 'Forbidden',
  });
}
