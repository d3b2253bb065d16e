import type { ComponentChildren } from 'preact';
import type { WorkspaceState } from '../__generated__/graphql.ts';
import { Icon } from './icon.tsx';

interface NoticeProps {
  /** State of a workspace with the same color. */
  readonly state: WorkspaceState;
  readonly children: ComponentChildren;
}

/** A paragraph that draws attention to a problem. */
export function Notice({ state, children }: NoticeProps) {
  return (
    <p class="notice" data-state={state}>
      <Icon name="alert" />
      <span>{children}</span>
    </p>
  );
}
