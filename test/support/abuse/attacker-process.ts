import { Agent } from 'node:http';
import { setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { handleRequests } from '../../../bench/worker-process.ts';
import { ATTACKS, PAUSE_MS, type AttackName } from './attacks.ts';
import { abusiveUser } from './overload-users.ts';

/** Requests to the process of the abusive clients. */
export type AttackerRequest =
  | { readonly type: 'start'; readonly port: number; readonly attacks: readonly AttackName[] }
  /** Ends all attacks and returns the attempts of each. */
  | { readonly type: 'stop' };

export type Attempts = Readonly<Partial<Record<AttackName, number>>>;

let attempts: Partial<Record<AttackName, number>> = {};
let stopping = new AbortController();
let running: readonly Promise<void>[] = [];

// Abusive clients have machines of their own: they must take no CPU time from the gateway.
setPriority(19);
handleRequests((request: AttackerRequest) => (request.type === 'start' ? start(request) : stop()));

function start({ port, attacks }: Extract<AttackerRequest, { type: 'start' }>): void {
  stopping = new AbortController();
  attempts = {};
  running = attacks.flatMap((name) =>
    Array.from({ length: ATTACKS[name].clients }, () => repeat(name, port, stopping.signal)),
  );
}

async function stop(): Promise<Attempts> {
  stopping.abort();
  await Promise.all(running);
  return attempts;
}

async function repeat(name: AttackName, port: number, signal: AbortSignal): Promise<void> {
  const { token } = abusiveUser(name);
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  while (!signal.aborted) {
    const attempt = (attempts[name] ?? 0) + 1;
    attempts[name] = attempt;
    // The gateway may refuse, reset or ignore an abusive client.
    await ATTACKS[name].attack({ port, token, agent, signal, attempt }).catch(() => undefined);
    await delay(PAUSE_MS);
  }
  agent.destroy();
}
