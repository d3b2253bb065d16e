import type { ComponentChildren } from 'preact';
import { Heading } from './heading.tsx';
import { useTitle } from './use-title.ts';

interface PageTitleProps {
  readonly title: string;
  /** One line on the content of the page. */
  readonly about: ComponentChildren;
  /** Filters of the page. */
  readonly children?: ComponentChildren;
}

/** First heading of a page, with its filters. The window has the same title. */
export function PageTitle({ title, about, children }: PageTitleProps) {
  useTitle(title);
  return (
    <div class="page-title">
      <div>
        <Heading>{title}</Heading>
        <p class="muted">{about}</p>
      </div>
      {children && <div class="filters">{children}</div>}
    </div>
  );
}
