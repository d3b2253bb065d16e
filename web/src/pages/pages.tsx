import type { VNode } from 'preact';
import { NotFound } from '../components/not-found.tsx';
import { FleetPage } from './fleet/fleet-page.tsx';
import { GatewayPage } from './gateway/gateway-page.tsx';
import { KindsPage } from './kinds/kinds-page.tsx';
import { NamespacePage } from './namespace/namespace-page.tsx';
import { NamespacesPage } from './namespaces/namespaces-page.tsx';
import { EditWorkspacePage } from './workspace-form/edit-workspace-page.tsx';
import { NewWorkspacePage } from './workspace-form/new-workspace-page.tsx';
import { WorkspacePage } from './workspace/workspace-page.tsx';
import { WorkspacesPage } from './workspaces/workspaces-page.tsx';

/** Entries of the navigation. */
export const navigation: readonly { readonly path: string; readonly title: string }[] = [
  { path: '', title: 'Workspaces' },
  { path: 'fleet', title: 'Fleet' },
  { path: 'kinds', title: 'Kinds' },
  { path: 'namespaces', title: 'Namespaces' },
  { path: 'gateway', title: 'Gateway' },
];

/** Returns the page for the parts of a path. */
export function pageAt([first = '', namespace, name, part]: readonly string[]): VNode {
  if (first === '') return <WorkspacesPage />;
  if (first === 'create') return <NewWorkspacePage />;
  if (first === 'workspaces' && namespace && name && part === 'edit')
    return <EditWorkspacePage key={`${namespace}/${name}`} namespace={namespace} name={name} />;
  if (first === 'workspaces' && namespace && name) return <WorkspacePage namespace={namespace} name={name} />;
  if (first === 'fleet') return <FleetPage />;
  if (first === 'kinds') return <KindsPage />;
  if (first === 'namespaces' && namespace) return <NamespacePage key={namespace} name={namespace} />;
  if (first === 'namespaces') return <NamespacesPage />;
  if (first === 'gateway') return <GatewayPage />;
  return <NotFound title="There is no such page" />;
}
