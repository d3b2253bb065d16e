import type { Chances } from '../seeded-chances.ts';
import type { Simulator } from '../../../dev/simulator/simulator.ts';
import type { SimulatedRequest } from '../../../dev/simulator/request.ts';

interface FaultInjectorOptions {
  readonly simulator: Simulator;
  readonly chances: Chances;
  /** Whether questions about access have to be answered, if late. */
  readonly answersReviews: boolean;
  readonly note: (what: string) => void;
}

interface LastingFault {
  readonly until: number;
  readonly undo: () => Promise<void> | void;
}

const LONGEST_STEPS = 25;

/** Lets things go wrong between gateways and their cluster, at random, each for a while. */
export class FaultInjector {
  readonly #options: FaultInjectorOptions;
  #lasting: LastingFault[] = [];
  #step = 0;

  constructor(options: FaultInjectorOptions) {
    this.#options = options;
  }

  /** To be called at each step of a scenario: ends what has lasted long enough. */
  async pass(): Promise<void> {
    this.#step += 1;
    await this.#end(({ until }) => until <= this.#step);
  }

  /** Ends everything that lasts. */
  async heal(): Promise<void> {
    await this.#end(() => true);
    const { faults } = this.#options.simulator;
    faults.rejectStreamingLists(false);
    faults.duplicateEvents(false);
  }

  /** Lets one thing go wrong. */
  act(): void {
    const { chances, note, answersReviews } = this.#options;
    const names = Object.keys(this.#faults).filter((name) => !answersReviews || name !== 'stop');
    const name = chances.of(names);
    note(`fault: ${name}`);
    this.#faults[name]?.();
  }

  readonly #faults: Readonly<Record<string, () => void>> = {
    endWatches: () => this.#options.simulator.faults.endWatches(),
    dropWatches: () => this.#options.simulator.faults.dropWatches(),
    expireWatches: () => this.#options.simulator.faults.expireWatches(),
    compact: () => this.#compact(),
    compactAndDrop: () => {
      this.#compact();
      this.#options.simulator.faults.dropWatches();
    },
    malformed: () => this.#options.simulator.faults.injectLine(this.#options.chances.of(malformedLines)),
    duplicates: () => {
      this.#options.simulator.faults.duplicateEvents(true);
      this.#last(() => this.#options.simulator.faults.duplicateEvents(false));
    },
    rejectStreamingLists: () => {
      this.#options.simulator.faults.rejectStreamingLists(true);
      this.#last(() => this.#options.simulator.faults.rejectStreamingLists(false));
    },
    stall: () => this.#last(this.#options.simulator.faults.stall()),
    refuse: () => this.#refuse(),
    refuseAndDrop: () => {
      this.#refuse();
      this.#options.simulator.faults.dropWatches();
    },
    delay: () => this.#last(this.#options.simulator.faults.delay(5 + this.#options.chances.below(60))),
    stop: () => {
      const stopped = this.#options.simulator.faults.stop();
      this.#last(async () => {
        await stopped;
        await this.#options.simulator.faults.start();
      });
    },
  };

  #compact(): void {
    this.#options.simulator.faults.compact({ answer: this.#options.chances.of(['event', 'status'] as const) });
  }

  #refuse(): void {
    const { chances, simulator } = this.#options;
    const status = chances.of([429, 500, 503, 504]);
    const retryAfterSeconds = chances.below(4) === 0 ? 1 : undefined;
    this.#last(simulator.faults.refuse({ status, retryAfterSeconds, when: isReading }));
  }

  #last(undo: LastingFault['undo']): void {
    this.#lasting.push({ until: this.#step + 2 + this.#options.chances.below(LONGEST_STEPS), undo });
  }

  async #end(isOver: (fault: LastingFault) => boolean): Promise<void> {
    const over = this.#lasting.filter(isOver);
    this.#lasting = this.#lasting.filter((fault) => !over.includes(fault));
    for (const { undo } of over) await undo();
  }
}

const malformedLines = [
  '{"type":"ADDED"}',
  '{"type":"MODIFIED","object":{"metadata":null}}',
  '][',
  '{}',
  '{"type":"NEWS"}',
];

function isReading({ verb }: SimulatedRequest): boolean {
  return verb === 'list' || verb === 'watch';
}
