import type { ComponentChildren } from 'preact';

interface FactProps {
  readonly title: string;
  readonly children: ComponentChildren;
}

/** A name and its value, in a list of facts. */
export function Fact({ title, children }: FactProps) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </div>
  );
}
