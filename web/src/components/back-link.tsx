import type { ComponentChildren } from 'preact';
import { Icon } from './icon.tsx';

interface BackLinkProps {
  /** Path of the page above. The table of workspaces by default. */
  readonly to?: string;
  readonly children?: ComponentChildren;
}

/** Link to the page above the current one. */
export function BackLink({ to = './', children = 'All workspaces' }: BackLinkProps) {
  return (
    <a class="back" href={to} data-page>
      <Icon name="back" /> {children}
    </a>
  );
}
