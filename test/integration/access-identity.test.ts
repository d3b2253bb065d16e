import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { closedAs, headerAuthentication as header } from '../support/authentication.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { connectUser, type UserCredentials } from '../support/user-client.ts';
import { startTestGateway, type SimulatedGateway } from '../support/test-gateway.ts';
import { editing, grantIn, viewing } from '../support/access/grants.ts';

interface WorkspaceEvent {
  readonly data: { readonly workspaces: { readonly type: string; readonly object: { readonly name: string } | null } };
}

const WHO = '{ viewer { name groups } }';
const PAUSE =
  'mutation { pauseWorkspace(input: { namespace: "team-a", name: "nb-1" }) { workspace { paused audit { updatedBy } } } }';
const objects = [namespace('team-a'), workspace('nb-1', { state: 'Running' }), ...grantIn('team-a', 'erin', editing)];

describe('authentication by headers', () => {
  it.each([
    { headers: { 'kubeflow-userid': 'erin' }, name: 'erin', groups: [] },
    { headers: { 'Kubeflow-UserID': ':erin' }, name: 'erin', groups: [] },
    { headers: { 'kubeflow-userid': '::erin' }, name: ':erin', groups: [] },
    { headers: { 'kubeflow-userid': 'erin:' }, name: 'erin:', groups: [] },
    {
      headers: { 'kubeflow-userid': 'erin', 'kubeflow-groups': 'a,b' },
      name: 'erin',
      groups: ['a,b'],
    },
    { headers: { 'kubeflow-userid': 'erin', 'kubeflow-groups': ':x' }, name: 'erin', groups: [':x'] },
  ])('returns the viewer $name in $groups when the headers are $headers', async ({ headers, name, groups }) => {
    await using gateway = await startTestGateway({ objects, authentication: header });
    await using person = connectUser(gateway.url, { headers });
    expect((await person.ask(WHO)).data?.['viewer']).toEqual({ name, groups });
  });

  it('returns one group for each groups header when they come over HTTP or WebSocket', async () => {
    await using gateway = await startTestGateway({
      objects: [...objects, ...grantIn('team-a', 'group:b, c', viewing)],
      authentication: header,
    });
    await using person = connectUser(gateway.url, {
      headers: { 'kubeflow-userid': 'x', 'kubeflow-groups': ['a', 'b, c'] },
    });
    const subscription = person.subscribe('subscription { workspaces(namespace: "team-a") { object { name } } }');
    await subscription.next();
    expect((await subscription.next()).value).toMatchObject({ data: { workspaces: { object: { name: 'nb-1' } } } });
  });

  it.each([{}, { 'kubeflow-userid': '' }, { 'kubeflow-userid': ':' }, { authorization: 'Bearer whatever' }])(
    'responds 401 and closes with 4401 when the credentials are %j',
    async (headers) => {
      await using gateway = await startTestGateway({ objects, authentication: header });
      await using person = connectUser(gateway.url, { headers });
      const { status, errors, data } = await person.ask(WHO);
      expect({ status, data }).toEqual({ status: 401, data: undefined });
      expect(errors).toMatchObject([
        { message: expect.stringContaining('kubeflow-userid'), extensions: { code: 'UNAUTHENTICATED' } },
      ]);
      expect(await closedAs(gateway, { headers })).toMatch(
        /^4401 UNAUTHENTICATED: Expected the header kubeflow-userid/u,
      );
    },
  );

  it('rejects identity headers when the peer is not a trusted proxy', async () => {
    const passport = { headers: { 'kubeflow-userid': 'erin' } };
    const statusWith = async (...trustedProxyCidrs: string[]) => {
      await using gateway = await startTestGateway({ objects, authentication: { ...header, trustedProxyCidrs } });
      return (await connectUser(gateway.url, passport).ask(WHO)).status;
    };
    expect([await statusWith('10.0.0.0/8', 'fd00::/8'), await statusWith('10.0.0.0/8', '127.0.0.0/8')]).toEqual([
      401, 200,
    ]);
  });

  it.each([
    { 'kubeflow-userid': ['erin', 'vic'] },
    { 'kubeflow-userid': ['', 'erin'] },
    { 'kubeflow-userid': 'erin,vic' },
    { 'kubeflow-userid': 'erin, vic' },
  ])('responds 401 and closes with 4401 when the user header has several values: %j', async (headers) => {
    await using gateway = await startTestGateway({ objects, authentication: header });
    await using person = connectUser(gateway.url, { headers });
    const { status, errors } = await person.ask(WHO);
    expect(status).toBe(401);
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('one header kubeflow-userid without commas'),
        extensions: { code: 'UNAUTHENTICATED' },
      },
    ]);
    expect(await closedAs(gateway, { headers })).toMatch(/^4401 /u);
  });

  it('splits groups, and refuses system groups among them, when GROUPS_SEPARATOR is set', async () => {
    const authentication = { ...header, groupsSeparator: ',' };
    await using gateway = await startTestGateway({ objects, authentication });
    const ask = (groups: string | string[]) =>
      connectUser(gateway.url, { headers: { 'kubeflow-userid': 'erin', 'kubeflow-groups': groups } }).ask(WHO);
    expect((await ask(['a, b,,', 'c'])).data?.['viewer']).toEqual({ name: 'erin', groups: ['a', 'b', 'c'] });
    expect((await ask('a,system:masters')).status).toBe(401);
  });

  it.each([
    { 'kubeflow-userid': 'system:admin' },
    { 'kubeflow-userid': ':system:serviceaccount:kube-system:robot' },
    { 'kubeflow-userid': 'erin', 'kubeflow-groups': 'system:masters' },
  ])('refuses system identities unless they are allowed: %j', async (headers) => {
    const statusWith = async (allowSystemIdentities: boolean) => {
      const authentication = { ...header, allowSystemIdentities };
      await using gateway = await startTestGateway({ objects, authentication });
      return (await connectUser(gateway.url, { headers }).ask(WHO)).status;
    };
    expect([await statusWith(false), await statusWith(true)]).toEqual([401, 200]);
  });

  it('writes as the gateway after a review of the viewer when it does not impersonate', async () => {
    await using gateway = await startTestGateway({ objects, authentication: header });
    await using erin = connectUser(gateway.url, { headers: { 'kubeflow-userid': 'erin' } });
    await using vic = connectUser(gateway.url, { headers: { 'kubeflow-userid': 'vic' } });
    const refused = await vic.ask(PAUSE);
    expect(refused.errors).toMatchObject([
      {
        message: 'You may not update workspaces.kubeflow.org in the namespace "team-a".',
        extensions: { code: 'FORBIDDEN' },
      },
    ]);
    expect(writersIn(gateway)).toEqual([]);
    expect((await erin.ask(PAUSE)).data?.['pauseWorkspace']).toEqual({
      workspace: { paused: true, audit: { updatedBy: 'erin' } },
    });
    expect(writersIn(gateway)).toEqual(['system:admin']);
  });

  it('writes as the viewer when it impersonates', async () => {
    const authentication = { ...header, impersonate: true };
    await using gateway = await startTestGateway({ objects, authentication });
    await using erin = connectUser(gateway.url, { headers: { 'kubeflow-userid': 'erin', 'kubeflow-groups': 'team' } });
    expect((await erin.ask(PAUSE)).errors).toBeUndefined();
    expect(writersIn(gateway)).toEqual(['erin']);
  });

  it.each(['Zoë', '王芳'])('reads and writes as %s when it impersonates', async (name) => {
    await using gateway = await startTestGateway({
      objects: [...objects, ...grantIn('team-a', name, editing)],
      authentication: { ...header, impersonate: true },
    });
    const bytes = Buffer.from(name).toString('latin1');
    await using person = connectUser(gateway.url, { headers: { 'kubeflow-userid': bytes } });
    expect((await person.ask(WHO)).data?.['viewer']).toEqual({ name, groups: [] });
    expect((await person.ask(PAUSE)).errors).toBeUndefined();
    expect(writersIn(gateway)).toEqual([name]);
  });

  it.each([
    ['a user that is not UTF-8', { 'kubeflow-userid': 'Zo\u00EB' }, 'kubeflow-userid'],
    ['a group that is not UTF-8', { 'kubeflow-userid': 'erin', 'kubeflow-groups': '\u00E9quipe' }, 'kubeflow-groups'],
    ['a user with a control character', { 'kubeflow-userid': 'erin\u00C2\u0085' }, 'kubeflow-userid'],
    ['a user with a space behind the prefix', { 'kubeflow-userid': ': erin' }, 'kubeflow-userid'],
  ])('refuses %s with 401', async (_, headers, named) => {
    await using gateway = await startTestGateway({ objects, authentication: { ...header, impersonate: true } });
    const { status, errors } = await connectUser(gateway.url, { headers }).ask(WHO);
    expect(status).toBe(401);
    expect(errors).toMatchObject([
      { message: expect.stringContaining(`header ${named} as UTF-8`), extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  });
});

function writersIn({ cluster }: SimulatedGateway): string[] {
  return cluster.requests
    .filter(({ verb, resource }) => verb === 'patch' && resource === 'workspaces')
    .map(({ user }) => user);
}

describe('authentication by bearer tokens', () => {
  const authentication = { mode: 'token' } as const;
  const users = [
    { token: 'erin-token', name: 'erin', groups: ['team'] },
    { token: 'vic-token', name: 'vic' },
  ];

  it('returns the user of the TokenReview over HTTP and WebSocket, and writes with the token', async () => {
    await using gateway = await startTestGateway({ objects, users, authentication });
    await using erin = connectUser(gateway.url, { token: 'erin-token' });
    expect((await erin.ask(WHO)).data).toEqual({
      viewer: { name: 'erin', groups: ['team', 'system:authenticated'] },
    });
    const states = erin.subscribe('subscription { workspaces(namespace: "team-a") { type object { paused } } }');
    expect((await states.next()).value).toMatchObject({ data: { workspaces: { type: 'RESET' } } });
    expect((await erin.ask(PAUSE)).errors).toBeUndefined();
    expect(writersIn(gateway)).toEqual(['erin']);
  });

  it('accepts the token in the upgrade request, and under any case of the name in connection_init', async () => {
    await using gateway = await startTestGateway({ objects, users, authentication });
    expect(await closedAs(gateway, { headers: { authorization: 'Bearer vic-token' } })).toBe('open');
    await using person = connectUser(gateway.url, { headers: {} });
    const client = person.connect({ connectionParams: { Authorization: 'bearer vic-token' } });
    const answer = await client.iterate({ query: WHO }).next();
    expect(answer.value).toMatchObject({ data: { viewer: { name: 'vic' } } });
  });

  it.each([
    { token: 'unknown' },
    { headers: {} },
    { headers: { authorization: 'Basic dmljOnZpYw==' } },
    { headers: { 'kubeflow-userid': 'erin' } },
  ])('rejects requests with 401 and WebSockets with 4401 when the credentials are %j', async (passport) => {
    await using gateway = await startTestGateway({ objects, users, authentication });
    const { status, errors } = await connectUser(gateway.url, passport).ask(WHO);
    expect(status).toBe(401);
    expect(errors).toMatchObject([
      { message: expect.stringContaining('bearer token'), extensions: { code: 'UNAUTHENTICATED' } },
    ]);
    expect(await closedAs(gateway, passport as UserCredentials)).toMatch(/^4401 UNAUTHENTICATED: /u);
  });

  it('creates one TokenReview when a token is used repeatedly, and never returns the token', async () => {
    await using gateway = await startTestGateway({ objects, users, authentication });
    await using erin = connectUser(gateway.url, { token: 'erin-token' });
    await Promise.all(Array.from({ length: 20 }, () => erin.ask(WHO)));
    const reviews = gateway.cluster.requests.filter(({ resource }) => resource === 'tokenreviews');
    expect(reviews).toHaveLength(1);
    const refused = await connectUser(gateway.url, { token: 'a-secret-token' }).ask(WHO);
    expect(JSON.stringify(refused)).not.toContain('a-secret-token');
  });

  it('sends UNAUTHENTICATED and then closes the connection when the token is revoked during a subscription', async () => {
    await using gateway = await startTestGateway({ objects, users, authentication, authorizationTtlSeconds: 1 });
    await using erin = connectUser(gateway.url, { token: 'erin-token' });
    const closed = Promise.withResolvers<{ code: number }>();
    const client = erin.connect({ on: { closed: (event) => closed.resolve(event as { code: number }) } });
    const stream = client.iterate({ query: 'subscription { workspaces(namespace: "team-a") { type } }' });
    for (const _ of ['RESET', 'ADDED', 'SYNCED']) await stream.next();
    gateway.cluster.revokeToken('erin-token');
    await expect(stream.next()).rejects.toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(await closed.promise).toMatchObject({ code: 4401 });
  });

  it.each([1, 600])(
    'authorizes a subscription again, and at each change of a binding, when the groups of its token change and OBSERVED_AUTHORIZATION_TTL_SECONDS is %i',
    async (observedAuthorizationTtlSeconds) => {
      const grants = ['a', 'b', 'c', 'own'].flatMap((team) => [
        namespace(`team-${team}`),
        workspace(`nb-${team}`, { namespace: `team-${team}` }),
      ]);
      const [role, binding] = grantIn('team-c', 'group:new', viewing);
      const bindings = [
        ...grantIn('team-own', 'ann', viewing),
        ...grantIn('team-a', 'group:old', viewing),
        ...grantIn('team-b', 'group:new', viewing),
        role,
      ];
      const user = { token: 'ann-token', name: 'ann', groups: ['old'] };
      await using gateway = await startTestGateway({
        objects: [...grants, ...bindings],
        users: [user],
        authentication,
        authorizationTtlSeconds: 1,
        observedAuthorizationTtlSeconds,
      });
      await using ann = connectUser(gateway.url, user);
      const stream = ann.subscribe('subscription { workspaces { type object { name } } }');
      const next = async (count: number) => {
        const events: string[] = [];
        while (events.length < count) {
          const { type, object } = ((await stream.next()).value as WorkspaceEvent).data.workspaces;
          events.push(object ? `${type} ${object.name}` : type);
        }
        return events.toSorted();
      };
      expect(await next(4)).toEqual(['ADDED nb-a', 'ADDED nb-own', 'RESET', 'SYNCED']);
      gateway.cluster.addUser({ ...user, groups: ['new'] });
      expect(await next(2)).toEqual(['ADDED nb-b', 'DELETED nb-a']);
      gateway.cluster.apply(binding);
      expect(await next(1)).toEqual(['ADDED nb-c']);
      expect((await ann.ask('{ workspaces { nodes { name } } }')).data).toEqual({
        workspaces: { nodes: [{ name: 'nb-b' }, { name: 'nb-c' }, { name: 'nb-own' }] },
      });
    },
  );

  it('sends UNAUTHENTICATED for an operation, and then closes the connection, when the token was revoked before', async () => {
    const { token, expired } = expiringToken();
    await using gateway = await startTestGateway({ objects, users: [{ token, name: 'erin' }], authentication });
    await using erin = connectUser(gateway.url, { token });
    const closed = Promise.withResolvers<{ code: number; reason: string }>();
    const client = erin.connect({
      lazy: false,
      onNonLazyError: () => undefined,
      on: { closed: (event) => closed.resolve(event as { code: number; reason: string }) },
    });
    expect((await client.iterate({ query: WHO }).next()).value).toMatchObject({ data: { viewer: { name: 'erin' } } });
    gateway.cluster.revokeToken(token);
    await expired();
    await expect(client.iterate({ query: WHO }).next()).rejects.toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
    expect(await closed.promise).toMatchObject({ code: 4401, reason: expect.stringMatching(/^UNAUTHENTICATED: /u) });
  });

  it('reviews a token again when it has expired', async () => {
    const { token, expired } = expiringToken();
    await using gateway = await startTestGateway({ objects, users: [{ token, name: 'erin' }], authentication });
    await using erin = connectUser(gateway.url, { token });
    expect((await erin.ask(WHO)).status).toBe(200);
    gateway.cluster.revokeToken(token);
    await expired();
    expect((await erin.ask(WHO)).status).toBe(401);
  });
});

/** Returns a token whose `exp` claim passes soon, at the latest when `expired` resolves. The API server accepts it until it is revoked. */
function expiringToken() {
  const exp = Math.ceil(Date.now() / 1_000) + 1;
  return {
    token: `x.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.y`,
    expired: () => delay(Math.max(0, exp * 1_000 - Date.now()) + 10),
  };
}

describe('authentication settings', () => {
  const kubeconfig = { KUBECONFIG: '/dev/null' };

  it.each([
    [{ LISTEN_HOST: '0.0.0.0' }, /I_UNDERSTAND_EVERYONE_IS_ADMIN=true/u],
    [{ AUTH_MODE: 'none' }, /AUTH_MODE to be header or token or kubeconfig, got "none"/u],
    [{ AUTH_MODE: 'header', TRUSTED_PROXY_CIDRS: '10.0.0.1' }, /TRUSTED_PROXY_CIDRS to be comma-separated networks/u],
    [{ AUTH_MODE: 'header', TRUSTED_PROXY_CIDRS: '10.0.0.0/8/9' }, /TRUSTED_PROXY_CIDRS .*, got "10.0.0.0\/8\/9"/u],
    [{ AUTH_MODE: 'header', LISTEN_HOST: '0.0.0.0' }, /TRUSTED_PROXY_CIDRS .*TRUST_EVERY_PEER=true/u],
    [{ AUTH_MODE: 'header', LISTEN_HOST: '::', TRUST_EVERY_PEER: 'false' }, /LISTEN_HOST=::, got nothing/u],
    [{ AUTH_MODE: 'header', IMPERSONATE: 'yes' }, /IMPERSONATE to be true or false, got "yes"/u],
    [{ AUTHORIZATION_TTL_SECONDS: '0' }, /from 1 to 3600, got "0"/u],
    [
      { KUBECONFIG: '', KUBERNETES_SERVICE_HOST: '10.0.0.1' },
      /AUTH_MODE to be header or token or kubeconfig, got nothing/u,
    ],
  ])('rejects authentication settings when they are %j', (settings, message) => {
    expect(() => readConfig({ ...kubeconfig, ...settings })).toThrow(message);
  });

  it.each([
    [{}, { mode: 'kubeconfig' }],
    [{ LISTEN_HOST: '0.0.0.0', I_UNDERSTAND_EVERYONE_IS_ADMIN: 'true' }, { mode: 'kubeconfig' }],
    [{ LISTEN_HOST: '0.0.0.0', AUTH_MODE: 'token' }, { mode: 'token' }],
    [
      { AUTH_MODE: 'header', USERID_PREFIX: '' },
      { ...header, userPrefix: '' },
    ],
    [{ AUTH_MODE: 'header', LISTEN_HOST: '0.0.0.0', TRUST_EVERY_PEER: 'true' }, header],
    [
      {
        AUTH_MODE: 'header',
        ALLOW_SYSTEM_IDENTITIES: 'true',
        LISTEN_HOST: '0.0.0.0',
        TRUSTED_PROXY_CIDRS: '127.0.0.6/32',
      },
      { ...header, allowSystemIdentities: true, trustedProxyCidrs: ['127.0.0.6/32'] },
    ],
    [
      { AUTH_MODE: 'header', TRUSTED_PROXY_CIDRS: ' 10.0.0.0/8 ,fd00::/8', IMPERSONATE: 'true' },
      { ...header, trustedProxyCidrs: ['10.0.0.0/8', 'fd00::/8'], impersonate: true },
    ],
  ])('reads authentication settings from %j as %j', (settings, authentication) => {
    expect(readConfig({ ...kubeconfig, ...settings }).authentication).toEqual(authentication);
  });
});
