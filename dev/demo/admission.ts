import { isDeepStrictEqual } from 'node:util';
import type { AdmissionHook, AdmissionResult, AdmissionReview } from '../simulator/admission.ts';
import { activityWarnings } from './admission/activity-rules.ts';
import { invalidValue } from '../simulator/causes.ts';
import type { Cause } from '../simulator/status.ts';
import { validatePodMetadata } from './admission/label-rules.ts';
import { deletionProblem, validateOptionsInUse, validateWorkspaceKind } from './admission/workspace-kind-rules.ts';
import { isWorkspaceKind, type WorkspaceKind } from './workspace-kind.ts';
import { isWorkspace, type Workspace } from './workspace.ts';

const API_VERSION = 'kubeflow.org/v1beta1';
/** Names of the published webhooks. */
const WORKSPACE_WEBHOOK = 'vworkspace.kb.io';
const WORKSPACE_KIND_WEBHOOK = 'vworkspacekind.kb.io';

/** The rules of Kubeflow's validating webhooks for Workspaces and WorkspaceKinds. */
export const workspaceAdmission: readonly AdmissionHook[] = [reviewWorkspace, reviewWorkspaceKind];

function reviewWorkspace({
  operation,
  subresource,
  object,
  oldObject,
  get,
}: AdmissionReview): AdmissionResult | undefined {
  if (operation === 'DELETE' || subresource || !isWorkspace(object)) return undefined;
  const workspaceKind = get(API_VERSION, 'WorkspaceKind', object.spec.kind);
  const old = isWorkspace(oldObject) ? oldObject : undefined;
  const found = validateWorkspace(object, old, isWorkspaceKind(workspaceKind) ? workspaceKind : undefined);
  return denialFor(WORKSPACE_WEBHOOK, found);
}

function reviewWorkspaceKind(review: AdmissionReview): AdmissionResult | undefined {
  const { operation, subresource, object, oldObject } = review;
  if (subresource) return undefined;
  if (operation === 'DELETE') return isWorkspaceKind(oldObject) ? reviewDeletion(oldObject) : undefined;
  if (!isWorkspaceKind(object)) return undefined;
  const uses = isWorkspaceKind(oldObject) ? validateOptionsInUse(object, oldObject, workspacesOf(object, review)) : [];
  return (
    denialFor(WORKSPACE_KIND_WEBHOOK, [...validateWorkspaceKind(object), ...uses]) ?? {
      warnings: activityWarnings(object.spec),
    }
  );
}

function reviewDeletion(workspaceKind: WorkspaceKind): AdmissionResult | undefined {
  const message = deletionProblem(workspaceKind);
  return message === undefined
    ? undefined
    : {
        deny: { webhook: WORKSPACE_KIND_WEBHOOK, code: 409, message, causes: [{ reason: '', message }] },
      };
}

function workspacesOf({ metadata }: WorkspaceKind, { list }: AdmissionReview) {
  return list(API_VERSION, 'Workspace')
    .filter(isWorkspace)
    .filter(({ spec }) => spec.kind === metadata.name);
}

function denialFor(webhook: string, errors: readonly Cause[]): AdmissionResult | undefined {
  return errors.length > 0 ? { deny: { webhook, causes: errors } } : undefined;
}

const OPTIONS = ['imageConfig', 'podConfig'] as const;
const POD_TEMPLATE = 'spec.podTemplate';

/** Returns the errors of a workspace. An update is validated only in the fields that it changes. */
function validateWorkspace(
  { spec }: Workspace,
  old: Workspace | undefined,
  workspaceKind: WorkspaceKind | undefined,
): Cause[] {
  if (!old && !workspaceKind) return [invalidValue('spec.kind', spec.kind, `workspace kind "${spec.kind}" not found`)];
  const { podMetadata } = spec.podTemplate;
  const isSameMetadata = old && isDeepStrictEqual(old.spec.podTemplate.podMetadata, podMetadata);
  const metadata = isSameMetadata ? [] : validatePodMetadata(`${POD_TEMPLATE}.podMetadata`, podMetadata);
  return [...metadata, ...OPTIONS.flatMap((option) => validateOption(option, spec, old?.spec, workspaceKind))];
}

function validateOption(
  option: (typeof OPTIONS)[number],
  spec: Workspace['spec'],
  old: Workspace['spec'] | undefined,
  workspaceKind: WorkspaceKind | undefined,
): Cause[] {
  const id = spec.podTemplate.options[option];
  if (old?.podTemplate.options[option] === id) return [];
  if (!workspaceKind) return [invalidValue('spec.kind', spec.kind, `workspace kind "${spec.kind}" not found`)];
  if (workspaceKind.spec.podTemplate.options[option].values.some((value) => value.id === id)) return [];
  const why = `${option} with id "${id}" not found in workspace kind "${spec.kind}"`;
  return [invalidValue(`${POD_TEMPLATE}.options.${option}`, id, why)];
}
