import type { VNode } from 'preact';
import { NotFound } from '../components/not-found.tsx';
import { WorkspacesPage } from './workspaces/workspaces-page.tsx';

/** Entries of the navigation. */
export const navigation: readonly { readonly path: string; readonly title: string }[] = [
  { path: '', title: 'Workspaces' },
];

/** Returns the page for the parts of a path. */
export function pageAt([first = '']: readonly string[]): VNode {
  if (first === '') return <WorkspacesPage />;
  return <NotFound title="There is no such page" />;
}
