import { expect, it } from 'vitest';
import { itemNames, startTestSimulator, resourceVersionOf, widget, WIDGETS } from './test-simulator.ts';

it('ends, drops and expires open watches', async () => {
  await using test = await startTestSimulator();
  const { faults } = test.simulator;
  const ended = await test.watch();
  faults.endWatches();
  expect(await ended.next()).toBeUndefined();
  const dropped = await test.watch();
  faults.dropWatches();
  await expect(dropped.next()).rejects.toThrow('terminated');
  const expired = await test.watch();
  faults.expireWatches();
  expect([await expired.next(), await expired.next()]).toEqual(['ERROR 410', undefined]);
  expect(test.simulator.openWatches).toBe(0);
});

it('fails matching requests as often as the injected error says', async () => {
  await using test = await startTestSimulator();
  test.simulator.faults.refuse({ status: 429, retryAfterSeconds: 7, when: ({ verb }) => verb === 'list', times: 1 });
  expect((await test.get(`${WIDGETS}/a`)).status).toBe(404);
  const refused = await test.get(WIDGETS);
  expect(refused).toMatchObject({
    status: 429,
    body: { reason: 'TooManyRequests', details: { retryAfterSeconds: 7 } },
  });
  expect(refused.headers.get('Retry-After')).toBe('7');
  expect((await test.get(WIDGETS)).status).toBe(200);
});

it('sends the events of a stall when it is undone', async () => {
  await using test = await startTestSimulator();
  await using watch = await test.watch();
  {
    using _stall = test.simulator.faults.stall();
    test.simulator.apply(widget('a'));
    await test.get(WIDGETS);
  }
  test.simulator.apply(widget('b'));
  expect([await watch.next(), await watch.next()]).toEqual(['ADDED a', 'ADDED b']);
});

it('stalls only the watches that are asked for', async () => {
  await using test = await startTestSimulator();
  await using stalled = await test.watch('timeoutSeconds=99');
  await using other = await test.watch();
  {
    using _stall = test.simulator.faults.stall(({ url }) => url.includes('timeoutSeconds=99'));
    test.simulator.apply(widget('a'));
    expect(await other.next()).toBe('ADDED a');
    using _all = test.simulator.faults.stall();
    test.simulator.apply(widget('b'));
  }
  expect([await stalled.next(), await stalled.next(), await other.next()]).toEqual(['ADDED a', 'ADDED b', 'ADDED b']);
});

it('injects lines and duplicates events when asked to', async () => {
  await using test = await startTestSimulator();
  await using watch = await test.watch();
  test.simulator.faults.injectLine('{"type":');
  test.simulator.faults.duplicateEvents(true);
  test.simulator.apply(widget('a'));
  expect(await watch.nextLine()).toBe('{"type":');
  expect([await watch.next(), await watch.next()]).toEqual(['ADDED a', 'ADDED a']);
});

it('serves the older state when restarted with a snapshot', async () => {
  await using test = await startTestSimulator({ objects: [widget('a')] });
  const { faults } = test.simulator;
  const before = resourceVersionOf(await test.get(WIDGETS));
  const snapshot = faults.snapshot();
  test.simulator.apply(widget('b'));
  await faults.restart({ data: snapshot });
  const after = await test.get(WIDGETS);
  expect([itemNames(after), resourceVersionOf(after)]).toEqual([['a'], before]);
});

it('keeps only the initial namespaces when restarted with data lost', async () => {
  const team = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a' } };
  await using test = await startTestSimulator({ objects: [team, widget('a')] });
  await test.simulator.faults.restart({ data: 'lose' });
  expect((await test.get(WIDGETS)).text).toBe('404 page not found\n');
  expect(itemNames(await test.get('/api/v1/namespaces'))).toContain('team-a');
});

it('refuses connections while stopped and listens on the same port when started again', async () => {
  await using test = await startTestSimulator();
  await test.simulator.faults.stop();
  await expect(test.get('/version')).rejects.toThrow('fetch failed');
  await test.simulator.faults.start();
  expect((await test.get('/version')).body).toMatchObject({ gitVersion: 'v1.37.2' });
});

it('accepts only the latest token when it was rotated', async () => {
  await using test = await startTestSimulator();
  const Authorization = `Bearer ${test.simulator.token}`;
  test.simulator.faults.rotateToken();
  const refused = await fetch(`${test.simulator.url}${WIDGETS}`, { headers: { Authorization } });
  expect([refused.status, await refused.json()]).toMatchObject([401, { reason: 'Unauthorized' }]);
  expect((await test.get(WIDGETS)).status).toBe(200);
  expect(test.simulator.kubeconfig).toContain(test.simulator.token);
});

it('delays requests until the fault is undone', async () => {
  await using test = await startTestSimulator();
  const undo = test.simulator.faults.delay(60_000, ({ verb }) => verb === 'get');
  expect((await test.get(WIDGETS)).status).toBe(200);
  const waiting = test.get(`${WIDGETS}/a`);
  await test.get(WIDGETS);
  undo();
  expect((await waiting).status).toBe(404);
});

it('records each request when it has been answered', async () => {
  await using test = await startTestSimulator();
  await test.get(`${WIDGETS}/a/status`);
  const named = {
    verb: 'get',
    group: 'example.org',
    version: 'v1',
    resource: 'widgets',
    namespace: 'default',
    name: 'a',
  };
  expect(test.simulator.requests).toMatchObject([{ ...named, subresource: 'status', method: 'GET', status: 404 }]);
});
