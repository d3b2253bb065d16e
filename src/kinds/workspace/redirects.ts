import { optionIdOf, statusOf, type OptionList, type WorkspaceObject } from './resource.ts';

/** Redirects of the option in the spec, as the controller reported them. */
interface ReportedRedirects {
  /** ID of the option that replaces it: the last target, or the option itself if it is not redirected. */
  readonly desired: string;
  readonly chain: readonly RedirectStep[];
}

interface RedirectStep {
  readonly source: string;
  readonly target: string;
}

/**
 * Returns the reported redirects of an option. Undefined until the controller has reported those of the option that is in
 * the spec now: after a change of the option, the status has those of the previous one, whose `desired` is unrelated.
 */
export function redirectsOf(workspace: WorkspaceObject, list: OptionList): ReportedRedirects | undefined {
  const { desired, redirectChain = [] } = statusOf(workspace).podTemplateOptions?.[list] ?? {};
  const chain = redirectChain.map(({ source = '', target = '' }) => ({ source, target }));
  let at = optionIdOf(workspace, list);
  for (const { source, target } of chain) {
    if (source !== at) return undefined;
    at = target;
  }
  return desired === at ? { desired, chain } : undefined;
}

/**
 * Whether the WorkspaceKind redirects an option of the spec. A report of it is ignored if the status shows that it is about
 * another option than the one in the spec.
 */
export function isRestartPending(workspace: WorkspaceObject): boolean {
  const { pendingRestart, podTemplateOptions } = statusOf(workspace);
  const mayBeRedirected = (list: OptionList) =>
    podTemplateOptions?.[list]?.desired === undefined || (redirectsOf(workspace, list)?.chain.length ?? 0) > 0;
  return pendingRestart === true && (mayBeRedirected('imageConfig') || mayBeRedirected('podConfig'));
}
