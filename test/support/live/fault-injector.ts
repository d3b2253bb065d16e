import { seededRandom, type SeededRandom } from '../seeded-random.ts';
import type { Simulator } from '../../../dev/simulator/simulator.ts';
import type { SimulatedRequest } from '../../../dev/simulator/request.ts';

interface FaultInjectorOptions {
  readonly simulator: Simulator;
  readonly random: SeededRandom;
  /** Whether access reviews must be answered, so that the API server may be slow but not down. */
  readonly needsApiServer: boolean;
  readonly note: (what: string) => void;
}

interface ActiveFault {
  readonly until: number;
  readonly undo: () => Promise<void> | void;
}

const MAX_FAULT_STEPS = 25;

/** Injects random faults between the gateways and their API server. Some last for a number of steps. */
export class FaultInjector {
  readonly #options: FaultInjectorOptions;
  #active: ActiveFault[] = [];
  #step = 0;

  constructor(options: FaultInjectorOptions) {
    this.#options = options;
  }

  /** Ends the faults whose time is expired. To be called at each step of a scenario. */
  async tick(): Promise<void> {
    this.#step += 1;
    await this.#end(({ until }) => until <= this.#step);
  }

  /** Ends all faults. */
  async clear(): Promise<void> {
    await this.#end(() => true);
    const { faults } = this.#options.simulator;
    faults.rejectStreamingLists(false);
    faults.duplicateEvents(false);
  }

  /** Injects one random fault. */
  inject(): void {
    const { random, note, needsApiServer } = this.#options;
    const names = Object.keys(this.#faults).filter((name) => !needsApiServer || name !== 'stop');
    const name = random.pick(names);
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
    malformed: () => this.#options.simulator.faults.injectLine(this.#options.random.pick(malformedLines)),
    duplicates: () => {
      this.#options.simulator.faults.duplicateEvents(true);
      this.#schedule(() => this.#options.simulator.faults.duplicateEvents(false));
    },
    rejectStreamingLists: () => {
      this.#options.simulator.faults.rejectStreamingLists(true);
      this.#schedule(() => this.#options.simulator.faults.rejectStreamingLists(false));
    },
    stall: () => this.#schedule(this.#options.simulator.faults.stall()),
    stallSome: () => this.#stallSome(),
    refuse: () => this.#refuse(),
    refuseAndDrop: () => {
      this.#refuse();
      this.#options.simulator.faults.dropWatches();
    },
    delay: () => this.#schedule(this.#options.simulator.faults.delay(5 + this.#options.random.below(60))),
    stop: () => {
      const stopped = this.#options.simulator.faults.stop();
      this.#schedule(async () => {
        await stopped;
        await this.#options.simulator.faults.start();
      });
    },
  };

  /** Stalls a random half of the watches, so that gateways, and the kinds within a gateway, are at different versions. */
  #stallSome(): void {
    const { random, simulator } = this.#options;
    const chance = seededRandom(random.below(2 ** 30)); // watches start at times of their own
    this.#schedule(simulator.faults.stall(() => chance.below(2) === 0));
  }

  #compact(): void {
    this.#options.simulator.faults.compact({ answer: this.#options.random.pick(['event', 'status'] as const) });
  }

  #refuse(): void {
    const { random, simulator } = this.#options;
    const status = random.pick([429, 500, 503, 504]);
    const retryAfterSeconds = random.below(4) === 0 ? 1 : undefined;
    this.#schedule(simulator.faults.refuse({ status, retryAfterSeconds, when: isReading }));
  }

  #schedule(undo: ActiveFault['undo']): void {
    this.#active.push({ until: this.#step + 2 + this.#options.random.below(MAX_FAULT_STEPS), undo });
  }

  async #end(isExpired: (fault: ActiveFault) => boolean): Promise<void> {
    const expired = this.#active.filter(isExpired);
    this.#active = this.#active.filter((fault) => !expired.includes(fault));
    for (const { undo } of expired) await undo();
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
