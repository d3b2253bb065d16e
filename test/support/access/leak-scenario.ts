import { isDeepStrictEqual } from 'node:util';
import { schema } from '../../../src/schema.ts';
import { seededRandom, type SeededRandom } from '../seeded-random.ts';
import { canariesIn, createCanaryFactory } from './canaries.ts';
import { RequestWriter } from './generated-requests.ts';
import { canariesInFits, canariesOfReasons, FITS, withoutFits } from './fits.ts';
import { Interference } from './interference.ts';
import { CACHE_STATUSES, OVERVIEW, overviewOf, showsCacheStatuses } from './overview.ts';
import { testUser, type Caller, type AuthenticationMode, type TestUser, type Reply } from './users.ts';
import { canarySetsOf, type CanarySets } from './canary-sets.ts';
import { ClusterGenerator } from './random-cluster.ts';
import { limitingObjectsOf, relatedObjectsOf } from './related-objects.ts';
import { RbacGenerator } from './random-rbac.ts';
import { RbacModel } from './rbac-model.ts';
import { answerOf, writeRequests, type Request } from './requests.ts';
import { VisibilityModel } from './visibility-model.ts';
import { MODES, AccessEnvironment } from './environment.ts';
import { aimsAt } from './targets.ts';
import { counterpartsOf } from './counterpart-requests.ts';

const PEOPLE = [
  testUser('ann', 'team-1', 'everybody'),
  testUser('bob', 'team-1'),
  testUser('cid', 'team-2', 'everybody'),
  testUser('dot'),
  testUser('eve', 'team-2'),
] as const;
/** One in this many users is examined. */
const EXAMINED = 3;
const NAMESPACES = 4;
const KINDS = 4;
const WORKSPACES = 3;
/** One in this many workspaces has related objects. */
const SURROUNDED = 4;
/** One in this many permitted mutations is executed. */
const WRITTEN = 3;
const MOST_MISTAKES = 10;
const MOST_CHARACTERS = 1_000;

/** Sends requests for every field of the schema to a random cluster. Returns the responses that leak hidden objects. */
export async function leaksOf(seed: number): Promise<LeakReport> {
  const scenario = new LeakScenario(seed);
  await using environment = await scenario.begin();
  await scenario.run(environment);
  return scenario.report();
}

export interface LeakReport {
  readonly mistakes: readonly string[];
  /** Selected fields, as `Type.field`. */
  readonly asked: ReadonlySet<string>;
  /** Number of responses with and without data. Neither may be rare. */
  readonly seen: number;
  readonly refused: number;
}

interface Answered {
  readonly request: Request;
  readonly reply: Reply;
}

class LeakScenario {
  readonly #seed: number;
  readonly #random: SeededRandom;
  readonly #canary = createCanaryFactory();
  readonly #maker: ClusterGenerator;
  readonly #writer: RequestWriter;
  readonly #asked = new Set<string>();
  readonly #mistakes: string[] = [];
  #rbac = new RbacModel([]);
  #seen = 0;
  #refused = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = seededRandom(seed);
    this.#maker = new ClusterGenerator({ random: this.#random, canary: this.#canary });
    const onSelected = (coordinate: string) => void this.#asked.add(coordinate);
    this.#writer = new RequestWriter({ schema, random: this.#random, onSelected });
  }

  async begin(): Promise<AccessEnvironment> {
    const namespaces = times(NAMESPACES, () => this.#maker.namespace());
    const kinds = times(KINDS, () => this.#maker.kind());
    const kindNames = [...kinds.map(({ metadata }) => metadata.name ?? ''), 'no-such-kind'];
    const workspaces = namespaces.flatMap(({ metadata }) =>
      times(WORKSPACES, () => this.#maker.workspace(metadata.name ?? '', this.#random.pick(kindNames))),
    );
    const others = workspaces
      .filter((_, index) => index % SURROUNDED === 0)
      .flatMap((workspace) => relatedObjectsOf(workspace, this.#canary));
    const limiting = limitingObjectsOf(namespaces[0]?.metadata.name ?? '', this.#canary);
    const objects = [...namespaces, ...kinds, ...workspaces, ...others, ...limiting];
    const names = objects.map(({ metadata }) => metadata.name ?? '');
    const thereAre = { names, namespaces: namespaces.map(({ metadata }) => metadata.name ?? '') };
    const rbac = new RbacGenerator(this.#random, ['nodes', 'resourcequotas', 'limitranges']).stored(thereAre, PEOPLE);
    this.#rbac = new RbacModel(rbac);
    return AccessEnvironment.start({ users: PEOPLE, objects: [...objects, ...rbac] });
  }

  async run(environment: AccessEnvironment): Promise<void> {
    await environment.waitUntilSynced();
    for (const who of PEOPLE) await this.#examineFits(environment, who);
    const examined = PEOPLE.filter((_, index) => index % EXAMINED === this.#seed % EXAMINED);
    for (const [index, who] of examined.entries()) {
      const mode = MODES[(index + this.#seed) % MODES.length] ?? 'token';
      await this.#examine(environment, who, mode);
    }
    for (const who of examined) await this.#write(environment, environment.caller(who, this.#random.pick(MODES)));
  }

  report(): LeakReport {
    return {
      mistakes: this.#mistakes,
      asked: this.#asked,
      seen: this.#seen,
      refused: this.#refused,
    };
  }

  async #examine(environment: AccessEnvironment, who: TestUser, mode: AuthenticationMode): Promise<void> {
    const caller = environment.caller(who, mode);
    const model = () => new VisibilityModel(this.#rbac, who, environment.stored());
    await this.#compareOverview(environment, caller, model());
    await this.#compareCopies(environment, caller, model());
    const aims = await aimsAt(environment.stored(), environment.administrator(mode), this.#random);
    const requests = writeRequests(this.#writer, aims, {
      model: model(),
      rbac: this.#rbac,
      who,
      random: this.#random,
    });
    const words = canarySetsOf(environment, model());
    const answers = new Map<Request, string>();
    for (const request of requests) {
      const reply = await answerOf(caller, request);
      this.#examineReply(caller, words, { request, reply });
      answers.set(request, withoutFits(JSON.stringify(reply)));
    }
    await this.#compareTwins(caller, answers);
    await this.#interfere(environment, caller, model, answers);
  }

  /** Executes permitted mutations, and examines that their payloads contain only readable objects. */
  async #write(environment: AccessEnvironment, caller: Caller): Promise<void> {
    const model = () => new VisibilityModel(this.#rbac, caller.user, environment.stored());
    const aims = await aimsAt(environment.stored(), environment.administrator(caller.mode), this.#random);
    const about = { model: model(), rbac: this.#rbac, who: caller.user, random: this.#random };
    const writes = writeRequests(this.#writer, aims, about).filter(({ touches }) => touches);
    for (const write of writes.filter(() => this.#random.below(WRITTEN) === 0)) {
      const request = { ...write, text: write.text.replaceAll('dryRun: true', 'dryRun: false') };
      const before = canarySetsOf(environment, model());
      const reply = await answerOf(caller, request);
      const after = canarySetsOf(environment, model());
      const made = [...after.all].filter((word) => !before.all.has(word)); // created by this mutation
      const readable = new Set([...before.readable, ...after.readable, ...made]);
      this.#examineReply(caller, { all: new Set([...before.all, ...after.all]), readable }, { request, reply });
    }
  }

  /** Compares lists and counts with the model. */
  async #compareOverview(environment: AccessEnvironment, caller: Caller, model: VisibilityModel): Promise<void> {
    const { data, errors } = await caller.ask(OVERVIEW);
    const expected = overviewOf(model, environment.stored());
    if (errors || !isDeepStrictEqual(plain(data), plain(expected)))
      this.#complain(caller, 'the overview differs', [
        OVERVIEW,
        JSON.stringify({ data, errors }),
        JSON.stringify(expected),
      ]);
  }

  /** Compares the cache statuses of the gateway, which count only visible objects. */
  async #compareCopies(environment: AccessEnvironment, caller: Caller, model: VisibilityModel): Promise<void> {
    const reply = await caller.ask(CACHE_STATUSES);
    if (!reply.data || !showsCacheStatuses(reply.data, model, environment.stored()))
      this.#complain(caller, 'the gateway counts otherwise', [JSON.stringify(reply)]);
  }

  /** Examines that fits, which depend on quotas, limits and nodes that a user may not see, contain no more of them than a name. */
  async #examineFits(environment: AccessEnvironment, who: TestUser): Promise<void> {
    const caller = environment.caller(who, 'token');
    const text = JSON.stringify(await caller.ask(FITS));
    const { readable } = canarySetsOf(environment, new VisibilityModel(this.#rbac, who, environment.stored()));
    const names = canariesOfReasons(environment.stored());
    const hidden = [...canariesInFits(text)].filter((word) => !readable.has(word));
    if (hidden.some((word) => !names.has(word))) this.#complain(caller, 'a fit has more than a name', [FITS, text]);
  }

  #examineReply(caller: Caller, words: CanarySets, { request, reply }: Answered): void {
    const text = withoutFits(JSON.stringify(reply));
    const given = new Set([...canariesIn(request.text), ...writtenIn({ request, reply })]);
    const received = [...canariesIn(text)].filter((word) => !given.has(word));
    const leaked = received.filter((word) => words.all.has(word) && !words.readable.has(word));
    const about = [request.text, text];
    if (leaked.length > 0) this.#complain(caller, `${leaked.join()} may not be seen`, about);
    if (request.expected?.(reply) === false) this.#complain(caller, 'the answer is not the expected one', about);
    if (/"INTERNAL"|syntax error|Cannot query|Unknown argument|"failure"/iu.test(text))
      this.#complain(caller, 'this cannot be asked', about);
    if (received.length > 0) this.#seen += 1;
    if (text.includes('"FORBIDDEN"')) this.#refused += 1;
  }

  /** Compares responses about hidden objects with those about objects that do not exist. */
  async #compareTwins(caller: Caller, answers: ReadonlyMap<Request, string>): Promise<void> {
    for (const [request, answer] of answers) {
      for (const twin of counterpartsOf(request, this.#canary)) {
        const reply = withoutFits(JSON.stringify(await answerOf(caller, { ...request, text: twin.text })));
        if (twin.inTerms(reply) !== twin.inTerms(answer))
          this.#complain(caller, 'something that exists is answered otherwise than what does not', [
            request.text,
            answer,
            twin.text,
            reply,
          ]);
      }
    }
  }

  /** Compares responses before and after a change of hidden objects only. */
  async #interfere(
    environment: AccessEnvironment,
    caller: Caller,
    model: () => VisibilityModel,
    answers: ReadonlyMap<Request, string>,
  ): Promise<void> {
    const interference = new Interference(environment, this.#maker, this.#random);
    const before = overviewOf(model(), environment.stored());
    interference.begin(model());
    if (!isDeepStrictEqual(before, overviewOf(model(), environment.stored())))
      throw new Error('The interference can be seen.');
    await environment.waitUntilSynced();
    for (const [request, answer] of answers) {
      if (request.touches || request.text.includes('actionId: ')) continue; // an action cannot be started twice
      const reply = withoutFits(JSON.stringify(await answerOf(caller, request)));
      if (reply !== answer)
        this.#complain(caller, 'the answer depends on what may not be seen', [request.text, answer, reply]);
    }
    interference.end();
    await environment.waitUntilSynced();
  }

  #complain(caller: Caller, what: string, about: readonly string[]): void {
    if (this.#mistakes.length >= MOST_MISTAKES) return;
    this.#mistakes.push(
      [`${caller.title}: ${what}`, ...about.map((each) => each.slice(0, MOST_CHARACTERS))].join('\n    '),
    );
  }
}

/** Returns whether the payload may contain the object because the user may write it, as in the API server. */
function writtenIn({ request, reply }: Answered): ReadonlySet<string> {
  const isWritten = request.type === 'mutation' && 'data' in reply && reply.data?.[request.field];
  return isWritten ? canariesIn(JSON.stringify(request.object)) : new Set();
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}

function times<T>(count: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
