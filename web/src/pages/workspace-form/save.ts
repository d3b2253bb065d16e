import { CreateClaimDocument, CreateWorkspaceDocument, UpdateWorkspaceDocument } from '../../__generated__/graphql.ts';
import { isUncertain, RequestError } from '../../data/request-error.ts';
import type { Session } from '../../data/session.ts';
import { claimsToCreate, createInput, updateInput, type Base } from './inputs.ts';
import { completed, type Draft } from './draft.ts';
import { claimProblemsOf, inFormOrder, localProblems, problemsOf, type Problem } from './problems.ts';

/** The result of a check, or of an attempt to save. */
export interface Outcome {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /** Whether the change may have been made, because there is no answer about it. */
  readonly isUncertain?: boolean;
}

interface SaveOptions {
  readonly draft: Draft;
  /** Undefined for a new workspace. */
  readonly base: Base | undefined;
  /** Called for each new claim that was created, so that another attempt does not create it again. */
  readonly onClaimCreated: (at: string) => void;
}

/** Checks the input without storing anything: all problems of the form and of the gateway at once. */
export async function check(session: Session, { draft, base }: Pick<SaveOptions, 'draft' | 'base'>): Promise<Outcome> {
  const local = localProblems(draft);
  // Without a namespace and a kind, the gateway has nothing to check the rest against.
  if (draft.namespace === '' || draft.kind === '') return { problems: inFormOrder(local, draft), warnings: [] };
  const newClaims = claimsToCreate(draft, true);
  const claims = newClaims.filter(({ input: { name } }) => name !== '');
  const [ofWorkspace, ...ofClaims] = await Promise.all([
    attempt(() => write(session, { draft: completed(draft), base, dryRun: true })),
    ...claims.map(({ input }) => attempt(() => session.request(CreateClaimDocument, { input }))),
  ]);
  const { error } = ofWorkspace;
  if (isConflict(error)) return conflict(draft, local);
  // The claims do not exist during the check.
  const missing = new Set(newClaims.map(({ at }) => at));
  const refused = error === undefined ? [] : problemsOf(error, draft).filter(({ field }) => !missing.has(field ?? ''));
  const known = new Set(local.map(({ field }) => field));
  const remote = [
    ...refused,
    ...ofClaims.flatMap((result, index) =>
      result.error === undefined ? [] : claimProblemsOf(result.error, claims[index]?.at ?? ''),
    ),
  ].filter(({ field }) => !known.has(field) || field === undefined);
  return { problems: inFormOrder([...local, ...remote], draft), warnings: ofWorkspace.warnings };
}

/** Creates the new claims and then the workspace, or updates it. Nothing is created if a check finds a problem. */
export async function save(session: Session, options: SaveOptions): Promise<Outcome> {
  const { draft, base, onClaimCreated } = options;
  const claims = claimsToCreate(draft, false);
  if (claims.length > 0 || localProblems(draft).length > 0) {
    const outcome = await check(session, { draft, base });
    if (outcome.problems.length > 0) return outcome;
  }
  for (const { at, input } of claims) {
    const { error } = await attempt(() => session.request(CreateClaimDocument, { input }));
    if (error !== undefined)
      return { problems: claimProblemsOf(error, at), warnings: [], isUncertain: isUncertain(error) };
    onClaimCreated(at);
  }
  const { error, warnings } = await attempt(() => write(session, { draft, base, dryRun: false }));
  if (isConflict(error)) return conflict(draft, []);
  const problems = error === undefined ? [] : inFormOrder(problemsOf(error, draft), draft);
  return { problems, warnings, isUncertain: isUncertain(error) };
}

interface Write extends Pick<SaveOptions, 'draft' | 'base'> {
  readonly dryRun: boolean;
}

function write(session: Session, { draft, base, dryRun }: Write): Promise<Answer> {
  if (base) return session.request(UpdateWorkspaceDocument, { input: updateInput(draft, base, dryRun) });
  return session.request(CreateWorkspaceDocument, { input: createInput(draft, dryRun) });
}

interface Answer {
  readonly result: { readonly warnings: readonly string[] } | null;
}

async function attempt(
  send: () => Promise<Answer>,
): Promise<{ readonly error?: unknown; readonly warnings: readonly string[] }> {
  try {
    const { result } = await send();
    return { warnings: result?.warnings ?? [] };
  } catch (error) {
    return { error, warnings: [] };
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof RequestError && error.code === 'CONFLICT';
}

function conflict(draft: Draft, local: readonly Problem[]): Outcome {
  const message = 'The workspace was changed meanwhile. Nothing was saved.';
  return { problems: inFormOrder([{ field: undefined, message }, ...local], draft), warnings: [] };
}
