import { schema } from '../../src/schema.ts';
import {
  CreateFromFormDocument,
  PauseInTableDocument,
  WorkspaceTableChangesDocument,
  WorkspaceTableDocument,
} from '../../test/__generated__/graphql.ts';
import { relayRequest } from '../../test/support/client-caches/relay-request.ts';

// The requests of operations.graphql, as the Relay compiler generates them.
export const workspaceTable = relayRequest(schema, WorkspaceTableDocument);
export const workspaceTableChanges = relayRequest(schema, WorkspaceTableChangesDocument);
export const pauseInTable = relayRequest(schema, PauseInTableDocument);
export const createFromForm = relayRequest(schema, CreateFromFormDocument);
