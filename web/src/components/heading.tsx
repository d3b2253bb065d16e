import type { ComponentChildren } from 'preact';

interface HeadingProps {
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** First heading of a page. It gets the focus when the page is shown. */
export function Heading({ class: className, children }: HeadingProps) {
  return (
    <h1 class={className} tabIndex={-1}>
      {children}
    </h1>
  );
}
