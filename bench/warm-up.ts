/** Limit on the rounds before a measurement. */
export const MAX_WARM_UPS = 8;
/** A server is warm when this number of rounds in a row has not been faster than the ones before. */
const WARM_ROUNDS = 2;
const FASTER = 0.95;

/** Repeats a round until it costs no less: V8 has optimized the code, as in a process that has been running for a while. */
export async function warmUp(costOfRound: () => Promise<number>, maxRounds: number): Promise<void> {
  let [least, warm] = [Infinity, 0];
  for (let round = 0; round < maxRounds && warm < WARM_ROUNDS; round += 1) {
    const cost = await costOfRound();
    warm = cost < FASTER * least ? 0 : warm + 1;
    least = Math.min(least, cost);
  }
}
