import type { RequestVerb } from '../../dev/simulator/request.ts';
import type { Answer, SimulatedGateway } from './test-gateway.ts';

/** Breaks the connection before the API server responds. Returns the response of the gateway and the number of requests. */
export async function loseResponse(
  { cluster }: SimulatedGateway,
  verb: RequestVerb,
  send: () => Promise<Answer>,
): Promise<{ readonly answer: Answer; readonly asked: number }> {
  let asked = 0;
  const come = Promise.withResolvers<void>();
  using _ = cluster.faults.delay(60_000, (request) => {
    if (request.verb !== verb || request.url.includes('accessreviews')) return false;
    asked += 1;
    come.resolve();
    return true;
  });
  const answer = send();
  await come.promise;
  await cluster.faults.restart();
  return { answer: await answer, asked };
}
