import type { CreateWorkspaceInput } from '../../test/__generated__/graphql.ts';
import type { FormErrors } from './errors.ts';

/** The credentials of a viewer. */
export interface Session {
  token(): string;
  /** Obtains a new token, which `token` returns from then on. */
  renew(): Promise<void>;
}

/** A page with a table of workspaces, a button to pause one, and a form to create one. */
export interface WorkspacePage {
  /** The rows, kept up to date. Undefined until the list is loaded. */
  rows(): readonly { readonly name: string; readonly state: string }[] | undefined;
  /** Pauses a workspace. Resolves with its state after the controller has reported it, or after 30 s. */
  pause(namespace: string, name: string): Promise<string>;
  /** Creates a workspace. Resolves with the errors to show, or undefined if it was created. */
  create(input: CreateWorkspaceInput): Promise<FormErrors | undefined>;
  close(): void;
}

export type OpenPage = (url: string, session: Session, namespace: string) => Promise<WorkspacePage>;
