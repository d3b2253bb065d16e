import type { VNode } from 'preact';
import { NotFound } from '../components/not-found.tsx';
import { GatewayPage } from './gateway/gateway-page.tsx';
import { KindsPage } from './kinds/kinds-page.tsx';
import { NamespacesPage } from './namespaces/namespaces-page.tsx';
import { EditWorkspacePage } from './workspace-form/edit-workspace-page.tsx';
import { NewWorkspacePage } from './workspace-form/new-workspace-page.tsx';
import { WorkspacePage } from './workspace/workspace-page.tsx';
import { WorkspacesPage } from './workspaces/workspaces-page.tsx';

/** Entries of the navigation. */
export const navigation: readonly { readonly path: string; readonly title: string }[] = [
  { path: '', title: 'Workspaces' },
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
  if (first === 'kinds') return <KindsPage />;
  if (first === 'namespaces') return <NamespacesPage />;
  if (first === 'gateway') return <GatewayPage />;
  return <NotFound title="There is no such page" />;
}
