import { describe, expect, it } from 'vitest';
import { eventOf } from '../../../test/support/events.ts';
import { limitedGateway } from '../../../test/support/limited-gateway.ts';
import { namespace, workspace } from '../../../test/support/manifests.ts';
import { queryWorkspace, WORKSPACE_NB } from '../../../test/support/workspace-query.ts';
import { podOf } from '../../../test/support/pods.ts';
import { startTestGateway } from '../../../test/support/test-gateway.ts';

const nb = { ...workspace('nb'), metadata: { name: 'nb', namespace: 'team-a', uid: 'uid-of-nb' } };
const at = (minute: number) => `2026-11-25T10:${String(minute).padStart(2, '0')}:00Z`;

describe('Workspace.events', () => {
  it('returns the events of the workspace, its pod and its StatefulSet, newest first', async () => {
    const answer = await queryWorkspace(
      'events { message }',
      nb,
      eventOf('StatefulSet', 'ws-nb-abcde', { lastTimestamp: at(1) }),
      eventOf('Pod', 'ws-nb-abcde-0', { lastTimestamp: at(3) }),
      eventOf('Workspace', 'nb', { lastTimestamp: at(2), involvedObject: { apiVersion: 'kubeflow.org/v1beta1' } }),
      eventOf('Pod', 'ws-nb-b-abcde-0'),
      eventOf('Pod', 'ws-nb-b-0'),
      eventOf('StatefulSet', 'ws-nb-b-abcde'),
      eventOf('Workspace', 'nb-b'),
      eventOf('Service', 'ws-nb-abcde'),
      eventOf('Pod', 'ws-nb-abcde-0', { metadata: { namespace: 'team-b' }, involvedObject: { namespace: 'team-b' } }),
    );
    expect(answer).toEqual({
      events: [{ message: 'About ws-nb-abcde-0' }, { message: 'About nb' }, { message: 'About ws-nb-abcde' }],
    });
  });

  it('returns the events of the current pod of a workspace, whatever its name', async () => {
    const pod = podOf('nb', { name: 'ws-cut-0' });
    const about = [eventOf('Pod', 'ws-cut-0', { lastTimestamp: at(2) }), eventOf('StatefulSet', 'ws-cut')];
    const expected = { events: [{ message: 'About ws-cut-0' }, { message: 'About ws-cut' }] };
    expect(await queryWorkspace('events { message }', nb, pod, ...about)).toEqual(expected);
    const reported = { ...workspace('nb', { status: { podTemplatePod: { name: 'ws-cut-0', nodeName: '' } } }) };
    expect(await queryWorkspace('events { message }', reported, ...about)).toEqual(expected);
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
    expect(await queryWorkspace(selection, nb, event)).toEqual({
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
