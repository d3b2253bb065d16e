import type { TestGateway } from './test-gateway.ts';

/** Pauses a workspace of `team-a`. Returns the errors; undefined if there are none. */
export async function pause(gateway: TestGateway, name = 'nb-1'): Promise<unknown> {
  const input = `{ namespace: "team-a", name: "${name}" }`;
  const { errors } = await gateway.query(`mutation { pauseWorkspace(input: ${input}) { workspace { id } } }`);
  return errors;
}

/** Returns whether a gateway serves a workspace of `team-a`. */
export async function sees(gateway: TestGateway, name: string): Promise<boolean> {
  const { data } = await gateway.query(`{ workspace(namespace: "team-a", name: "${name}") { id } }`);
  return Boolean(data?.['workspace']);
}

/** Returns the HTTP status of the readiness probe. */
export async function readinessOf({ url }: TestGateway): Promise<number> {
  return (await fetch(new URL('/readyz', url))).status;
}
