import { agoText, exactTime, now } from '../data/time.ts';

/** How long ago a time was, with the exact time on hover. */
export function RelativeTime({
  time,
  none = '–',
}: {
  readonly time: string | null | undefined;
  readonly none?: string;
}) {
  if (!time) return <span class="muted">{none}</span>;
  return (
    <time dateTime={time} title={exactTime(time)}>
      {agoText(time, now.value)}
    </time>
  );
}
