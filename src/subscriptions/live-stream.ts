import type { Sink } from './reader.ts';

/** A subscription that has been accepted, before its first frame. */
export interface LiveStream {
  /** Whether its events carry cursors that a client can go on from. */
  readonly resumable: boolean;
  /** Begins. Frames may come before this returns. */
  start(sink: Sink): RunningStream;
}

export interface RunningStream {
  /** To be called when the sink is ready again. */
  resume(): void;
  /** Ends the stream at once and releases everything; the sink hears no more. */
  stop(): void;
}
