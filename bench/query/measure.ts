import { setTimeout as delay } from 'node:timers/promises';
import type { Simulator } from '../../dev/simulator/simulator.ts';
import { MAX_WARM_UPS, warmUp } from '../warm-up.ts';
import type { QueryCase, QueryRequest } from './cases.ts';
import { changeWorkspace, nameAt, namespaceAt, viewers } from './cluster.ts';
import type { MeasuredProcess } from './measured-process.ts';

/** CPU time of one request, in milliseconds. */
export interface Costs {
  readonly gateway: number;
  readonly bare: number;
  /** That of the gateway which executes every operation with graphql-js. */
  readonly reference: number | undefined;
}

export interface Bench {
  readonly cluster: Simulator;
  readonly gateway: MeasuredProcess;
  readonly bare: MeasuredProcess;
  readonly reference: MeasuredProcess | undefined;
  readonly quick: boolean;
}

/** Number of different requests of a case. */
const REQUESTS = 100;
const ROUNDS = 9;
/** Bounds of a round of requests, which ends at the first one. */
interface RoundBounds {
  readonly cpuMs: number;
  readonly requests: number;
}

const MEASURED: RoundBounds = { cpuMs: 120, requests: 2_000 };
/** The same for requests that something precedes, which takes time. */
const MEASURED_WITH_PREPARATION: RoundBounds = { cpuMs: 120, requests: 24 };
/** V8 optimizes the code of small requests after more than 10,000 of them: in up to {@link MAX_WARM_UPS} rounds of this CPU time. */
const WARM_UP: RoundBounds = { cpuMs: 600, requests: 8_000 };
/** Time for a change to reach the gateway. */
const CHANGE_MS = 5;

/** Sends a request of the case to one server. */
type Send = (number: number) => Promise<Buffer>;

/** A server under measurement. */
interface Measured {
  readonly process: MeasuredProcess;
  readonly send: Send;
  /** Happens before each request, outside of the measurement. */
  readonly before?: (number: number) => Promise<void>;
}

/** Returns the costs of a case. */
export async function measureCase(query: QueryCase, bench: Bench): Promise<Costs> {
  const { bare, reference, quick } = bench;
  await storeAnswers(query, bench);
  const sendToBare = (number: number) => bare.repeat(pathOf(query, number), query.requestAt(number));
  const servers = [measuredGateway(bench.gateway, query, bench), { process: bare, send: sendToBare }];
  if (reference) servers.push(measuredGateway(reference, query, bench));
  const [gateway = Number.NaN, ofBare = Number.NaN, ofReference] = await medianCosts(servers, quick);
  return { gateway, bare: ofBare, reference: ofReference };
}

/** Returns the CPU time of a request of a case at each of several gateways. */
export function measureGateways(query: QueryCase, gateways: readonly MeasuredProcess[]): Promise<readonly number[]> {
  const servers = gateways.map((process) => ({
    process,
    send: (number: number) => process.query(query.requestAt(number)),
  }));
  return medianCosts(servers, false);
}

/** Warms all servers up in the same way, measures them in turns, because the load of the machine changes, and returns the medians. */
async function medianCosts(servers: readonly Measured[], quick: boolean): Promise<readonly number[]> {
  const measured = servers.map((server): { server: Measured; costs: number[] } => ({ server, costs: [] }));
  const rounds = servers.map((server) => () => costOf(server, WARM_UP));
  await warmUp(rounds, quick ? 2 : MAX_WARM_UPS);
  for (let round = 0; round < (quick ? 3 : ROUNDS); round += 1) {
    for (const { server, costs } of measured)
      costs.push(await costOf(server, server.before ? MEASURED_WITH_PREPARATION : MEASURED));
  }
  return measured.map(({ costs }) => median(costs));
}

function pathOf({ name }: QueryCase, number: number): string {
  return `/${encodeURIComponent(name)}/${number % REQUESTS}`;
}

/** Gives the answers of the gateway to the bare server. */
async function storeAnswers(query: QueryCase, { gateway, bare }: Bench): Promise<void> {
  const distinct = new Map<string, Buffer>();
  for (let number = 0; number < REQUESTS; number += 1) {
    const request = query.requestAt(query.before === 'new selection' ? 0 : number);
    const key = JSON.stringify([request.query, request.variables]);
    const answer = distinct.get(key) ?? (await gateway.query(request));
    distinct.set(key, answer);
    await bare.store(pathOf(query, number), answer);
  }
}

let requestNumber = 0;

/** Numbers are never used twice: those of new selections have to be new. */
function measuredGateway(process: MeasuredProcess, query: QueryCase, { cluster }: Bench): Measured {
  const send = (number: number) => process.query(query.requestAt(number));
  if (query.before === undefined) return { process, send };
  if (query.before === 'new selection')
    return { process, send, before: (number) => prepareDocument(process, query.requestAt(number)) };
  return { process, send, before: (number) => change(cluster, process, number) };
}

/** Changes one workspace. Resolves when the gateway has it. */
async function change(cluster: Simulator, process: MeasuredProcess, number: number): Promise<void> {
  const message = `change ${number} of the bench`;
  const index = number % 1_000;
  changeWorkspace(cluster, index, message);
  const variables = { namespace: namespaceAt(index), name: nameAt(index) };
  const query =
    'query ($namespace: String!, $name: String!) { workspace(namespace: $namespace, name: $name) { stateMessage } }';
  for (let isThere = false; !isThere;) {
    await delay(CHANGE_MS);
    isThere = (await process.query({ query, variables, viewer: viewers[0] })).includes(message);
  }
}

/** Lets the gateway parse, validate and compile the document of a request. */
async function prepareDocument(process: MeasuredProcess, request: QueryRequest): Promise<void> {
  await process.query({ ...request, variables: { first: 1 } });
}

/** Returns the CPU time of one request in a round. */
async function costOf({ process, send, before }: Measured, bounds: RoundBounds): Promise<number> {
  let [cpuMs, count] = [0, 0];
  while (count < bounds.requests && cpuMs < bounds.cpuMs) {
    const batch = before ? 1 : Math.min(20, bounds.requests - count);
    const first = requestNumber;
    requestNumber += batch;
    await before?.(first);
    const begun = process.cpuMs;
    for (let number = first; number < first + batch; number += 1) await send(number);
    cpuMs += process.cpuMs - begun;
    count += batch;
  }
  return cpuMs / count;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
