interface ShareProps {
  /** Name of the amount for screen readers. */
  readonly title: string;
  /** Null if it is not known. */
  readonly used: number | null;
  readonly hard: number;
  readonly text: (value: number) => string;
}

/** Part of a limit that is in use, as text and as a bar. */
export function Share({ title, used, hard, text }: ShareProps) {
  if (used === null || (used === 0 && hard === 0)) return <>{text(hard)}</>;
  return (
    <>
      {text(used)} of {text(hard)}
      {hard > 0 && (
        <meter
          aria-label={title}
          aria-valuetext={`${text(used)} of ${text(hard)}`}
          max={hard}
          high={hard * 0.8}
          optimum={0}
          value={used}
        />
      )}
    </>
  );
}
