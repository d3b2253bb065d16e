import { parseArgs } from 'node:util';

export interface Options {
  readonly quick: boolean;
  /** Whether to compare with `EXECUTION=reference`. */
  readonly check: boolean;
  readonly only: RegExp | undefined;
  /** Folder for the CPU profiles of the servers. */
  readonly profile: string | undefined;
  /** Duration of each measurement, without its preparation. */
  readonly seconds: number | undefined;
  readonly help: boolean;
}

export const help = `npm run bench:live -- [--quick] [--only <pattern>] [--check] [--seconds <n>] [--profile <folder>]

Measures live updates of the gateway, of bare servers that do less, and of yoga + graphql-ws with one execution per subscriber, in one
run on this machine. Prints the goals of the project beside the figures. Takes about five minutes. Compare the ratios, not the absolute
numbers, and let nothing else run.

  --quick             about two minutes: fewer rounds, shorter measurements
  --only <pattern>    only matching scenarios: <server>/<protocol>/<operations>/<bytes>/<subscribers>/<load>,
                      e.g. 'graphql-ws/same/250/1000/full' or '^(gateway|floor)/.*/1/steady'
  --check             measures the gateway and EXECUTION=reference, which executes every event with graphql-js, in turns. Exits with 1
                      if the gateway needs more than 1.2 times its CPU time in any scenario, by the least of three rounds
  --seconds <n>       duration of each measurement: by default 1 at full and 3 at steady load
  --profile <folder>  write a CPU profile of each server to this folder
  --help              this text

server      gateway; reference: the gateway with EXECUTION=reference; floor: reads the watch with node:https, parses each line, and
            sends one prepared message; bare: ws.send of prepared bytes to each socket; bare corked: with the writes of a turn
            combined, as in the gateway; per subscriber: the gateway's schema and store, behind yoga and graphql-ws as documented
operations  same: all subscribers have one operation; different: each has other fields; by namespace, by filter: each has another
            namespace or filter, and each event is for one of them
load        full: as fast as the clients read, 4 events at once; steady: 50 events per second
ms/event    CPU time of the server's process for each event, idle work included
msg/s/core  messages per second of the server's CPU time. Compare these: msg/s depends on the clients' core too
p50, p99    from the write to the API server to the receipt by a client; at full load, of a sample of the messages
heap        of the server, after collection, per idle subscriber
clients     CPU utilization of the clients' process: near 100 %, it limits msg/s

Exits with 1 if the gateway's requests to the API server grow with the number of subscribers, or if a message is lost or duplicated.`;

/** @throws {TypeError} for unknown options */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
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
  throw new TypeError(`Expected --seconds to be a number above 0, got ${JSON.stringify(text)}.`);
}
