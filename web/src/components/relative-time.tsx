import { agoText, exactTime, now } from '../data/time.ts';

/** Age of a time, with the exact time on hover. */
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
