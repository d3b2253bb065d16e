import { isDeepStrictEqual } from 'node:util';
import { schema } from '../../../src/schema.ts';
import { chances as chancesOf, type Chances } from '../seeded-chances.ts';
import { canariesIn, createAviary } from './canaries.ts';
import { RequestWriter } from './generated-requests.ts';
import { Interference } from './interference.ts';
import { COPIES, OVERVIEW, overviewOf, tellsOfCopies } from './overview.ts';
import { person, type Caller, type Mode, type Person, type Reply } from './people.ts';
import { wordsOf, type Words } from './words.ts';
import { ClusterGenerator } from './random-cluster.ts';
import { relatedObjectsOf } from './related-objects.ts';
import { RbacMaker } from './random-rbac.ts';
import { RbacModel } from './rbac-model.ts';
import { answerOf, writeRequests, type Request } from './requests.ts';
import { VisibilityModel } from './visibility-model.ts';
import { MODES, Stage } from './stage.ts';
import { aimsAt } from './targets.ts';
import { twinsOf } from './twins.ts';

const PEOPLE = [
  person('ann', 'team-1', 'everybody'),
  person('bob', 'team-1'),
  person('cid', 'team-2', 'everybody'),
  person('dot'),
  person('eve', 'team-2'),
] as const;
/** Of the people, one in so many is asked for. */
const EXAMINED = 3;
const NAMESPACES = 4;
const KINDS = 4;
const WORKSPACES = 3;
/** Of the workspaces, one in so many has pods and the like. */
const SURROUNDED = 4;
/** Of what may be written, one in so many is. */
const WRITTEN = 3;
const MOST_MISTAKES = 10;
const MOST_CHARACTERS = 1_000;

/** What was wrong in one random world, asked of in every way that the schema has. */
export async function leaksOf(seed: number): Promise<LeakReport> {
  const scenario = new LeakScenario(seed);
  await using stage = await scenario.begin();
  await scenario.run(stage);
  return scenario.report();
}

export interface LeakReport {
  readonly mistakes: readonly string[];
  /** Fields that were asked for, as `Type.field`. */
  readonly asked: ReadonlySet<string>;
  /** How often something was seen, and something was not: neither may be rare. */
  readonly seen: number;
  readonly refused: number;
}

interface Answered {
  readonly request: Request;
  readonly reply: Reply;
}

class LeakScenario {
  readonly #seed: number;
  readonly #chances: Chances;
  readonly #canary = createAviary();
  readonly #maker: ClusterGenerator;
  readonly #writer: RequestWriter;
  readonly #asked = new Set<string>();
  readonly #mistakes: string[] = [];
  #rbac = new RbacModel([]);
  #seen = 0;
  #refused = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#chances = chancesOf(seed);
    this.#maker = new ClusterGenerator({ chances: this.#chances, canary: this.#canary });
    const onSelected = (coordinate: string) => void this.#asked.add(coordinate);
    this.#writer = new RequestWriter({ schema, chances: this.#chances, onSelected });
  }

  async begin(): Promise<Stage> {
    const namespaces = times(NAMESPACES, () => this.#maker.namespace());
    const kinds = times(KINDS, () => this.#maker.kind());
    const kindNames = [...kinds.map(({ metadata }) => metadata.name ?? ''), 'no-such-kind'];
    const workspaces = namespaces.flatMap(({ metadata }) =>
      times(WORKSPACES, () => this.#maker.workspace(metadata.name ?? '', this.#chances.of(kindNames))),
    );
    const others = workspaces
      .filter((_, index) => index % SURROUNDED === 0)
      .flatMap((workspace) => relatedObjectsOf(workspace, this.#canary));
    const objects = [...namespaces, ...kinds, ...workspaces, ...others];
    const names = objects.map(({ metadata }) => metadata.name ?? '');
    const thereAre = { names, namespaces: namespaces.map(({ metadata }) => metadata.name ?? '') };
    const rbac = new RbacMaker(this.#chances).world(thereAre, PEOPLE);
    this.#rbac = new RbacModel(rbac);
    return Stage.set({ people: PEOPLE, objects: [...objects, ...rbac] });
  }

  async run(stage: Stage): Promise<void> {
    await stage.caughtUp();
    const examined = PEOPLE.filter((_, index) => index % EXAMINED === this.#seed % EXAMINED);
    for (const [index, who] of examined.entries()) {
      const mode = MODES[(index + this.#seed) % MODES.length] ?? 'token';
      await this.#examine(stage, who, mode);
    }
    for (const who of examined) await this.#write(stage, stage.caller(who, this.#chances.of(MODES)));
  }

  report(): LeakReport {
    return { mistakes: this.#mistakes, asked: this.#asked, seen: this.#seen, refused: this.#refused };
  }

  async #examine(stage: Stage, who: Person, mode: Mode): Promise<void> {
    const caller = stage.caller(who, mode);
    const model = () => new VisibilityModel(this.#rbac, who, stage.world());
    await this.#compareOverview(stage, caller, model());
    await this.#compareCopies(stage, caller, model());
    const aims = await aimsAt(stage.world(), stage.administrator(mode), this.#chances);
    const requests = writeRequests(this.#writer, aims, {
      model: model(),
      rbac: this.#rbac,
      who,
      chances: this.#chances,
    });
    const words = wordsOf(stage, model());
    const answers = new Map<Request, string>();
    for (const request of requests) {
      const reply = await answerOf(caller, request);
      this.#examineReply(caller, words, { request, reply });
      answers.set(request, JSON.stringify(reply));
    }
    await this.#compareTwins(caller, answers);
    await this.#interfere(stage, caller, model, answers);
  }

  /** Writes whatever may be written: what it has come to is shown, and nothing else. */
  async #write(stage: Stage, caller: Caller): Promise<void> {
    const model = () => new VisibilityModel(this.#rbac, caller.person, stage.world());
    const aims = await aimsAt(stage.world(), stage.administrator(caller.mode), this.#chances);
    const about = { model: model(), rbac: this.#rbac, who: caller.person, chances: this.#chances };
    const writes = writeRequests(this.#writer, aims, about).filter(({ touches }) => touches);
    for (const write of writes.filter(() => this.#chances.below(WRITTEN) === 0)) {
      const request = { ...write, text: write.text.replaceAll('dryRun: true', 'dryRun: false') };
      const before = wordsOf(stage, model());
      const reply = await answerOf(caller, request);
      const after = wordsOf(stage, model());
      const made = [...after.all].filter((word) => !before.all.has(word)); // by this very write
      const readable = new Set([...before.readable, ...after.readable, ...made]);
      this.#examineReply(caller, { all: new Set([...before.all, ...after.all]), readable }, { request, reply });
    }
  }

  /** What is visible does appear, and counts count it. */
  async #compareOverview(stage: Stage, caller: Caller, model: VisibilityModel): Promise<void> {
    const { data, errors } = await caller.ask(OVERVIEW);
    const expected = overviewOf(model, stage.world());
    if (errors || !isDeepStrictEqual(plain(data), plain(expected)))
      this.#complain(caller, 'the overview differs', [
        OVERVIEW,
        JSON.stringify({ data, errors }),
        JSON.stringify(expected),
      ]);
  }

  /** Also what the gateway says of itself counts only what is seen. */
  async #compareCopies(stage: Stage, caller: Caller, model: VisibilityModel): Promise<void> {
    const reply = await caller.ask(COPIES);
    if (!reply.data || !tellsOfCopies(reply.data, model, stage.world()))
      this.#complain(caller, 'the gateway counts otherwise', [JSON.stringify(reply)]);
  }

  #examineReply(caller: Caller, words: Words, { request, reply }: Answered): void {
    const text = JSON.stringify(reply);
    const given = new Set([...canariesIn(request.text), ...writtenIn({ request, reply })]);
    const told = [...canariesIn(text)].filter((word) => !given.has(word));
    const leaked = told.filter((word) => words.all.has(word) && !words.readable.has(word));
    const about = [request.text, text];
    if (leaked.length > 0) this.#complain(caller, `${leaked.join()} may not be seen`, about);
    if (request.expected?.(reply) === false) this.#complain(caller, 'the answer is not the expected one', about);
    if (/"INTERNAL"|syntax error|Cannot query|Unknown argument|"failure"/iu.test(text))
      this.#complain(caller, 'this cannot be asked', about);
    if (told.length > 0) this.#seen += 1;
    if (text.includes('"FORBIDDEN"')) this.#refused += 1;
  }

  /** Of what may not be seen, the same is said as of what does not exist. */
  async #compareTwins(caller: Caller, answers: ReadonlyMap<Request, string>): Promise<void> {
    for (const [request, answer] of answers) {
      for (const twin of twinsOf(request, this.#canary)) {
        const reply = JSON.stringify(await answerOf(caller, { ...request, text: twin.text }));
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

  /** Nothing that is seen depends on what is not. */
  async #interfere(
    stage: Stage,
    caller: Caller,
    model: () => VisibilityModel,
    answers: ReadonlyMap<Request, string>,
  ): Promise<void> {
    const interference = new Interference(stage, this.#maker, this.#chances);
    const before = overviewOf(model(), stage.world());
    interference.begin(model());
    if (!isDeepStrictEqual(before, overviewOf(model(), stage.world())))
      throw new Error('The interference can be seen.');
    await stage.caughtUp();
    for (const [request, answer] of answers) {
      if (request.touches) continue;
      const reply = JSON.stringify(await answerOf(caller, request));
      if (reply !== answer)
        this.#complain(caller, 'the answer depends on what may not be seen', [request.text, answer, reply]);
    }
    interference.end();
    await stage.caughtUp();
  }

  #complain(caller: Caller, what: string, about: readonly string[]): void {
    if (this.#mistakes.length >= MOST_MISTAKES) return;
    this.#mistakes.push(
      [`${caller.title}: ${what}`, ...about.map((each) => each.slice(0, MOST_CHARACTERS))].join('\n    '),
    );
  }
}

/** Who may write an object is answered with it, by the API server too. */
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
