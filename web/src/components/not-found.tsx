import type { ComponentChildren } from 'preact';
import { Heading } from './heading.tsx';
import { useTitle } from './use-title.ts';

/** A page without content, with the reason and a link to the workspaces. */
export function NotFound({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) {
  useTitle(title);
  return (
    <div class="empty">
      <Heading>{title}</Heading>
      {children}
      <a class="button" href="./" data-page>
        Show all workspaces
      </a>
    </div>
  );
}
