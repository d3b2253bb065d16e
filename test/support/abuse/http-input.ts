import type { SeededRandom } from '../seeded-random.ts';
import { ANSWER_TIMEOUT_MS, describeBytes, type AbusiveInput, type Answer } from './abusive-input.ts';
import { parseResponses, type HttpResponse } from './http-response.ts';
import { RawConnection } from './raw-connection.ts';
import { USERS, type AbuseTarget, type Mode } from './target.ts';

export interface HttpRequestParts {
  readonly mode: Mode;
  readonly method?: string;
  readonly path?: string;
  /** Header lines without their ends. */
  readonly headers: readonly string[];
  readonly body?: Buffer | string;
  /** Default: the length of the body, if there is one. Null for none. */
  readonly contentLength?: number | string | null;
}

/** Returns headers that identify one of the abusive clients, usually the member. */
export function identityHeaders(mode: Mode, random: SeededRandom): readonly string[] {
  const user = random.below(5) === 0 ? USERS.stranger : USERS.member;
  return mode === 'token' ? [`Authorization: Bearer ${user.token}`] : [`kubeflow-userid: ${user.name}`];
}

/** Returns a request as bytes. Header lines are written in Latin-1, as Node reads them. */
export function requestBytes({
  method = 'POST',
  path = '/graphql',
  headers,
  body = '',
  contentLength,
}: HttpRequestParts): Buffer {
  const content = Buffer.from(body);
  const length = contentLength === undefined ? content.length : contentLength;
  const framing = length === null ? [] : [`Content-Length: ${length}`];
  const head = [`${method} ${path} HTTP/1.1`, ...headers, ...framing, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), content]);
}

/** Returns an input that sends one complete request, which has to be answered. */
export function requestInput(parts: HttpRequestParts): AbusiveInput {
  const bytes = requestBytes(parts);
  const hasBody = parts.method !== 'HEAD';
  return {
    mode: parts.mode,
    description: describeBytes(bytes),
    send: (target) => exchange(target, { mode: parts.mode, bytes, hasBody }),
  };
}

/** Sends bytes and reads until the response is complete, or an event stream has sent its first events. */
async function exchange(
  target: AbuseTarget,
  { mode, bytes, hasBody }: { readonly mode: Mode; readonly bytes: Buffer; readonly hasBody: boolean },
): Promise<readonly Answer[]> {
  using connection = await RawConnection.open(target.gateways[mode].port);
  connection.send(bytes);
  const responses = () => parseResponses(connection.received, { ended: connection.ended, hasBody });
  const answered = await connection.until(() => responses().some(isAnswered), ANSWER_TIMEOUT_MS);
  const last = responses().at(-1);
  if (!answered)
    throw new Error(`Expected a response within ${ANSWER_TIMEOUT_MS} ms, got ${describeBytes(connection.received)}`);
  if (last?.complete === false && !connection.ended)
    await settled(connection, () => responses().at(-1)?.complete === true);
  return answersOf(responses());
}

function isAnswered({ status, head, complete }: HttpResponse): boolean {
  return (
    status >= 101 &&
    status !== 100 &&
    (complete || /^content-type: text\/event-stream/imu.test(head)) &&
    !(status > 101 && status < 200)
  );
}

/** Time for the first events of a stream, after its headers. */
const FIRST_EVENTS_MS = 20;

async function settled(connection: RawConnection, isComplete: () => boolean): Promise<void> {
  await connection.until((received) => isComplete() || received.includes('event: next'), FIRST_EVENTS_MS);
}

export function answersOf(responses: readonly HttpResponse[]): readonly Answer[] {
  return responses.map(({ status, head, body }) => ({ status, text: `${head}\n${body}` }));
}
