import { hash } from 'node:crypto';
import { getOperationAST, Kind, print, visit, type DocumentNode } from 'graphql';
import type { SubscribeArgs } from './authorize.ts';

const printedDocuments = new WeakMap<DocumentNode, string>();

/**
 * Identifies an operation and its variables, without the cursor: subscribers with different cursors share events. A SHA-256 digest, as
 * documents and variables may be long.
 */
export function operationKey({ document, operationName, variableValues }: SubscribeArgs, selection: string): string {
  let text = printedDocuments.get(document);
  if (text === undefined) {
    text = print(document);
    printedDocuments.set(document, text);
  }
  const cursorName = cursorVariable(document, operationName);
  const variables = Object.entries(variableValues ?? {}).filter(([name]) => name !== cursorName);
  variables.sort(([a], [b]) => (a < b ? -1 : 1));
  return hash('sha256', JSON.stringify([selection, operationName ?? null, variables, text]), 'base64url');
}

/** Returns the variable of the root field's `after` argument. Undefined if the variable has other uses. */
function cursorVariable(document: DocumentNode, operationName: string | null | undefined): string | undefined {
  const root = getOperationAST(document, operationName)?.selectionSet.selections[0];
  const after = root?.kind === Kind.FIELD ? root.arguments?.find(({ name }) => name.value === 'after') : undefined;
  const name = after?.value.kind === Kind.VARIABLE ? after.value.name.value : undefined;
  return name !== undefined && countUses(name, document) === 1 ? name : undefined;
}

function countUses(variable: string, document: DocumentNode): number {
  let uses = 0;
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void (uses += name.value === variable ? 1 : 0),
  });
  return uses;
}
