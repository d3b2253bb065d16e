import { WorkspaceDetailsDocument } from '../../__generated__/graphql.ts';
import { BackLink } from '../../components/back-link.tsx';
import { Heading } from '../../components/heading.tsx';
import { NotFound } from '../../components/not-found.tsx';
import { useLiveObject } from '../../data/use-live.ts';
import { useTitle } from '../../components/use-title.ts';
import { query, workspacePath } from '../../router.ts';
import { EventsTab } from './events-tab.tsx';
import { LogsTab } from './logs-tab.tsx';
import { ManifestTab } from './manifest-tab.tsx';
import { OverviewTab } from './overview-tab.tsx';
import { WorkspaceHeader } from './workspace-header.tsx';

const tabs = [
  { name: '', title: 'Overview', Content: OverviewTab },
  { name: 'logs', title: 'Logs', Content: LogsTab },
  { name: 'events', title: 'Events', Content: EventsTab },
  { name: 'manifest', title: 'Manifest', Content: ManifestTab },
] as const;

interface WorkspacePageProps {
  readonly namespace: string;
  readonly name: string;
}

/** Details of one workspace, kept up to date. */
export function WorkspacePage({ namespace, name }: WorkspacePageProps) {
  const { status, data, error } = useLiveObject(WorkspaceDetailsDocument, { namespace, name });
  const workspace = data?.workspace;
  useTitle(workspace?.displayName ?? name);
  if (status === 'failed') return <Unavailable name={name} namespace={namespace} reason={error?.message} />;
  if (status === 'connecting') return <Loading name={name} reason={error?.message} />;
  if (!workspace) return <Missing name={name} namespace={namespace} />;
  const active = tabs.find((tab) => tab.name === query.value.get('tab')) ?? tabs[0];
  return (
    <div class="page details" key={workspace.id}>
      <WorkspaceHeader workspace={workspace} isStale={status === 'stale'} />
      <nav class="tabs" aria-label="Sections">
        {tabs.map((tab) => (
          <a
            key={tab.name}
            href={tabPath(namespace, name, tab.name)}
            data-page
            aria-current={tab === active ? 'page' : undefined}
          >
            {tab.title}
          </a>
        ))}
      </nav>
      <active.Content workspace={workspace} />
    </div>
  );
}

function tabPath(namespace: string, name: string, tab: string): string {
  const path = workspacePath({ namespaceName: namespace, name });
  return tab ? `${path}?tab=${tab}` : path;
}

function Loading({ name, reason }: { readonly name: string; readonly reason: string | undefined }) {
  return (
    <div class="page details" aria-busy="true">
      <BackLink />
      <div class="details-head">
        <span class="kind-icon" />
        <div class="details-title">
          <Heading>{name}</Heading>
          <p class="muted">{reason ?? 'Loading…'}</p>
        </div>
      </div>
      <div class="tabs" />
    </div>
  );
}

function Missing({ namespace, name }: WorkspacePageProps) {
  return (
    <NotFound title={`There is no workspace ${name}`}>
      <p>
        It does not exist in the namespace <code>{namespace}</code>, or it has been deleted. If it is created, it
        appears here.
      </p>
    </NotFound>
  );
}

function Unavailable({ name, reason }: WorkspacePageProps & { readonly reason: string | undefined }) {
  return (
    <NotFound title={`${name} cannot be shown`}>
      <p role="alert">{reason}</p>
    </NotFound>
  );
}
