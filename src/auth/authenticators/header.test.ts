import { expect, it } from 'vitest';
import { kubeconfig } from '../../../test/support/kubeconfig.ts';
import { createApiConnection } from '../../kubernetes/api-connection.ts';
import { Client } from '../../kubernetes/client.ts';
import { headerAuthenticator } from './header.ts';

const options = {
  userHeader: 'Kubeflow-UserID',
  userPrefix: ':',
  groupsHeader: 'Kubeflow-Groups',
  groupsSeparator: '',
  trustedProxyCidrs: ['10.0.0.0/8'],
  allowSystemIdentities: false,
  impersonate: true,
};

async function startAuthenticator() {
  // Nothing is sent to it.
  const connection = await createApiConnection(kubeconfig({ server: 'http://127.0.0.1:1' }));
  const authenticate = headerAuthenticator(new Client(connection), options);
  return (users: readonly string[], groups: readonly string[], remoteAddress = '10.0.0.1') =>
    authenticate({ header: (name) => (name === 'kubeflow-userid' ? users : groups), remoteAddress });
}

it('returns the same viewer for equal headers, and another one for each other list of groups', async () => {
  const authenticate = await startAuthenticator();
  const lists = [[], [''], ['', ''], ['a'], ['a', ''], ['', 'a'], ['a', 'b'], ['ab']];
  const viewers = await Promise.all(lists.map(async (groups) => authenticate(['erin'], groups)));
  expect(viewers.map(({ name, groups }) => [name, groups])).toEqual(lists.map((groups) => ['erin', groups]));
  const keys = new Set(viewers.map(({ key }) => key));
  expect(keys.size).toBe(lists.length - 1); // two lists have the same groups in another order
  for (const [index, groups] of lists.entries()) expect(authenticate(['erin'], groups)).toBe(viewers[index]);
  expect(await authenticate(['eri'], ['n'])).toMatchObject({ name: 'eri', groups: ['n'] });
});

it('refuses headers that are repeated or reserved, and those of other networks, after equal ones were accepted', async () => {
  const authenticate = await startAuthenticator();
  await authenticate(['erin'], ['team']);
  expect(() => authenticate(['erin', 'team'], [])).toThrow('got several values');
  expect(() => authenticate(['erin'], ['team'], '192.0.2.1')).toThrow('TRUSTED_PROXY_CIDRS');
  for (let count = 0; count < 2; count += 1)
    expect(() => authenticate(['erin'], ['system:masters'])).toThrow('without the prefix');
});

it('returns a short key for a viewer of a thousand groups', async () => {
  const authenticate = await startAuthenticator();
  const { key } = await authenticate(
    ['erin'],
    Array.from({ length: 1_000 }, (_, index) => `group-${index}`),
  );
  expect(key.length).toBeLessThan(100); // each cached decision contains it
});
