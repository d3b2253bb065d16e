import type { IncomingMessage } from 'node:http';

export const EVENT_STREAM = 'text/event-stream';

const JSON_TYPES = ['application/json', 'application/graphql-response+json'] as const;
export type JsonType = (typeof JSON_TYPES)[number];

/** A request of which only the headers count. */
type Headers = Pick<IncomingMessage, 'headers'>;

/** Whether the client accepts a response of a type that answers to operations have. */
export function acceptsAnswer(request: Headers): boolean {
  return acceptedJsonType(request.headers.accept) !== undefined || acceptsEventStream(request);
}

/** Whether the client accepts a response as Server-Sent Events. */
export function acceptsEventStream({ headers }: Headers): boolean {
  return namesType(headers.accept, EVENT_STREAM);
}

/** Whether a browser opens a page, and not a script that wants data. */
export function acceptsHtml({ headers }: Headers): boolean {
  return namesType(headers.accept, 'text/html');
}

/** Whether a media type is accepted by its name: wildcards do not count. */
function namesType(accept: string | undefined, type: string): boolean {
  if (accept === undefined || accept === type) return accept === type;
  if (!accept.toLowerCase().includes(type)) return false; // so that most headers need not be parsed
  return preferencesIn(accept).some(({ name, quality }) => name === type && quality !== 0);
}

/**
 * Returns the type of JSON that a client accepts, or undefined. The first accepted type counts, and of quality values only 0 (RFC 9110,
 * section 12.5.1). A wildcard means application/json, unless that is not accepted.
 */
export function acceptedJsonType(accept = '*/*'): JsonType | undefined {
  if (accept === '*/*' || accept === '') return 'application/json';
  const [first] = accept.split(',', 1);
  const preferred = JSON_TYPES.find((each) => each === first); // by most clients, so that the rest need not be parsed
  if (preferred) return preferred;
  const ranges = preferencesIn(accept).filter(isUtf8);
  const refused = new Set(ranges.filter(({ quality }) => quality === 0).map(({ name }) => name));
  for (const { name, quality } of ranges) {
    if (quality === 0 || (name === '*/*' && refused.has('application/*'))) continue;
    const isWildcard = name === '*/*' || name === 'application/*';
    const found = JSON_TYPES.find((each) => (isWildcard ? !refused.has(each) : each === name));
    if (found) return found;
  }
  return undefined;
}

/** Returns whether a media range names no other charset. */
function isUtf8({ parameters }: Preference): boolean {
  return parameters.every((parameter) => !parameter.includes('charset=') || parameter === 'charset=utf-8');
}

/**
 * Returns the encoding with the highest quality value, of equal ones the first (RFC 9110, section 12.5.3). Undefined if the client
 * accepts none of them, or prefers none.
 * @param encodings in order of preference
 */
export function acceptedEncoding<E extends string>(encodings: readonly E[], acceptEncoding?: string): E | undefined {
  if (!acceptEncoding) return undefined;
  const qualities = new Map(preferencesIn(acceptEncoding).map(({ name, quality }) => [name, quality]));
  let [best, highest]: [E | undefined, number] = [undefined, 0];
  for (const encoding of encodings) {
    const quality = qualities.get(encoding) ?? qualities.get('*') ?? 0;
    if (quality > highest) [best, highest] = [encoding, quality];
  }
  return (qualities.get('identity') ?? 0) > highest ? undefined : best;
}

/** An element of a header with quality values, such as `Accept` or `Accept-Encoding`. In lower case, without spaces and quotes. */
interface Preference {
  /** Media range or encoding. */
  readonly name: string;
  readonly parameters: readonly string[];
  /** 1 if absent. 0 refuses the element. NaN, which is neither 0 nor greater, if it is not a number. */
  readonly quality: number;
}

/** Limit on the elements of a header that are read. Browsers and libraries send less than ten. */
const MAX_ELEMENTS = 100;

/** Parses a header of the form of RFC 9110, section 12.4.2. Any text is accepted. */
function preferencesIn(header: string): readonly Preference[] {
  const elements = header.replaceAll(/[\s"]/gu, '').toLowerCase().split(',', MAX_ELEMENTS);
  return elements.map((element) => {
    const [name = '', ...parameters] = element.split(';', MAX_ELEMENTS);
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    return { name, parameters, quality: weight === undefined ? 1 : Number(weight || NaN) };
  });
}
