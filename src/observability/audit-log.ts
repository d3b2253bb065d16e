import {
  getOperationAST,
  Kind,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type SelectionSetNode,
} from 'graphql';
import type { Logger } from 'pino';
import { isRecord } from '../graphql/json-values.ts';
import {
  codeOf,
  cut,
  type MutationRecord,
  type ObjectWrite,
  type OperationRecord,
} from '../graphql/operation-record.ts';
import { refusalReason, refusalReasons } from './refusal-reason.ts';

/** Lines for one operation. Further fields are counted in the last one. */
const MAX_LINES = 100;

/**
 * Returns a function that writes a line for each field of an ended mutation: the viewer, the mutation, its object, whether it is a
 * dry run, and its result. Also for mutations that failed or were refused. Values of inputs are not logged, except for names.
 */
export function auditLog(log: Logger): (record: OperationRecord) => void {
  return (record) => {
    if (record.type !== 'mutation' || !record.document) return;
    const fields = rootFieldsOf(record.document, record.mutation?.operationName ?? record.operationName);
    for (const field of fields.slice(0, MAX_LINES)) writeLine(log, record, field);
    if (fields.length > MAX_LINES)
      log.info({ audit: true, requestId: record.requestId, suppressed: fields.length - MAX_LINES }, 'mutations');
  };
}

function writeLine(log: Logger, record: OperationRecord, field: FieldNode): void {
  const key = field.alias?.value ?? field.name.value;
  const errors = record.errors.filter(({ path }) => path === undefined || path.length === 0 || path[0] === key);
  const codes = [...new Set(errors.map(codeOf))];
  log.info(
    {
      audit: true,
      requestId: record.requestId,
      viewer: record.viewer,
      mutation: field.name.value,
      ...targetOf(field, record.mutation),
      result: codes.length === 0 ? 'ok' : 'error',
      codes: codes.length > 0 ? codes : undefined,
      reasons: refusalReasons(errors),
    },
    'mutation',
  );
}

/**
 * Returns a function that writes a line for each of the objects that a mutation writes, when its write has ended, also after the request.
 */
export function objectAuditLog(log: Logger): (write: ObjectWrite) => void {
  return ({ requestId, viewer, mutation, kind, namespace, name, dryRun, error }) => {
    const reason = error && refusalReason(error);
    log.info(
      {
        audit: true,
        requestId,
        viewer,
        mutation,
        kind,
        namespace,
        name,
        dryRun,
        result: error ? 'error' : 'ok',
        codes: error && [error.code],
        reasons: reason === undefined ? undefined : [reason],
      },
      'mutation',
    );
  };
}

interface Target {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly names?: readonly string[] | undefined;
  readonly dryRun?: boolean | undefined;
}

/** Returns the object that a mutation names. */
function targetOf(field: FieldNode, mutation: MutationRecord | undefined): Target {
  const input = mutation && inputOf(field, mutation);
  if (!input) return {};
  const manifest = isRecord(input['manifest']) ? input['manifest']['metadata'] : undefined;
  const metadata = isRecord(manifest) ? manifest : {};
  return {
    namespace: textOf(input['namespace'] ?? metadata['namespace']),
    name: textOf(input['name'] ?? metadata['name'] ?? input['id']),
    names: namesOf(input['names']),
    dryRun: input['dryRun'] === true,
  };
}

/** Returns the input as the client has sent it, valid or not. */
function inputOf(field: FieldNode, { variableValues }: MutationRecord): Readonly<Record<string, unknown>> {
  const args = Object.fromEntries(
    (field.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value, variableValues)]),
  );
  return isRecord(args['input']) ? args['input'] : args;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? cut(value) : undefined;
}

function namesOf(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.flatMap((name) => textOf(name) ?? []).slice(0, MAX_LINES);
}

/** Returns the fields at the root of an operation, those of fragments included. */
function rootFieldsOf(document: DocumentNode, operationName: string): readonly FieldNode[] {
  const operation = getOperationAST(document, operationName || undefined);
  const visited = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): readonly FieldNode[] =>
    selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return selection.name.value.startsWith('__') ? [] : [selection];
      if (selection.kind === Kind.INLINE_FRAGMENT) return collect(selection.selectionSet);
      const name = selection.name.value;
      if (visited.has(name)) return [];
      visited.add(name);
      const fragment = document.definitions.find(
        (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name,
      );
      return fragment?.kind === Kind.FRAGMENT_DEFINITION ? collect(fragment.selectionSet) : [];
    });
  return operation ? collect(operation.selectionSet) : [];
}
