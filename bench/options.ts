import { parseArgs } from 'node:util';

export interface Options {
  readonly quick: boolean;
  readonly only: RegExp | undefined;
  /** Where the CPU profiles of the servers go. */
  readonly profile: string | undefined;
  /** How long each measurement takes, without its preparations. */
  readonly seconds: number | undefined;
  readonly help: boolean;
}

export const help = `npm run bench:live -- [--quick] [--only <pattern>] [--seconds <n>] [--profile <folder>]

Measures live updates: the gateway, beside bare ws broadcast of the same bytes, and beside yoga + graphql-ws executing
per subscriber, in one run on this machine. About four minutes; what counts are the ratios.

  --quick             about a minute: 1 and 1,000 subscribers, shorter measurements
  --only <pattern>    only what matches: <server>/<protocol>/<operations>/<bytes>/<subscribers>/<load>,
                      e.g. 'graphql-ws/same/250/1000/full' or '^(gateway|bare)/.*/steady'
  --seconds <n>       how long each measurement takes: by default 1 at full and 3 at steady load
  --profile <folder>  has each server write a CPU profile there
  --help              this text

server      gateway; bare: ws.send of ready bytes to each socket; bare corked: with the writes of a turn joined, as the
            gateway does; per subscriber: the gateway's schema and store, behind yoga and graphql-ws as documented
operations  same: all subscribers have one operation; different: no two of them
load        full: as fast as the clients read, 4 events on their way; steady: 50 events per second
msg/s/core  messages per second of the server's CPU time. Compare these: msg/s depends on the clients' core too
p50, p99    from the write to the API server to the receipt by a client; at full load, of a sample of the messages
clients     how busy the clients' process is: near 100 %, it limits msg/s
heap        of the server, after collection, per idle subscriber
watches     open at the API server; requests: asked of it while subscribers came, listened and left

Ends with 1 if the gateway asks more of the API server the more subscribers it has, or a message is lost or doubled.`;

/** @throws {TypeError} for options that do not exist */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      profile: { type: 'string' },
      seconds: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { only, seconds, profile, ...flags } = values;
  return {
    ...flags,
    profile,
    seconds: secondsOf(seconds),
    only: only === undefined ? undefined : new RegExp(only, 'u'),
  };
}

function secondsOf(text: string | undefined): number | undefined {
  const seconds = text === undefined ? undefined : Number(text);
  if (seconds === undefined || seconds > 0) return seconds;
  throw new TypeError(`--seconds must be a number above 0, got ${JSON.stringify(text)}`);
}
