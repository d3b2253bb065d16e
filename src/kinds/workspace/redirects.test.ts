import { describe, expect, it } from 'vitest';
import { namespace, workspace, workspaceKind } from '../../../test/support/manifests.ts';
import { startTestGateway } from '../../../test/support/test-gateway.ts';

const step = (source: string, target: string) => ({ source, target });

/** Reports of the controller about `imageConfig`, for a workspace with the option `scipy`, and what clients may believe. */
const reports = [
  { report: {}, desiredOptionId: null, steps: 0, pending: true, why: 'nothing is reported' },
  { report: { desired: 'scipy' }, desiredOptionId: 'scipy', steps: 0, pending: false, why: 'it is not redirected' },
  {
    report: { desired: 'scipy-2', redirectChain: [step('scipy', 'scipy-2')] },
    desiredOptionId: 'scipy-2',
    steps: 1,
    pending: true,
    why: 'it is redirected',
  },
  {
    report: { desired: 'c', redirectChain: [step('scipy', 'b'), step('b', 'c')] },
    desiredOptionId: 'c',
    steps: 2,
    pending: true,
    why: 'it is redirected twice',
  },
  {
    report: { desired: 'old' },
    desiredOptionId: null,
    steps: 0,
    pending: false,
    why: 'the report is of another option',
  },
  {
    report: { desired: 'old-2', redirectChain: [step('old', 'old-2')] },
    desiredOptionId: null,
    steps: 0,
    pending: false,
    why: 'the redirect is of another option',
  },
  {
    report: { desired: 'scipy', redirectChain: [step('old', 'scipy')] },
    desiredOptionId: null,
    steps: 0,
    pending: false,
    why: 'another option was redirected to it',
  },
  {
    report: { desired: 'c', redirectChain: [step('scipy', 'b'), step('old', 'c')] },
    desiredOptionId: null,
    steps: 0,
    pending: false,
    why: 'the chain is broken',
  },
  {
    report: { desired: 'c', redirectChain: [step('scipy', 'b')] },
    desiredOptionId: null,
    steps: 0,
    pending: false,
    why: 'the chain leads elsewhere',
  },
] as const;

const QUERY = `{
  workspace(namespace: "team-a", name: "nb") { revision pendingRestart imageConfig { desiredOptionId redirectChain { sourceId } } }
  workspaces(filter: { pendingRestart: true }) { totalCount }
}`;
const UPDATE =
  'mutation ($input: UpdateWorkspaceInput!) { updateWorkspace(input: $input) { workspace { imageConfig { optionId } } } }';

describe('redirects of an option', () => {
  it.each(reports)(
    'returns desiredOptionId $desiredOptionId when $why',
    async ({ report, desiredOptionId, steps, pending }) => {
      const podTemplateOptions = { imageConfig: report, podConfig: { desired: 'tiny' } };
      const nb = workspace('nb', { state: 'Running', status: { pendingRestart: true, podTemplateOptions } });
      await using gateway = await startTestGateway({ objects: [namespace('team-a'), workspaceKind('jupyterlab'), nb] });
      const { data } = await gateway.query(QUERY);
      expect(data).toMatchObject({
        workspace: { pendingRestart: pending, imageConfig: { desiredOptionId, redirectChain: { length: steps } } },
        workspaces: { totalCount: pending ? 1 : 0 },
      });
      const { revision } = Object(data?.['workspace']);
      const input = { namespace: 'team-a', name: 'nb', revision, applyPendingRedirects: true };
      const { data: updated } = await gateway.query(UPDATE, { input });
      expect(updated).toEqual({
        updateWorkspace: { workspace: { imageConfig: { optionId: desiredOptionId ?? 'scipy' } } },
      });
    },
  );
});
