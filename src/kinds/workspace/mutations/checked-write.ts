import type { Context } from '../../../graphql/context.ts';
import { anyObject } from '../../../kubernetes/decoder.ts';
import type { NamespacedName } from '../../../kubernetes/object.ts';
import { isInvalid, isNotFound, StatusError, type StatusCause } from '../../../kubernetes/status-error.ts';
import type { Patch, WriteResult } from '../../../kubernetes/verbs.ts';
import { type InputPaths, withFurtherCauses } from '../../../mutations/field-errors.ts';
import type { StoredVersion } from '../../../mutations/patch.ts';
import { retryOnConflict } from '../../../mutations/retry.ts';
import { Workspace, type WorkspaceContent, type WorkspaceObject } from '../resource.ts';
import { reservedLabelWarnings } from './reserved-labels.ts';
import { assertWorkspaceRules, violatedRules } from './rules.ts';

interface CheckedWrite {
  readonly at: NamespacedName;
  readonly paths: InputPaths;
  readonly dryRun: boolean;
  /**
   * Sends the write: as a dry run, or with the precondition that this version is stored. Undefined for a new workspace.
   */
  readonly send: (
    target: 'dry-run' | { readonly version: StoredVersion | undefined },
  ) => Promise<WriteResult<WorkspaceObject>>;
  /** Returns the result of the write as far as it can be computed, to check a write that the API server rejects too. */
  readonly preview: (stored: WorkspaceObject | undefined) => WorkspaceContent | undefined;
}

/**
 * Sends a write whose result only the API server can compute, such as a patch, if the result complies with
 * the rules of workspaces:
 *
 * 1. A dry run returns the resulting object, with the version of the stored object that it is based on.
 * 2. That stored object is read, and {@link assertWorkspaceRules} compares both.
 * 3. The write is sent with a precondition on that version. After a Conflict, it starts again at 1.
 *
 * An APPLY that creates an object has no precondition. If the object is created concurrently, the APPLY is
 * merged with it; the fields that the APPLY itself adds have been checked.
 * @throws {StatusError} an error of the write, also Conflict if the object has changed during each attempt
 * @throws {GraphQLError} as {@link assertWorkspaceRules}
 */
export function writeChecked(context: Context, write: CheckedWrite): Promise<WriteResult<WorkspaceObject>> {
  const { at, paths, dryRun, send } = write;
  return retryOnConflict({
    prepare: () =>
      send('dry-run').catch(async (error: unknown) => {
        throw withFurtherCauses(error, await rulesOfPreview(context, write, error));
      }),
    write: async (tried) => {
      const { uid, resourceVersion } = tried.object.metadata;
      const version = resourceVersion === '' ? undefined : { uid, resourceVersion };
      const before = version && (await storedVersion(context, at, version));
      await assertWorkspaceRules(context, { ...at, before, after: tried.object }, paths);
      const { object, warnings } = dryRun ? tried : await send({ version });
      return { object, warnings: [...warnings, ...reservedLabelWarnings(object, paths)] };
    },
  });
}

/** Returns the rules that a write violates which the API server has rejected as Invalid. None if its result is unknown. */
async function rulesOfPreview(
  context: Context,
  { at, paths, preview }: CheckedWrite,
  error: unknown,
): Promise<readonly StatusCause[]> {
  if (!isInvalid(error)) return [];
  try {
    const before = await context.client.reader.unrestricted.getUncached(Workspace, at).catch(undefinedIfNotFound);
    const after = preview(before);
    return after ? await violatedRules(context, { ...at, before, after }, paths) : [];
  } catch {
    return []; // the error of the API server is reported without them
  }
}

function undefinedIfNotFound(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
}

/** @throws {StatusError} Conflict if another version is stored */
async function storedVersion(
  { client }: Context,
  at: CheckedWrite['at'],
  { uid, resourceVersion }: StoredVersion,
): Promise<WorkspaceObject> {
  const stored = await client.reader.unrestricted.getUncached(Workspace, at);
  if (stored.metadata.uid === uid && stored.metadata.resourceVersion === resourceVersion) return stored;
  throw new StatusError({
    code: 409,
    reason: 'Conflict',
    message: `Workspace ${JSON.stringify(at.name)} has changed during the check. Try again.`,
    kind: Workspace.kind,
    ...at,
  });
}

const UNRULED_FIELDS: ReadonlySet<string> = new Set(['paused', 'displayName', 'deferUpdates']);
const UNRULED_PATH = /^\/(?:metadata\/.+|status(?:\/.*)?|spec\/(?:paused|displayName|deferUpdates))$/u;

/**
 * Whether a patch may change fields that the rules of workspaces concern. False only for patches of other
 * fields, such as labels: those need no dry run.
 */
export function mayConcernRules({ type, body }: Patch): boolean {
  if (type === 'JSON') return !Array.isArray(body) || !body.every(isUnruledOperation);
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, status: _status, ...rest } = objectIn(body);
  const { spec = {}, ...others } = rest;
  if (Object.keys(others).length > 0 || !anyObject.is(spec)) return true;
  return Object.keys(spec).some((field) => !UNRULED_FIELDS.has(field));
}

/** A move also changes the field at `from`. */
function isUnruledOperation(operation: unknown): boolean {
  const { path, from } = objectIn(operation);
  return [path, ...(from === undefined ? [] : [from])].every(
    (pointer) => typeof pointer === 'string' && UNRULED_PATH.test(pointer),
  );
}

function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  return anyObject.is(value) ? value : { value };
}
