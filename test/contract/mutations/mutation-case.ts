import type { MutationFixture } from './environment.ts';

/** One mutation, sent to the gateway of each cluster. */
export interface MutationCase {
  readonly title: string;
  readonly mutation: string;
  readonly input: (fixture: MutationFixture) => object;
  /** Expected error code; undefined if the mutation succeeds. */
  readonly code?: string | undefined;
  /** Runs before the mutation. */
  readonly before?: ((fixture: MutationFixture) => Promise<unknown>) | undefined;
  /** Reason why the outcome of a kube-apiserver differs from that of the simulator. */
  readonly differs?: string | undefined;
}

export const noGarbageCollector =
  'a kube-apiserver alone has no garbage collector, which ends a deletion in the foreground';

const selections: Readonly<Record<string, string>> = {
  deleteWorkspaces: 'count warnings',
  pauseWorkspaces: 'succeeded failed warnings results { name ok code workspace { paused } }',
  startWorkspaces: 'succeeded failed warnings results { name ok code workspace { paused } }',
  deleteWorkspace: 'deletionPending warnings workspace { name paused state }',
  deleteWorkspaceKind: 'deletionPending warnings workspaceKind { name displayName }',
};

/** Returns the GraphQL document of the mutation, which selects the whole payload. */
export function documentOf({ mutation }: MutationCase): string {
  const input = `${mutation.slice(0, 1).toUpperCase()}${mutation.slice(1).replace(/Status$/u, '')}Input`;
  const object = mutation.includes('WorkspaceKind')
    ? 'workspaceKind { name displayName hidden deprecated manifest }'
    : 'workspace { name displayName kindName paused state manifest }';
  return `mutation ($input: ${input}!) { ${mutation}(input: $input) { ${selections[mutation] ?? `warnings ${object}`} } }`;
}

/** Returns the cases of one mutation: each input is merged over the common one. */
export function casesOf(
  mutation: string,
  common: (fixture: MutationFixture) => object,
  cases: readonly (readonly [
    title: string,
    input: object | ((fixture: MutationFixture) => object),
    code?: string | undefined,
    more?: Pick<MutationCase, 'before' | 'differs'>,
  ])[],
): readonly MutationCase[] {
  return cases.map(([title, input, code, more]) => ({
    title: `${mutation}: ${title}`,
    mutation,
    input: (fixture) => ({ ...common(fixture), ...(typeof input === 'function' ? input(fixture) : input) }),
    code,
    ...more,
  }));
}
