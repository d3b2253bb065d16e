import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { Widget } from '../../test/support/widget.ts';
import { decodeStatus } from './decode-status.ts';
import { decodeObject } from './decode.ts';
import { timestamp } from './decoder.ts';
import { decodeHeader, isHeaderText } from './header-text.ts';
import { compileSelector, parseLabelSelector } from './label-selector.ts';
import { withoutManagedFields, writeTimeIn } from './managed-fields.ts';
import { compareVersions } from './object.ts';
import { pathSegmentProblem } from './path.ts';
import { parseQuantity } from './quantity.ts';
import { redactedError } from './redacted.ts';
import { warningsOf } from './response.ts';
import { readWatchStream } from './watch-stream.ts';

const metadata = { name: 'a', uid: '1', resourceVersion: '1' };

const parsers: readonly (readonly [title: string, parse: (hostile: string) => unknown, patterns: readonly string[]])[] =
  [
    [
      'label selectors',
      (text) => [
        attempt(() => parseLabelSelector(text)),
        attempt(() => parseLabelSelector(`${text.slice(0, 7_999)}?`)),
      ],
      [',', 'a,', '(', ')', '(,', ' ', 'a', 'a.', 'a-', 'a/', 'a=', '!', 'a in (b,', '=,'],
    ],
    ['label selectors of objects', compileLabels, ['a', 'a.', 'a-', 'a/', '/']],
    ['quantities', parseQuantity, ['1', '1.', '.', '+', 'e', '1e', 'Ki']],
    ['quantities with an invalid unit', (text) => parseQuantity(`${text}?`), ['1', '1.', '1e1', 'K']],
    ['fractions of quantities', (text) => parseQuantity(`0.${text}x`), ['1', '.', 'e1']],
    ['invalid timestamps', (text) => timestamp.is(`2026-11-21T09:30:00.${text}?`), ['1', '1.']],
    ['timestamps', (text) => timestamp.is(`2026-11-21T09:30:00.${text}`), ['1', '1.', 'Z', ' ']],
    ['versions', (text) => compareVersions(`${text}x`, `${text}y`), ['1', ' ']],
    [
      'status errors',
      (text) => decodeStatus(500, strictDecodingFailure(text), text),
      ['1', '\\', '"', '\\"', '}": ', ' field "'],
    ],
    [
      'lists of unknown fields',
      (text) => decodeStatus(500, strictDecodingFailure(`}": ${STRICT}${text}`)),
      ['unknown field "', 'a"', '\\"'],
    ],
    ['warnings', (text) => warningsOf({ headers: { warning: text } }), ['299 ', '299 - "', '299', '\\', '"', '\u00C3']],
    ['header values', (text) => [isHeaderText(text), decodeHeader(text)], [' ', 'a', '\u00C3']],
    ['path segments', pathSegmentProblem, ['.', 'a', ' ']],
    ['errors', (text) => redactedError(new Error(text)), ['    at a\n', '\n', ' ']],
  ];

const STRICT = 'strict decoding error: ';
const TOTAL_CHARACTERS = 200_000;
/** For a busy machine: the tests measure CPU time. */
const TIMEOUT_MS = 120_000;
/** CPU time below which measurements are noise. */
const FLOOR_MS = 5;

it.each(parsers)(
  'parses hostile input in linear time when it reads %s',
  (_, parse, patterns) => {
    for (const pattern of patterns) {
      const [small, medium, large] = [1_000, 10_000, 100_000].map((length) => cpuTimeOf(parse, pattern, length));
      const limit = 10 * Math.max(small ?? 0, FLOOR_MS);
      expect(medium, `${JSON.stringify(pattern)} in pieces of 10 kB`).toBeLessThan(limit);
      expect(large, `${JSON.stringify(pattern)} in pieces of 100 kB`).toBeLessThan(limit);
    }
  },
  TIMEOUT_MS,
);

it(
  'reads watch lines in linear time when they arrive in small chunks',
  async () => {
    const small = await cpuTimeOfLines(80_000);
    const large = await cpuTimeOfLines(8_000_000);
    expect(large).toBeLessThan(10 * small);
  },
  TIMEOUT_MS,
);

it.each([500, 10_000, 100_000])('refuses an object with DecodeError when it is nested %i levels deep', (depth) => {
  const spec: unknown = JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
  expect(() => decodeObject({ metadata, spec }, Widget)).toThrow(/at most 500 nested lists and objects/u);
});

it('decodes and freezes an object when it is nested 400 levels deep', () => {
  const spec: unknown = JSON.parse(`${'['.repeat(400)}${']'.repeat(400)}`);
  expect(Object.isFrozen(decodeObject({ metadata, spec }, Widget).spec)).toBe(true);
});

it('returns the time of the last write when 300,000 managers are recorded', () => {
  const managedFields = Array.from({ length: 300_000 }, () => ({ time: '2024-05-01T10:00:05Z' }));
  const reduced = withoutManagedFields(JSON.stringify({ object: { metadata: { managedFields } } }));
  expect(writeTimeIn(reduced?.managedFields ?? '')).toBe(Date.parse('2024-05-01T10:00:05Z'));
});

/** Returns the CPU milliseconds of parsing 200,000 characters in pieces of a length, in the fastest of three rounds. */
function cpuTimeOf(parse: (text: string) => unknown, pattern: string, length: number): number {
  const text = pattern.repeat(Math.ceil(length / pattern.length)).slice(0, length);
  const rounds = Array.from({ length: 3 }, () => {
    const before = process.threadCpuUsage();
    for (let parsed = 0; parsed < TOTAL_CHARACTERS; parsed += length) parse(text);
    return millisecondsSince(before);
  });
  return Math.min(...rounds);
}

/** Returns the CPU milliseconds of {@link readLines}, in the fastest of three rounds. */
async function cpuTimeOfLines(length: number): Promise<number> {
  const rounds: number[] = [];
  while (rounds.length < 3) {
    const before = process.threadCpuUsage();
    await readLines(length);
    rounds.push(millisecondsSince(before));
  }
  return Math.min(...rounds);
}

/** Reads 8 MB of watch lines of a length, which arrive in chunks of 1,000 bytes. */
async function readLines(length: number): Promise<void> {
  const line = Buffer.from(`${'x'.repeat(length - 1)}\n`);
  const chunks = Array.from({ length: 8_000 }, (_, index) => {
    const start = (index * 1_000) % length;
    return line.subarray(start, start + 1_000);
  });
  const malformed: Error[] = [];
  await readWatchStream(Readable.from(chunks), {
    resource: Widget,
    idleTimeoutMs: 60_000,
    onEvent: () => undefined,
    onMalformed: (error) => void malformed.push(error),
  });
  expect(malformed).toHaveLength(8_000_000 / length);
}

function millisecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

function attempt(parse: () => unknown): unknown {
  try {
    return parse();
  } catch (error) {
    return error;
  }
}

function compileLabels(text: string): unknown {
  const parts = text.match(/.{1,100}/gsu) ?? [];
  return [
    compileSelector({ matchLabels: { [text]: 'a' } }),
    compileSelector({ matchLabels: { a: text } }),
    compileSelector({ matchExpressions: [{ key: 'a', operator: 'In', values: parts }] })?.({ a: 'b' }),
  ];
}

function strictDecodingFailure(text: string): object {
  const causes = [{ reason: 'FieldValueInvalid', field: 'patch', message: `Invalid value: "{${text}` }];
  return { kind: 'Status', message: text, details: { causes } };
}
