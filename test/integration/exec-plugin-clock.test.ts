import { renameSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { startSimulator } from '../../dev/simulator/simulator.ts';
import { startGatewayProcess } from '../support/gateway-process.ts';
import { kubeconfigText } from '../support/kubeconfig.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { createScratchDirectory } from '../support/scratch-directory.ts';
import { connectUser } from '../support/user-client.ts';
import { waitFor } from '../support/wait-for.ts';
import { createWallClock, wallClockMissing } from '../support/wall-clock.ts';

if (wallClockMissing) console.warn(`Exec plugins are not tested with wrong clocks: ${wallClockMissing}.`);

const HOUR = 3_600;
const LIFE_MS = 15 * 60 * 1_000;
const MUTATIONS = 40;
const PAUSE =
  'mutation { pauseWorkspace(input: { namespace: "team-a", name: "nb-1", dryRun: true }) { workspace { name } } }';

/** A gateway whose credentials of 15 minutes come from an exec plugin with the right time, and whose clock differs by some seconds. */
async function startSituation(seconds: number) {
  await using started = new AsyncDisposableStack();
  const objects = [workspaceCrd, workspaceKindCrd, namespace('team-a'), workspace('nb-1', { state: 'Running' })];
  const cluster = started.use(await startSimulator({ objects }));
  const directory = started.use(await createScratchDirectory());
  const clock = await createWallClock(directory, seconds);
  // In one step, and without a wait: no request is answered between the change of the token and that of the credential.
  const issue = () => {
    const expirationTimestamp = new Date(Date.now() + LIFE_MS).toISOString();
    const next = path.join(directory.path, 'next');
    writeFileSync(next, JSON.stringify({ status: { token: cluster.token, expirationTimestamp } }));
    renameSync(next, path.join(directory.path, 'credential'));
  };
  issue();
  const script = `#!/bin/sh\ncd ${directory.path}\necho >> runs\ncat credential\n`;
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: await directory.writeScript('plugin', script),
  };
  const settings = { AUTH_MODE: 'kubeconfig', ...clock.settings };
  const gateway = started.use(await startGatewayProcess(kubeconfigText({ server: cluster.url }, { exec }), settings));
  const user = started.use(connectUser(new URL('/graphql', `http://127.0.0.1:${gateway.port}`).href, { headers: {} }));
  const running = started.move();
  return {
    async setClock(next: number) {
      await clock.set(next);
      await waitFor(async () => {
        await user.ask('{ __typename }');
        const last = (await gateway.log()).split('\n').at(-2) ?? ''; // the last one may be written in part
        return Math.abs((JSON.parse(last) as { readonly time: number }).time - Date.now() - next * 1_000) < 60_000;
      }, 'the log has the new time');
    },
    runs: async () => (await readFile(path.join(directory.path, 'runs'), 'utf8')).length,
    /** Ends the life of the credential. The plugin has the next one. */
    expire() {
      cluster.faults.rotateToken();
      issue();
    },
    pause: () => user.ask(PAUSE),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const paused = { data: { pauseWorkspace: { workspace: { name: 'nb-1' } } } };

it.skipIf(wallClockMissing).each([
  ['an hour ahead, and then set back by two hours', HOUR, -HOUR],
  ['an hour behind, and then set forward by two hours', -HOUR, HOUR],
])(
  'executes each mutation, also after the expiry of the credential, and runs the plugin a few times when the clock is %s',
  async (_, first, second) => {
    await using situation = await startSituation(first);
    const pauseRepeatedly = async () => {
      for (let count = 0; count < MUTATIONS; count += 1) expect(await situation.pause()).toMatchObject(paused);
    };
    await pauseRepeatedly();
    situation.expire();
    await pauseRepeatedly();
    await situation.setClock(second);
    await pauseRepeatedly();
    situation.expire();
    await waitFor(async () => (await situation.pause()).errors === undefined, 'the next credential is used');
    await pauseRepeatedly();
    expect(await situation.runs()).toBeLessThan(10);
  },
  60_000,
);
