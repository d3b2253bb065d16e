/** Limit on the rounds before a measurement. */
export const MAX_WARM_UPS = 8;
/** A server is warm when this number of rounds in a row has not been faster than the ones before. */
const WARM_ROUNDS = 2;
const FASTER = 0.95;

/**
 * Repeats rounds of servers until none costs less: V8 has optimized the code, as in a process that has been running for a while. The servers
 * take turns: after some idle seconds, V8 collects garbage and drops code.
 * @param costsOfRound one function for each server. Returns the CPU time of a request in a round
 */
export async function warmUp(costsOfRound: readonly (() => Promise<number>)[], maxRounds: number): Promise<void> {
  const servers = costsOfRound.map((costOfRound) => ({ costOfRound, least: Infinity, warm: 0 }));
  for (let round = 0; round < maxRounds && servers.some(({ warm }) => warm < WARM_ROUNDS); round += 1) {
    for (const server of servers) {
      const cost = await server.costOfRound();
      server.warm = cost < FASTER * server.least ? 0 : server.warm + 1;
      server.least = Math.min(server.least, cost);
    }
  }
}
