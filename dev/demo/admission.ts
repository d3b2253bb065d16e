import type { AdmissionHook, AdmissionResult, AdmissionReview } from '../simulator/admission.ts';
import { activityWarnings } from './admission/activity-rules.ts';
import type { FieldError } from './admission/field-error.ts';
import { validateWorkspaceKind } from './admission/workspace-kind-rules.ts';
import { deletionProblem, validateOptionsInUse } from './admission/kind-use.ts';
import { validateWorkspace } from './admission/workspace-rules.ts';
import { isWorkspaceKind, type WorkspaceKind } from './workspace-kind.ts';
import { isWorkspace } from './workspace.ts';

const API_VERSION = 'kubeflow.org/v1beta1';

/** The rules that Kubeflow's webhooks enforce on workspaces and their kinds. */
export const workspaceAdmission: readonly AdmissionHook[] = [reviewWorkspace, reviewKind];

function reviewWorkspace({
  operation,
  subresource,
  object,
  oldObject,
  get,
}: AdmissionReview): AdmissionResult | undefined {
  if (operation === 'DELETE' || subresource || !isWorkspace(object)) return undefined;
  const kind = get(API_VERSION, 'WorkspaceKind', object.spec.kind);
  const old = isWorkspace(oldObject) ? oldObject : undefined;
  return denialFor(validateWorkspace(object, old, isWorkspaceKind(kind) ? kind : undefined));
}

function reviewKind(review: AdmissionReview): AdmissionResult | undefined {
  const { operation, subresource, object, oldObject } = review;
  if (subresource) return undefined;
  if (operation === 'DELETE') return isWorkspaceKind(oldObject) ? reviewDeletion(oldObject) : undefined;
  if (!isWorkspaceKind(object)) return undefined;
  const uses = isWorkspaceKind(oldObject) ? validateOptionsInUse(object, oldObject, workspacesOf(object, review)) : [];
  return denialFor([...validateWorkspaceKind(object), ...uses]) ?? { warnings: activityWarnings(object.spec) };
}

function reviewDeletion(kind: WorkspaceKind): AdmissionResult | undefined {
  const message = deletionProblem(kind);
  return message === undefined ? undefined : { deny: { code: 409, message, causes: [{ reason: '', message }] } };
}

function workspacesOf({ metadata }: WorkspaceKind, { list }: AdmissionReview) {
  return list(API_VERSION, 'Workspace')
    .filter(isWorkspace)
    .filter(({ spec }) => spec.kind === metadata.name);
}

function denialFor(causes: readonly FieldError[]): AdmissionResult | undefined {
  return causes.length > 0 ? { deny: { causes } } : undefined;
}
