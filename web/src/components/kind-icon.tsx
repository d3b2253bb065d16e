import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { gatewayUrl } from '../router.ts';
import { settings } from '../settings.ts';
import { useStore } from '../data/store.ts';
import type { Session } from '../data/session.ts';

/** Object URLs of pictures that need a token, by session and URL. There are two pictures per kind. */
const pictures = new WeakMap<Session, Map<string, ReturnType<typeof signal<string | undefined>>>>();

interface KindIconProps {
  readonly url: string | null | undefined;
  /** Name of the kind, whose first letter replaces a missing picture. */
  readonly name: string;
}

/** Picture of a kind, or its first letter. It is decoration: the name stands next to it. */
export function KindIcon({ url, name }: KindIconProps) {
  const { session } = useStore();
  const [failed, setFailed] = useState<string>();
  const source = url ? sourceOf(session, url) : undefined;
  useEffect(() => setFailed(undefined), [url]);
  if (!source || failed === source)
    return (
      <span class="kind-icon" aria-hidden="true">
        {name.slice(0, 1).toUpperCase()}
      </span>
    );
  return <img class="kind-icon" src={source} alt="" loading="lazy" onError={() => setFailed(source)} />;
}

/** Returns the URL to show: the given one or, if a token is needed, one of a copy. Undefined until the copy is loaded. */
function sourceOf(session: Session, url: string): string | undefined {
  const absolute = /^https?:/u.test(url) ? url : gatewayUrl(url).href;
  const isOwn = absolute.startsWith(gatewayUrl('').href);
  if (!isOwn) return undefined; // the page loads nothing from other hosts
  if (settings.authentication !== 'token') return absolute;
  const known = pictures.get(session) ?? new Map<string, ReturnType<typeof signal<string | undefined>>>();
  pictures.set(session, known);
  const copy = known.get(absolute);
  if (copy) return copy.value;
  const loading = signal<string | undefined>(undefined);
  known.set(absolute, loading);
  void load(session, absolute).then(
    (objectUrl) => (loading.value = objectUrl),
    () => undefined, // the letter stays, too
  );
  return loading.value;
}

async function load({ headers }: Session, url: string): Promise<string | undefined> {
  const response = await fetch(url, { headers });
  return response.ok ? URL.createObjectURL(await response.blob()) : undefined; // the letter stays
}
