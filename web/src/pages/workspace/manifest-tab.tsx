import { useRef, useState } from 'preact/hooks';
import { WorkspaceManifestDocument, type WorkspaceDetailsFragment } from '../../__generated__/graphql.ts';
import { Icon } from '../../components/icon.tsx';
import { useLiveObject } from '../../data/use-live.ts';
import { downloadText } from './download.ts';
import { toYaml } from './yaml.ts';

/** Returns an object with its members in the order of kubectl. */
function inUsualOrder(manifest: unknown): unknown {
  const { apiVersion, kind, metadata, ...rest }: Record<string, unknown> = Object(manifest);
  return { apiVersion, kind, metadata, ...rest };
}

/** The object as the API server stores it. */
export function ManifestTab({ workspace }: { readonly workspace: WorkspaceDetailsFragment }) {
  const { namespaceName: namespace, name } = workspace;
  const { data, error } = useLiveObject(WorkspaceManifestDocument, { namespace, name });
  const text = useRef<HTMLPreElement>(null);
  const [copiedYaml, setCopiedYaml] = useState<string>();
  if (!data?.workspace) return <p class="muted">{error?.message ?? 'Loading…'}</p>;
  const yaml = toYaml(inUsualOrder(data.workspace.manifest));
  return (
    <section class="viewer" aria-label="Manifest">
      <div class="viewer-bar">
        <span class="muted" role="status">
          {copiedYaml === yaml ? 'Copied' : 'Kept up to date'}
        </span>
        <button type="button" class="button" onClick={() => copyText(text.current) && setCopiedYaml(yaml)}>
          <Icon name="copy" /> Copy
        </button>
        <button type="button" class="button" onClick={() => downloadText(`${name}.yaml`, yaml)}>
          <Icon name="download" /> Download
        </button>
      </div>
      <pre ref={text} class="viewer-text" tabIndex={0}>
        {yaml}
      </pre>
    </section>
  );
}

/** Selects and copies the text of an element. Returns whether the browser has copied it. */
function copyText(element: Element | null): boolean {
  if (element) getSelection()?.selectAllChildren(element);
  // oxlint-disable-next-line typescript/no-deprecated -- navigator.clipboard exists with HTTPS only
  return document.execCommand('copy');
}
