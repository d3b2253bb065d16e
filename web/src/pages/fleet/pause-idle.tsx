import { useEffect, useMemo, useState } from 'preact/hooks';
import { FindIdleDocument } from '../../__generated__/graphql.ts';
import { askFor } from '../../components/action-dialog.tsx';
import { messageOf } from '../../data/request-error.ts';
import { useStore } from '../../data/store.ts';

interface PauseIdleProps {
  /** Namespace of the workspaces. Empty for all. */
  readonly namespace: string;
  readonly idleSeconds: number;
  /** Number of idle workspaces. */
  readonly count: number;
}

/** Asks whether to pause the idle workspaces. A dry run finds those that can be paused. */
export function PauseIdle({ namespace, idleSeconds, count }: PauseIdleProps) {
  const { session } = useStore();
  const [problem, setProblem] = useState<string>();
  const leaving = useMemo(() => new AbortController(), []);
  useEffect(() => () => leaving.abort(), [leaving]);
  const find = async () => {
    const variables = { namespace: namespace || null, idleSeconds };
    const { result } = await session.request(FindIdleDocument, variables, leaving.signal);
    const results = result?.results ?? [];
    const refused = results.filter(({ ok }) => !ok);
    setProblem(refused[0] && `${refused.length} cannot be paused: ${refused[0].message ?? ''}`);
    askFor(
      'pause',
      results.flatMap(({ workspace }) => workspace ?? []),
    );
  };
  return (
    <>
      <button
        type="button"
        class="button"
        aria-disabled={count === 0}
        onClick={() => count > 0 && void find().catch((error: unknown) => setProblem(messageOf(error)))}
      >
        Pause them…
      </button>
      {problem && (
        <small class="warning" role="alert">
          {problem}
        </small>
      )}
    </>
  );
}
