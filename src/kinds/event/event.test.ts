import { describe, expect, it } from 'vitest';
import { eventOf } from '../../../test/support/events.ts';
import { limitedGateway } from '../../../test/support/limited-gateway.ts';
import { namespace, workspace } from '../../../test/support/manifests.ts';
import { queryWorkspace, WORKSPACE_NB } from '../../../test/support/workspace-query.ts';
import { podOf } from '../../../test/support/pods.ts';
import type { Manifest } from '../../../dev/simulator/api-object.ts';
import { startTestGateway } from '../../../test/support/test-gateway.ts';

const nb = { ...workspace('nb'), metadata: { name: 'nb', namespace: 'team-a', uid: 'uid-of-nb' } };
const OPTIONS = { imageConfig: 'scipy', podConfig: 'tiny' };
const at = (minute: number) => `2026-11-25T10:${String(minute).padStart(2, '0')}:00Z`;

/** Returns the StatefulSet of a workspace, whose name may be any. */
function setOf(workspaceName: string, name: string, workspaceUid: string): Manifest {
  const owner = { apiVersion: 'kubeflow.org/v1beta1', kind: 'Workspace', controller: true };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: {
      name,
      namespace: 'team-a',
      uid: `uid-of-${name}`,
      labels: { 'notebooks.kubeflow.org/workspace-name': workspaceName },
      ownerReferences: [{ ...owner, name: workspaceName, uid: workspaceUid }],
    },
    spec: {},
  };
}

const nbSet = setOf('nb', 'ws-nb-abcde', 'uid-of-nb');

/** Returns the pod of a StatefulSet. */
function podOfSet(workspaceName: string, set: string, uid = `uid-of-${set}-0`): Manifest {
  const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', controller: true, name: set, uid: `uid-of-${set}` };
  const labels = { 'notebooks.kubeflow.org/workspace-name': workspaceName };
  const metadata = { name: `${set}-0`, namespace: 'team-a', uid, labels, ownerReferences: [owner] };
  return podOf(workspaceName, { name: `${set}-0`, metadata });
}

describe('Workspace.events', () => {
  it('returns the events of the workspace, its pod and its StatefulSet, newest first', async () => {
    const answer = await queryWorkspace(
      'events { message }',
      nb,
      nbSet,
      eventOf('StatefulSet', 'ws-nb-abcde', { lastTimestamp: at(1) }),
      eventOf('Pod', 'ws-nb-abcde-0', { lastTimestamp: at(3) }),
      eventOf('Workspace', 'nb', { lastTimestamp: at(2), involvedObject: { apiVersion: 'kubeflow.org/v1beta1' } }),
      eventOf('Pod', 'ws-nb-b-abcde-0'),
      eventOf('Pod', 'ws-nb-b-0'),
      eventOf('Pod', 'ws-nb-zzzzz-0'),
      eventOf('StatefulSet', 'ws-nb-b-abcde'),
      eventOf('Workspace', 'nb-b'),
      eventOf('Service', 'ws-nb-abcde'),
      eventOf('Pod', 'ws-nb-abcde-0', { metadata: { namespace: 'team-b' }, involvedObject: { namespace: 'team-b' } }),
    );
    expect(answer).toEqual({
      events: [{ message: 'About ws-nb-abcde-0' }, { message: 'About nb' }, { message: 'About ws-nb-abcde' }],
    });
  });

  it('attributes the events of StatefulSets whose names are cut to the workspace that owns them', async () => {
    // 42 characters of the name remain, which are the same for both, and the whole name of the third.
    const cut = 'a'.repeat(42);
    const names = [`${cut}-first`, `${cut}-second`, cut];
    const objects = names.flatMap((name, index) => {
      const set = `ws-${cut}-abcd${index}`;
      const owner = { ...workspace(name), metadata: { name, namespace: 'team-a', uid: `uid-${index}` } };
      return [owner, setOf(name, set, `uid-${index}`), eventOf('StatefulSet', set, { message: `quota of ${index}` })];
    });
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), ...objects] });
    const { data } = await gateway.query('{ workspaces { nodes { name events { message } } } }');
    const { nodes } = Object(data?.['workspaces']);
    expect(nodes).toHaveLength(3);
    for (const [index, name] of names.entries())
      expect(nodes).toContainEqual({ name, events: [{ message: `quota of ${index}` }] });
  });

  it('returns the events of mounted claims', async () => {
    const volumes = { home: 'home', data: [{ pvcName: 'data', mountPath: '/data' }] };
    const spec = { podTemplate: { volumes, options: OPTIONS } };
    const mounting = { ...workspace('nb', { spec }), metadata: nb.metadata };
    const answer = await queryWorkspace(
      'events { message }',
      mounting,
      eventOf('PersistentVolumeClaim', 'home', { lastTimestamp: at(2) }),
      eventOf('PersistentVolumeClaim', 'data', { lastTimestamp: at(1) }),
      eventOf('PersistentVolumeClaim', 'other'),
    );
    expect(answer).toEqual({ events: [{ message: 'About home' }, { message: 'About data' }] });
  });

  it('returns the events of earlier pods unless currentPodOnly is set', async () => {
    const about = (uid: string, minute: number) =>
      eventOf('Pod', 'ws-nb-abcde-0', { message: uid, lastTimestamp: at(minute), involvedObject: { uid } });
    const objects = [nb, nbSet, podOfSet('nb', 'ws-nb-abcde', 'second'), about('first', 1), about('second', 2)];
    const set = eventOf('StatefulSet', 'ws-nb-abcde', { message: 'set', lastTimestamp: at(3) });
    const answer = await queryWorkspace(
      'all: events { message } current: events(currentPodOnly: true) { message }',
      ...objects,
      set,
    );
    expect(answer).toEqual({
      all: [{ message: 'set' }, { message: 'second' }, { message: 'first' }],
      current: [{ message: 'set' }, { message: 'second' }],
    });
  });

  it('returns the events of the current pod of a workspace, whatever its name', async () => {
    const pod = podOfSet('nb', 'cut');
    const about = [eventOf('Pod', 'cut-0', { lastTimestamp: at(2) }), eventOf('StatefulSet', 'cut')];
    const both = { events: [{ message: 'About cut-0' }, { message: 'About cut' }] };
    expect(await queryWorkspace('events { message }', nb, pod, ...about)).toEqual(both);
    const reported = { ...workspace('nb', { status: { podTemplatePod: { name: 'cut-0', nodeName: '' } } }) };
    expect(await queryWorkspace('events { message }', reported, ...about)).toEqual({
      events: [{ message: 'About cut-0' }],
    });
  });

  it('returns the events of a StatefulSet that viewers may not list, as far as they may list events', async () => {
    const objects = [nb, nbSet, podOfSet('nb', 'ws-nb-abcde'), eventOf('StatefulSet', 'ws-nb-abcde')];
    await using gateway = await limitedGateway({ objects, mayNot: 'statefulsets' });
    const { data } = await gateway.query(`{ ${WORKSPACE_NB} { events { message } } }`);
    expect(data).toEqual({ workspace: { events: [{ message: 'About ws-nb-abcde' }] } });
  });

  it('does not count StatefulSets as a kind that viewers can see', async () => {
    await using gateway = await startTestGateway({ objects: [nb, nbSet] });
    await gateway.query(`{ ${WORKSPACE_NB} { events { message } } }`);
    const { data } = await gateway.query('{ gateway { kinds { kind } } }');
    expect(JSON.stringify(data)).not.toContain('StatefulSet');
  });

  it('excludes events of a deleted workspace with the same name', async () => {
    const involvedObject = { apiVersion: 'kubeflow.org/v1beta1', uid: 'uid-of-another' };
    const before = { creationTimestamp: '2020-01-01T00:00:00Z' };
    const answer = await queryWorkspace(
      'events { message }',
      nb,
      eventOf('Workspace', 'nb', { involvedObject }),
      eventOf('Workspace', 'nb', { involvedObject: { apiVersion: 'example.org/v1' } }),
      eventOf('Pod', 'ws-nb-zzzzz-0', { metadata: { name: 'old', ...before } }),
      eventOf('Workspace', 'nb', { message: 'mine', involvedObject: { ...involvedObject, uid: 'uid-of-nb' } }),
    );
    expect(answer).toEqual({ events: [{ message: 'mine' }] });
  });

  it('returns at most first events, 20 by default and 100 at most', async () => {
    const many = Array.from({ length: 30 }, (_, minute) => eventOf('Workspace', 'nb', { lastTimestamp: at(minute) }));
    await using gateway = await startTestGateway({ objects: [nb, ...many] });
    const { data } = await gateway.query(`{ ${WORKSPACE_NB} { events { lastAt } two: events(first: 2) { lastAt } } }`);
    const { events, ...others } = (data as { readonly workspace: Record<string, readonly unknown[]> }).workspace;
    expect([events?.length, others]).toEqual([20, { two: [{ lastAt: at(29) }, { lastAt: at(28) }] }]);
    for (const first of [0, -1, 101]) {
      const { errors } = await gateway.query(`{ ${WORKSPACE_NB} { events(first: ${first}) { lastAt } } }`);
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
    }
  });

  it('sends the events of a workspace again after a new and after a repeated event', async () => {
    await using gateway = await startTestGateway({ objects: [nb, workspace('other')] });
    const changes = gateway.subscribe(`subscription { ${WORKSPACE_NB} { events { message count } } }`);
    expect((await changes.next()).value?.data).toEqual({ workspace: { events: [] } });
    const event = eventOf('Pod', 'ws-nb-abcde-0');
    gateway.cluster.apply(nbSet);
    gateway.cluster.apply(eventOf('Pod', 'ws-other-abcde-0'));
    gateway.cluster.apply(event);
    const expected = { message: 'About ws-nb-abcde-0', count: 1 };
    expect((await changes.next()).value?.data).toEqual({ workspace: { events: [expected] } });
    gateway.cluster.apply({ ...event, count: 2 });
    expect((await changes.next()).value?.data).toEqual({ workspace: { events: [{ ...expected, count: 2 }] } });
  });

  it('returns no events when the viewer may not list events', async () => {
    await using gateway = await limitedGateway({ objects: [nb, eventOf('Workspace', 'nb')], mayNot: 'events' });
    const { data, errors } = await gateway.query(`{ ${WORKSPACE_NB} { name events { message } } }`);
    expect({ data, errors }).toEqual({ data: { workspace: { name: 'nb', events: [] } }, errors: undefined });
  });
});

describe('KubernetesEvent', () => {
  const selection =
    'events { type reason message count firstAt lastAt source host involvedObject { apiVersion kind namespace name uid fieldPath } metadata { name } }';

  it('returns an event with a count', async () => {
    const event = eventOf('Pod', 'ws-nb-abcde-0', {
      metadata: { name: 'e' },
      type: 'Warning',
      reason: 'BackOff',
      message: 'Back-off restarting failed container',
      count: 7,
      lastTimestamp: at(5),
      source: { component: 'kubelet', host: 'node-1' },
      involvedObject: { apiVersion: 'v1', uid: 'u', fieldPath: 'spec.containers{main}' },
    });
    expect(await queryWorkspace(selection, nb, nbSet, event)).toEqual({
      events: [
        {
          type: 'WARNING',
          reason: 'BackOff',
          message: 'Back-off restarting failed container',
          count: 7,
          firstAt: at(0),
          lastAt: at(5),
          source: 'kubelet',
          host: 'node-1',
          involvedObject: {
            apiVersion: 'v1',
            kind: 'Pod',
            namespace: 'team-a',
            name: 'ws-nb-abcde-0',
            uid: 'u',
            fieldPath: 'spec.containers{main}',
          },
          metadata: { name: 'e' },
        },
      ],
    });
  });

  it('returns an event with a series', async () => {
    const none = { count: undefined, firstTimestamp: null, lastTimestamp: null, source: {} };
    const eventTime = '2026-11-25T10:00:00.000001Z';
    const series = { count: 3, lastObservedTime: '2026-11-25T10:07:00.000002Z' };
    const reporter = { reportingComponent: 'kubelet', reportingInstance: 'node-1' };
    const event = eventOf('Workspace', 'nb', { ...none, eventTime, series, ...reporter, type: 'Odd' });
    expect(await queryWorkspace('events { type count firstAt lastAt source host }', nb, event)).toEqual({
      events: [
        {
          type: 'UNKNOWN',
          count: 3,
          firstAt: eventTime,
          lastAt: series.lastObservedTime,
          source: 'kubelet',
          host: null,
        },
      ],
    });
  });

  it('returns defaults for an event without optional fields', async () => {
    const metadata = { name: 'bare', creationTimestamp: '2026-11-25T10:00:00Z' };
    const bare = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { ...metadata, namespace: 'team-a' },
      involvedObject: { kind: 7 },
    };
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), bare] });
    const { data, errors } = await gateway.query(
      `{ events { nodes { type reason message count firstAt lastAt source involvedObject { kind name namespace } } } }`,
    );
    expect(errors).toBeUndefined();
    const time = metadata.creationTimestamp;
    const nothing = { kind: '', name: '', namespace: null };
    expect(data).toEqual({
      events: {
        nodes: [
          {
            type: 'UNKNOWN',
            reason: '',
            message: '',
            count: 1,
            firstAt: time,
            lastAt: time,
            source: null,
            involvedObject: nothing,
          },
        ],
      },
    });
  });
});

describe('events', () => {
  it('lists an event without a valid timestamp last', async () => {
    const none = { firstTimestamp: null, lastTimestamp: null };
    const timeless = eventOf('Pod', 'b', { ...none, metadata: { name: 'b', creationTimestamp: 'yesterday' } });
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), timeless, eventOf('Pod', 'a')] });
    const { data, errors } = await gateway.query('{ events { nodes { message firstAt lastAt } } }');
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      events: {
        nodes: [
          { message: 'About a', firstAt: at(0), lastAt: expect.any(String) },
          { message: 'About b', firstAt: null, lastAt: null },
        ],
      },
    });
  });

  const objects = [
    namespace('team-a'),
    eventOf('Pod', 'a', { type: 'Warning', reason: 'Failed', lastTimestamp: at(1) }),
    eventOf('Pod', 'b', { lastTimestamp: at(2) }),
    eventOf('Node', 'c', { lastTimestamp: at(3), metadata: { namespace: 'default' } }),
  ];

  it.each([
    ['', ['c', 'b', 'a']],
    ['(namespace: "team-a", first: 1)', ['b']],
    ['(filter: { types: [WARNING] })', ['a']],
    ['(filter: { reasons: ["Failed"] })', ['a']],
    ['(filter: { kinds: ["Node"] })', ['c']],
    ['(filter: { names: ["a", "b"] })', ['b', 'a']],
    ['(filter: { search: "ABOUT C" })', ['c']],
  ])('filters events%s', async (args, names) => {
    await using gateway = await startTestGateway({ objects });
    const { data, errors } = await gateway.query(`{ events${args} { nodes { involvedObject { name } } } }`);
    expect(errors).toBeUndefined();
    expect(data).toEqual({ events: { nodes: names.map((name) => ({ involvedObject: { name } })) } });
  });

  it('sends the changes of events to subscribers', async () => {
    await using gateway = await startTestGateway({ objects });
    const warnings = gateway.subscribe(
      'subscription { events(filter: { types: [WARNING] }) { type object { reason } } }',
    );
    const first = [await warnings.next(), await warnings.next(), await warnings.next()].map(
      ({ value }) => value?.data?.['events'],
    );
    expect(first).toEqual([
      { type: 'RESET', object: null },
      { type: 'ADDED', object: { reason: 'Failed' } },
      { type: 'SYNCED', object: null },
    ]);
    gateway.cluster.apply(eventOf('Pod', 'd', { type: 'Warning', reason: 'Worse' }));
    expect((await warnings.next()).value?.data?.['events']).toEqual({ type: 'ADDED', object: { reason: 'Worse' } });
  });
});
