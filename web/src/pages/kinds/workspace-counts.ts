import type { WorkspaceRow } from '../../data/store.ts';

/** Numbers of workspaces by kind and option. */
export interface WorkspaceCounts {
  readonly ofKind: (kind: string) => number;
  readonly ofOption: (kind: string, list: OptionList, optionId: string) => number;
}

type OptionList = 'imageConfig' | 'podConfig';

type CountedRow = Pick<WorkspaceRow, 'kindName' | 'namespaceName' | 'imageConfig' | 'podConfig'>;

/** Counts the workspaces of a namespace, or of all if it is empty. An option counts if it is in the spec of the workspace. */
export function countWorkspaces(rows: readonly CountedRow[], namespace: string): WorkspaceCounts {
  const counts = new Map<string, number>();
  const add = (...key: readonly string[]) => {
    const id = key.join('/');
    counts.set(id, (counts.get(id) ?? 0) + 1);
  };
  for (const { kindName, namespaceName, imageConfig, podConfig } of rows) {
    if (namespace !== '' && namespaceName !== namespace) continue;
    add(kindName);
    add(kindName, 'imageConfig', imageConfig.optionId);
    add(kindName, 'podConfig', podConfig.optionId);
  }
  const count = (...key: readonly string[]) => counts.get(key.join('/')) ?? 0;
  return { ofKind: count, ofOption: count };
}
