import { signal, type ReadonlySignal } from '@preact/signals';
import { gatewayUrl } from '../router.ts';
import { settings } from '../settings.ts';
import { initialOf } from '../data/initial.ts';
import { useStore } from '../data/store.ts';
import type { Session } from '../data/session.ts';

/** Time after which a picture that could not be loaded is asked for again, when it is shown next. */
const RETRY_MS = 60_000;

interface Picture {
  /** URL to show. Undefined while the picture is loaded, or if that failed. */
  readonly source: ReadonlySignal<string | undefined>;
  readonly fail: () => void;
}

/** Pictures by session and URL. There are two per kind. */
const pictures = new WeakMap<Session, Map<string, Picture>>();

interface KindIconProps {
  readonly url: string | null | undefined;
  /** Name of the kind, whose first letter replaces a missing picture. */
  readonly name: string;
}

/** Picture of a kind, or its first letter. It is decoration: the name stands next to it. */
export function KindIcon({ url, name }: KindIconProps) {
  const { session } = useStore();
  const picture = url ? pictureOf(session, gatewayUrl(url).href) : undefined;
  if (!picture?.source.value)
    return (
      <span class="kind-icon" aria-hidden="true">
        {initialOf(name)}
      </span>
    );
  return <img class="kind-icon" src={picture.source.value} alt="" loading="lazy" onError={picture.fail} />;
}

/** Returns the picture with this URL. Undefined if it is on another host: the page loads nothing from there. */
function pictureOf(session: Session, url: string): Picture | undefined {
  if (!url.startsWith(gatewayUrl('').href)) return undefined;
  const known = pictures.get(session) ?? new Map<string, Picture>();
  pictures.set(session, known);
  const picture = known.get(url) ?? startPicture(session, url, () => known.delete(url));
  known.set(url, picture);
  return picture;
}

function startPicture(session: Session, url: string, forget: () => void): Picture {
  const isOpen = settings.authentication !== 'token';
  const source = signal(isOpen ? url : undefined);
  const fail = () => {
    source.value = undefined;
    setTimeout(forget, RETRY_MS);
  };
  if (!isOpen) copy(session, url).then((objectUrl) => (source.value = objectUrl), fail);
  return { source, fail };
}

/** Returns the object URL of a copy of a picture that needs a token. It is valid until the session ends. */
async function copy({ headers, ended }: Session, url: string): Promise<string> {
  const response = await fetch(url, { headers, signal: ended });
  if (!response.ok) throw new Error(url);
  const objectUrl = URL.createObjectURL(await response.blob());
  ended.addEventListener('abort', () => URL.revokeObjectURL(objectUrl));
  return objectUrl;
}
