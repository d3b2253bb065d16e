import { expect, it } from 'vitest';
import { queryWorkspace } from '../../../test/support/workspace-query.ts';
import { workspace } from '../../../test/support/manifests.ts';

const PAUSED = Date.parse('2026-11-25T10:00:00Z');
const UPDATED = 'notebooks.kubeflow.org/updated';
const at = (seconds: number) => PAUSED + seconds * 1_000;
const changed = (seconds: number) => ({
  [`${UPDATED}-by`]: 'ann',
  [`${UPDATED}-at`]: new Date(at(seconds)).toISOString(),
});
const idle = (probeEnd: number, eligible: number, result = 'Success') => ({
  lastActivity: 0,
  lastUpdate: 0,
  lastProbe: { startTime: at(probeEnd - 1), endTime: at(probeEnd), result, message: '' },
  rules: { pauseWorkspace: { eligibleAfter: at(eligible) } },
});
const created = { 'notebooks.kubeflow.org/created-by': 'bob', [`${UPDATED}-by`]: 'bob' };
const unknown = { cause: 'UNKNOWN', user: null };

interface Case {
  readonly paused?: boolean;
  readonly pauseTime?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly creationTimestamp?: string;
  readonly activity?: object;
}

it.each<readonly [title: string, fields: Case, expected: unknown]>([
  ['is not paused', { paused: false, annotations: changed(-1) }, null],
  ['was changed by a user right before', { annotations: changed(-2) }, { cause: 'USER', user: 'ann' }],
  ['was changed with a clock that is ahead', { annotations: changed(3) }, { cause: 'USER', user: 'ann' }],
  ['was changed by a user long before', { annotations: changed(-600) }, unknown],
  ['was changed by a user since', { annotations: changed(600) }, unknown],
  [
    'has a pause time in seconds',
    { annotations: changed(-2), pauseTime: PAUSED / 1_000 },
    { cause: 'USER', user: 'ann' },
  ],
  [
    'was created paused',
    { annotations: created, creationTimestamp: new Date(at(-1)).toISOString() },
    { cause: 'USER', user: 'bob' },
  ],
  [
    'was found idle by a probe right before',
    { annotations: changed(-600), activity: idle(-1, -60) },
    { cause: 'IDLE', user: null },
  ],
  [
    'was found idle by a probe after the last change by a user',
    { annotations: changed(-10), activity: idle(-1, -60) },
    { cause: 'IDLE', user: null },
  ],
  [
    'was changed by a user after the last probe',
    { annotations: changed(-1), activity: idle(-10, -60) },
    { cause: 'USER', user: 'ann' },
  ],
  ['was not idle long enough', { activity: idle(-1, 60) }, unknown],
  ['was not probed right before', { activity: idle(-600, -700) }, unknown],
  ['could not be probed', { activity: idle(-1, -60, 'Failure') }, unknown],
  ['was paused, which the controller has not reported', { annotations: changed(0), pauseTime: 0 }, unknown],
  ['has no annotations', {}, unknown],
])('returns the cause of the pause when the workspace %s', async (_, fields, expected) => {
  const { paused = true, pauseTime = PAUSED, annotations = {}, activity, creationTimestamp } = fields;
  const nb = workspace('nb', { paused, state: 'Paused', status: { pauseTime, ...(activity && { activity }) } });
  const metadata = { ...nb.metadata, annotations, ...(creationTimestamp && { creationTimestamp }) };
  expect(await queryWorkspace('pause { cause user }', { ...nb, metadata })).toEqual({ pause: expected });
});
