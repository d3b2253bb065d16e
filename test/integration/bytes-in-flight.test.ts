import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { namespace, workspace } from '../support/manifests.ts';
import { headerAuthentication } from '../support/authentication.ts';
import { heapBytes } from '../support/heap.ts';
import { postOperation } from '../support/post-operation.ts';
import { startTestGateway, type SimulatedGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const MESSAGE = 'x'.repeat(32_000);
const LIST = '{ workspaces { nodes { name stateMessage } } }';
const REQUESTS = 6;
const CHUNKS = 200_000;
/** With answers of 16 MB, more than the buffers of the kernel take. */
const LARGE = { workspaces: 500, maxBytesInFlight: 20_000_000 };
/** With answers of 1.6 MB: none of the requests waits for nearly as long as the gateway lets them wait. */
const SMALL = { workspaces: 50, maxBytesInFlight: 2_000_000 };

async function startGateway({ workspaces, maxBytesInFlight }: typeof LARGE): Promise<SimulatedGateway> {
  return startTestGateway({
    objects: [
      namespace('team-a'),
      ...Array.from({ length: workspaces }, (_, index) =>
        workspace(`nb-${index}`, { state: 'Running', status: { stateMessage: MESSAGE } }),
      ),
    ],
    authentication: { ...headerAuthentication, allowSystemIdentities: true },
    maxBytesInFlight,
    metricsPort: 0,
    slowReaderTimeoutSeconds: 600, // longer than any run of the test
  });
}

/** Sends the query on a connection of its own, and never reads the answer. */
async function askWithoutReading({ url }: SimulatedGateway, user: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined); // the gateway may reset it
  socket.pause();
  await once(socket, 'connect');
  const body = JSON.stringify({ query: LIST });
  socket.write(
    `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nkubeflow-userid: ${user}\r\nkubeflow-groups: system:masters\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  onTestFinished(() => void socket.destroy());
  return socket;
}

async function ask({ url }: SimulatedGateway, user: string, query: string) {
  const headers = { 'kubeflow-userid': user, 'kubeflow-groups': 'system:masters' };
  const response = await postOperation(url, query, { headers });
  return { status: response.status, bytes: (await response.text()).length };
}

const bytesInFlight = async (gateway: SimulatedGateway) => {
  const headers = { 'kubeflow-userid': 'operator', 'kubeflow-groups': 'system:masters' };
  const query = '{ gateway { requests { bytesInFlight refusals closes } } }';
  const response = await postOperation(gateway.url, query, { headers });
  const { data } = (await response.json()) as {
    readonly data: {
      readonly gateway: { readonly requests: Readonly<Record<'bytesInFlight' | 'refusals' | 'closes', number>> };
    };
  };
  return data.gateway.requests;
};

it('disconnects clients that do not read their answers when all answers together exceed the limit', async () => {
  await using gateway = await startGateway(LARGE);
  const sockets: Socket[] = [];
  for (let index = 0; index < REQUESTS; index += 1) sockets.push(await askWithoutReading(gateway, `user-${index % 2}`));
  await waitFor(async () => (await bytesInFlight(gateway)).closes > 0, 'clients are disconnected');
  await waitFor(
    async () => (await bytesInFlight(gateway)).bytesInFlight <= LARGE.maxBytesInFlight,
    'the answers of the others are within the limit',
  );
  expect(await gateway.metrics()).toMatch(/\nworkspaces_gateway_bytes_in_flight_closes_total [1-9]/u);
  expect(await ask(gateway, 'innocent', LIST)).toMatchObject({ status: 200 });
}, 60_000);

it('disconnects clients that do not send their bodies when those together exceed the limit', async () => {
  await using gateway = await startGateway(SMALL);
  const idle = [1, 2, 3].map(() => connect(Number(new URL(gateway.url).port), '127.0.0.1'));
  for (const [index, socket] of idle.entries()) {
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => undefined); // the gateway may reset it
    const length = index === 0 ? 'Content-Length: 990000' : 'Transfer-Encoding: chunked';
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nkubeflow-userid: idle\r\nkubeflow-groups: system:masters\r\n${length}\r\n\r\n`,
    );
  }
  await waitFor(async () => (await bytesInFlight(gateway)).bytesInFlight > 1_900_000, 'a body takes all room');
  expect(await ask(gateway, 'innocent', `${LIST} #${'x'.repeat(90_000)}`)).toMatchObject({ status: 200 });
}, 60_000);

it('answers all requests, some after others, when clients read', async () => {
  await using gateway = await startGateway(SMALL);
  const answers = await Promise.all(
    Array.from({ length: REQUESTS }, (_, index) => ask(gateway, `user-${index % 2}`, LIST)),
  );
  for (const { status, bytes } of answers)
    expect({ status, isWhole: bytes > SMALL.workspaces * MESSAGE.length }).toEqual({ status: 200, isWhole: true });
  await waitFor(async () => (await bytesInFlight(gateway)).bytesInFlight === 0, 'nothing is counted any more');
  expect(await bytesInFlight(gateway)).toMatchObject({ refusals: 0, closes: 0 });
}, 60_000);

it.each(['application/json', 'application/graphql+json'])(
  'keeps a body of %s in little memory when it arrives in chunks of one byte',
  async (type) => {
    await using gateway = await startGateway({ workspaces: 1, maxBytesInFlight: 1e9 });
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nkubeflow-userid: ann\r\nkubeflow-groups: system:masters\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    const received = async () => Number(/received_bytes_total (\d+)/u.exec(await gateway.metrics())?.[1]);
    await waitFor(async () => (await received()) > 0, 'the request begins');
    const [before, heapBefore] = [await received(), heapBytes()];
    socket.write('1\r\n \r\n'.repeat(CHUNKS));
    await waitFor(async () => (await received()) - before >= CHUNKS * '1\r\n \r\n'.length, 'all chunks arrive');
    expect(heapBytes() - heapBefore).toBeLessThan(CHUNKS * 50); // 200 for each when they are kept
    const query = '{"query":"{ gateway { version } }"}';
    socket.write(`${query.length.toString(16)}\r\n${query}\r\n0\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /u);
  },
  60_000,
);
