import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

interface HeadingProps {
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** Whether the last heading had the focus when it was removed. */
let hadFocus = false;

/** First heading of a page. It takes over the focus of the heading that it replaces, such as that of the page while it was loading. */
export function Heading({ class: className, children }: HeadingProps) {
  const ref = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    const heading = ref.current;
    if (hadFocus && document.activeElement === document.body) heading?.focus();
    hadFocus = false;
    return () => {
      hadFocus = document.activeElement === heading;
    };
  }, []);
  return (
    <h1 ref={ref} class={className} tabIndex={-1}>
      {children}
    </h1>
  );
}
