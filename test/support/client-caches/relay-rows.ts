import { commitLocalUpdate, type Environment } from 'relay-runtime';

/** A row of a list of workspaces. */
export interface Row {
  readonly id: string;
  readonly name: string;
  readonly state: string;
}

/** Returns the rows of a list that is a field of the root record of a Relay store. */
export function relayRows(environment: Environment, field: string): readonly Row[] {
  let rows: readonly Row[] = [];
  commitLocalUpdate(environment, (store) => {
    rows = (store.getRoot().getLinkedRecords(field) ?? []).map((row) => ({
      id: row.getDataID(),
      name: String(row.getValue('name')),
      state: String(row.getValue('state')),
    }));
  });
  return rows;
}
