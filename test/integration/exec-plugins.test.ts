import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { startSimulator } from '../../dev/simulator/simulator.ts';
import { kubeconfigText } from '../support/kubeconfig.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { createScratchDirectory } from '../support/scratch-directory.ts';
import { startGatewayFor } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

/** Time for which a credential is valid. */
const LIFE_MS = 4_000;
/** Longer than the 30 s for which a credential is used that is late, and so seems to have expired. */
const PATIENCE_MS = 90_000;

it('answers queries from the cache while the exec plugin of an expired credential hangs', async () => {
  const objects = [workspaceCrd, workspaceKindCrd, namespace('team-a'), workspace('nb-1', { state: 'Running' })];
  await using cluster = await startSimulator({ objects });
  await using directory = await createScratchDirectory();
  const hangs = path.join(directory.path, 'hangs');
  const printing = `const expirationTimestamp = new Date(Date.now() + ${LIFE_MS}).toISOString();
    console.log(JSON.stringify({ status: { token: '${cluster.token}', expirationTimestamp } }));`;
  const program = await directory.write('credential.cjs', printing);
  const script = `#!/bin/sh\ncd ${directory.path}\n[ ! -f hang ] || { touch hangs; exec sleep 600; }\nexec ${process.execPath} ${program}\n`;
  const command = await directory.writeScript('plugin', script);
  const text = kubeconfigText({ server: cluster.url }, { exec: { command } });
  const environment = { PATH: process.env['PATH'] };
  await using gateway = await startGatewayFor(text, {
    environment,
    authorizer: 'reviews', // so that decisions expire, and reviews need a new credential
    authorizationTtlSeconds: 1,
  });
  const read = async () => (await gateway.query('{ workspaces { totalCount } }')).data;
  expect(await read()).toEqual({ workspaces: { totalCount: 1 } });
  await directory.write('hang', '');
  await waitFor(async () => (await read()) !== undefined && existsSync(hangs), 'the plugin hangs', PATIENCE_MS);
  const end = Date.now() + LIFE_MS + 1_500;
  const expired = () => Date.now() > end;
  await waitFor(expired, 'the credential and the decisions have expired');
  expect(await read()).toEqual({ workspaces: { totalCount: 1 } });
}, 180_000);
