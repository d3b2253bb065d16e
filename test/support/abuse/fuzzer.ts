import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { seededRandom } from '../seeded-random.ts';
import type { AbusiveInput, InputSources, Surface } from './abusive-input.ts';
import { bodies, eventStreams, headers } from './http-surfaces.ts';
import { documents, variables } from './operation-surfaces.ts';
import { problemsInLog, problemsOf, schema } from './oracle.ts';
import { cpuMsOf } from './process-usage.ts';
import { RawConnection } from './raw-connection.ts';
import { sockets } from './socket-surfaces.ts';
import { MODES, type AbuseTarget, type SampleValues } from './target.ts';
import { webSockets } from './web-socket-surface.ts';

export const SURFACES = {
  bodies,
  headers,
  documents,
  variables,
  webSockets,
  eventStreams,
  sockets,
} as const satisfies Record<string, Surface>;
export type SurfaceName = keyof typeof SURFACES;

/** Inputs in progress at the same time. Each is followed by a probe on a connection of its own. */
const LANES = 4;
const BATCH = 100;
/** CPU time of the gateways per batch, above which its inputs are measured one by one. */
const BATCH_CPU_MS = 8_000;
/** CPU time that one input may cost. Includes everything that the gateway does meanwhile. */
const INPUT_CPU_MS = 1_500;
const PROBE_TIMEOUT_MS = 15_000;
const PROBE = 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n';
const MAX_PROBLEMS = 20;
const KIND_CHARACTERS = 45;

/** Returns the numbers of a setting such as `20000`, the first 20,000, or `120-129`. */
export function inputRange(setting: string): { readonly from: number; readonly to: number } {
  const [, from, to] = /^(\d+)-(\d+)$/u.exec(setting) ?? [undefined, '0', String(Number(setting) - 1)];
  if (!/^\d+(?:-\d+)?$/u.test(setting))
    throw new TypeError(
      `Expected ABUSE_INPUTS to be a number or a range such as 120-129, got ${JSON.stringify(setting)}.`,
    );
  return { from: Number(from), to: Number(to) };
}

/** Inputs by number. The input of a number is the same for the same seed, whatever the range. */
export class Fuzzer {
  readonly #target: AbuseTarget;
  readonly #seed: number;
  readonly #sources: Omit<InputSources, 'random'>;
  readonly #logged = new Map<string, number>();

  constructor(target: AbuseTarget, seed: number) {
    this.#target = target;
    this.#seed = seed;
    this.#sources = staticSources(target.samples);
  }

  input(name: SurfaceName, number: number): AbusiveInput {
    const random = seededRandom(Math.imul(this.#seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
    return SURFACES[name]({ ...this.#sources, random });
  }

  /** Sends the inputs of these numbers. Returns the problems, each with the command that repeats its input. */
  async run(name: SurfaceName, numbers: readonly number[]): Promise<readonly string[]> {
    const problems: string[] = [];
    for (let start = 0; start < numbers.length && onePerKind(problems).length < MAX_PROBLEMS; start += BATCH) {
      problems.push(...(await this.#runBatch(name, numbers.slice(start, start + BATCH))));
    }
    return onePerKind(problems).slice(0, MAX_PROBLEMS);
  }

  async #runBatch(name: SurfaceName, numbers: readonly number[]): Promise<readonly string[]> {
    const before = await cpuMs(this.#target);
    const pending = [...numbers];
    const problems: string[] = [];
    await Promise.all(
      Array.from({ length: LANES }, async () => {
        for (let number = pending.shift(); number !== undefined; number = pending.shift())
          problems.push(...(await this.#send(name, number)));
      }),
    );
    const cost = (await cpuMs(this.#target)) - before;
    const expensive = cost > BATCH_CPU_MS ? await this.#expensiveInputs(name, numbers) : [];
    const logged = await this.#newLogProblems();
    const range = `${numbers[0]}-${numbers.at(-1)}`;
    return [...problems, ...expensive, ...logged.map((problem) => this.#report(name, range, problem))];
  }

  async #send(name: SurfaceName, number: number): Promise<readonly string[]> {
    const input = this.input(name, number);
    const problems: string[] = [];
    try {
      for (const answer of await input.send(this.#target)) {
        for (const problem of problemsOf(answer))
          problems.push(`${problem}, in the answer ${answer.text.slice(0, 600)}`);
      }
      await probe(this.#target.gateways[input.mode].port);
    } catch (error) {
      problems.push(String(error));
    }
    return problems.map((problem) => this.#report(name, String(number), problem, input.description));
  }

  /** Repeats inputs one by one and returns those that cost too much. */
  async #expensiveInputs(name: SurfaceName, numbers: readonly number[]): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const number of numbers) {
      const before = await cpuMs(this.#target);
      problems.push(...(await this.#send(name, number)));
      const cost = (await cpuMs(this.#target)) - before;
      const { description } = this.input(name, number);
      if (cost > INPUT_CPU_MS) problems.push(this.#report(name, String(number), `${cost} ms of CPU time`, description));
    }
    return problems;
  }

  #report(name: SurfaceName, numbers: string, problem: string, description = ''): string {
    const range = numbers.includes('-') ? numbers : `${numbers}-${numbers}`;
    return `${problem}\n  ABUSE_SEED=${this.#seed} ABUSE_INPUTS=${range} npm run test:abuse -- fuzz -t ${name}\n  ${description}\n`;
  }

  async #newLogProblems(): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const mode of MODES) {
      const log = await this.#target.gateways[mode].log();
      const end = log.lastIndexOf('\n') + 1;
      problems.push(...problemsInLog(log.slice(this.#logged.get(mode) ?? 0, end)));
      this.#logged.set(mode, end);
    }
    return problems;
  }
}

/** Keeps the first problem of each kind: those that begin alike. */
function onePerKind(problems: readonly string[]): readonly string[] {
  return [...Map.groupBy(problems, (problem) => problem.slice(0, KIND_CHARACTERS)).values()].flatMap(
    ([first = '']) => first,
  );
}

/** Rejects unless `/livez` answers 200, which also means that the process runs and its event loop is not blocked. */
async function probe(port: number): Promise<void> {
  using connection = await RawConnection.open(port);
  connection.send(PROBE);
  const isAnswered = await connection.until((received) => received.includes('200 OK'), PROBE_TIMEOUT_MS);
  if (!isAnswered || connection.ended)
    throw new Error(`Expected /livez to answer 200, got ${connection.received.toString()}`);
}

/** Returns the CPU time of all gateways since their start. */
async function cpuMs({ gateways }: AbuseTarget): Promise<number> {
  const times = await Promise.all(MODES.map((mode) => cpuMsOf(gateways[mode].pid)));
  return times.reduce((total, time) => total + time, 0);
}

const OPERATIONS = path.resolve(import.meta.dirname, '../../../schema/operations');

function staticSources(samples: SampleValues): Omit<InputSources, 'random'> {
  const files = globSync('*.graphql', { cwd: OPERATIONS }).toSorted();
  const operations = files.map((file) => {
    const values = path.join(OPERATIONS, file.replace(/graphql$/u, 'json'));
    return {
      query: readExample(path.join(OPERATIONS, file)),
      variables: existsSync(values) ? (JSON.parse(readExample(values)) as unknown) : undefined,
    };
  });
  return { samples, schema, names: schemaNames(), operations };
}

/** The examples are about the namespace of the demo. */
function readExample(file: string): string {
  return readFileSync(file, 'utf8').replaceAll('team-research', 'team-a');
}

function schemaNames(): readonly string[] {
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (isEnumType(type)) return [type.name, ...type.getValues().map(({ name }) => name)];
    if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type))
      return [type.name, ...Object.keys(type.getFields())];
    return [type.name];
  });
}
