import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { bindingTo, kubeflowRoles } from '../../dev/demo/roles.ts';
import { inspectConfig } from '../../src/config.ts';
import { OperationRecord } from '../../src/graphql/operation-record.ts';
import { createApiConnection } from '../../src/kubernetes/api-connection.ts';
import { Tracing } from '../../src/observability/traces.ts';
import { headerAuthentication as authentication } from '../support/authentication.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { recordingLog } from '../support/recording-log.ts';
import { startTestGateway } from '../support/test-gateway.ts';
import { kubeconfig, send } from '../support/kubeconfig.ts';
import { postOperation } from '../support/post-operation.ts';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
}

interface Export {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[];
}

function spansIn({ resourceSpans }: Export): readonly Span[] {
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

/** An OTLP receiver over HTTP with JSON. */
async function startReceiver() {
  const spans: Span[] = [];
  const requests: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.url} ${String(request.headers['api-key'])}`);
    void json(request)
      .then((body) => spans.push(...spansIn(body as Export)))
      .finally(() => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    requests,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

const objects = [
  namespace('team-a'),
  workspaceKind('jupyterlab'),
  workspace('nb-1', { state: 'Running' }),
  ...kubeflowRoles(),
  bindingTo('kubeflow-edit', { kind: 'User', name: 'erin' }, 'team-a'),
];
const erin = { headers: { 'kubeflow-userid': 'erin' } };
const TRACE = 'a'.repeat(32);
const PARENT = 'b'.repeat(16);
const PAUSE = 'mutation Pause { pauseWorkspace(input: { namespace: "team-a", name: "nb-1" }) { warnings } }';

describe('traces', () => {
  it('connects the client, the operation, its access reviews and its requests when it sends a traceparent', async () => {
    await using receiver = await startReceiver();
    const settings = { otlpEndpoint: receiver.endpoint, otlpHeaders: { 'api-key': 'zqsecretqz' } };
    {
      await using gateway = await startTestGateway({ objects, authentication, ...settings });
      const headers = { ...erin.headers, traceparent: `00-${TRACE}-${PARENT}-01` };
      const response = await postOperation(gateway.url, PAUSE, { headers });
      expect(await response.json()).toMatchObject({ data: { pauseWorkspace: { warnings: [] } } });
    } // spans are sent at the end, or every 5 s
    const spans = receiver.spans.filter(({ traceId }) => traceId === TRACE);
    const operation = spans.find(({ parentSpanId }) => parentSpanId === PARENT);
    expect(operation?.name).toBe('mutation Pause');
    const review = spans.find(({ name }) => name === 'access review');
    expect(review?.parentSpanId).toBe(operation?.spanId);
    const reviewRequest = spans.find(({ name }) => name === 'create subjectaccessreviews');
    expect(spans.some(({ name, spanId }) => name === 'access review' && spanId === reviewRequest?.parentSpanId)).toBe(
      true,
    );
    const patch = spans.find(({ name }) => name === 'patch workspaces');
    expect(patch?.parentSpanId).toBe(operation?.spanId);
    expect(new Set(receiver.requests)).toEqual(new Set(['/v1/traces zqsecretqz']));
    expect(JSON.stringify(receiver.spans)).not.toContain('watch ');
  });

  it('sends a span for each operation of a WebSocket, without variables', async () => {
    await using receiver = await startReceiver();
    {
      await using gateway = await startTestGateway({ objects, otlpEndpoint: receiver.endpoint });
      const query = 'query One($name: String!) { workspace(namespace: "team-a", name: $name) { name } }';
      await gateway
        .connect()
        .iterate({ query, variables: { name: 'zqnameqz' } })
        .next();
    }
    expect(receiver.spans.map(({ name }) => name)).toContain('query One');
    expect(JSON.stringify(receiver.spans)).not.toContain('zqnameqz');
  });

  it.each([
    [`00-${'0'.repeat(32)}-${PARENT}-01`],
    [`01-${TRACE}-${PARENT}-01`],
    [`00-${TRACE.toUpperCase()}-${PARENT}-01`],
    ['x'.repeat(1_000)],
  ])('begins a new trace when the traceparent is %s', async (traceparent) => {
    await using receiver = await startReceiver();
    {
      await using gateway = await startTestGateway({ otlpEndpoint: receiver.endpoint });
      await fetch(`${gateway.url}?query={__typename}`, { headers: { traceparent } });
    }
    expect(receiver.spans).toMatchObject([{ name: 'query' }]);
    expect(receiver.spans[0]?.parentSpanId ?? '').toBe('');
  });

  it('sends a traceparent to the API server for requests that an operation causes, and for no others', async () => {
    await using receiver = await startReceiver();
    const received: unknown[] = [];
    const server = createServer((request, response) => {
      received.push(request.headers['traceparent']);
      response.end('{}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    {
      const options = { endpoint: receiver.endpoint, headers: {}, sample: 1, version: '0', onFailure: () => undefined };
      await using tracing = new Tracing(options);
      const connection = await createApiConnection(kubeconfig({ server: url }), { traceRequest: tracing.request });
      const record = new OperationRecord({ requestId: 'a', transport: 'http' }, tracing.end);
      tracing.begin(record, undefined);
      await record.within(() => send(connection));
      record.end();
      await record.within(() => send(connection)); // such as the watch of an informer that the operation has started
      await send(connection);
    }
    server.close();
    const request = receiver.spans.find(({ name }) => name === 'get discovery');
    expect(received).toEqual([`00-${request?.traceId}-${request?.spanId}-01`, undefined, undefined]);
  });

  it('delays no operation when the receiver of traces does not answer, and warns without the password', async () => {
    const { log, lines } = recordingLog();
    {
      await using gateway = await startTestGateway({ log, otlpEndpoint: 'http://me:zqsecretqz@127.0.0.1:1' });
      expect(await gateway.query('{ __typename }')).toEqual({ data: { __typename: 'Query' } });
    } // spans are sent at the end
    const error = { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:1' };
    expect(lines('cannot send traces')).toMatchObject([{ endpoint: 'http://***@127.0.0.1:1', error }]);
  });
});

describe('the settings of traces', () => {
  it.each([
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
      'Expected OTEL_EXPORTER_OTLP_ENDPOINT to be an http or https URL',
    ],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'zqsecretqz' }, 'Expected OTEL_EXPORTER_OTLP_HEADERS to be comma-separated pairs'],
    [{ TRACE_SAMPLE: '2' }, 'Expected TRACE_SAMPLE to be a number from 0 to 1, got "2".'],
  ])('rejects the settings of traces, without secrets, when they are %j', (env, message) => {
    const mistakes = inspectConfig({ KUBECONFIG: '/dev/null', ...env })
      .settings.mistakes()
      .join('\n');
    expect(mistakes).toContain(message);
    expect(mistakes).not.toContain('zqsecretqz');
  });
});
