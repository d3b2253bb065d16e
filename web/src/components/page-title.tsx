import type { ComponentChildren } from 'preact';

interface PageTitleProps {
  readonly title: string;
  /** One line on the content of the page. */
  readonly about: ComponentChildren;
  /** Filters of the page. */
  readonly children?: ComponentChildren;
}

/** First heading of a page, with its filters. */
export function PageTitle({ title, about, children }: PageTitleProps) {
  return (
    <div class="page-title">
      <div>
        <h1 tabIndex={-1}>{title}</h1>
        <p class="muted">{about}</p>
      </div>
      {children && <div class="filters">{children}</div>}
    </div>
  );
}
