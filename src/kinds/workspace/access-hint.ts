import { builder } from '../../graphql/builder.ts';
import { ViewerType } from '../../graphql/viewer.ts';
import { groupResourceOf } from '../../kubernetes/resource.ts';
import { Workspace } from './resource.ts';

/** Groups that a hint names: service accounts have few, users of an identity provider may have hundreds. */
const NAMED_GROUPS = 10;

interface Identity {
  readonly name: string;
  readonly groups: readonly string[];
  readonly hasUnknownGroups?: boolean;
}

/** Returns why lists of workspaces are empty for a viewer who may list them in no namespace. Contains nothing of the cluster. */
export function accessHintOf(viewer: Identity): string {
  const resource = groupResourceOf(Workspace);
  return (
    `${viewer.name} (${groupsOf(viewer)}) may list ${resource} in no namespace. ` +
    `Ask an administrator for the permissions get, list and watch of ${resource}, for example a RoleBinding of the ClusterRole kubeflow-view in your namespace.`
  );
}

function groupsOf({ groups, hasUnknownGroups = false }: Identity): string {
  const named = groups.slice(0, NAMED_GROUPS);
  const more = groups.length - named.length;
  const all = more > 0 ? [...named, `${more} more`] : named;
  if (all.length > 0) return `groups: ${all.join(', ')}${hasUnknownGroups ? ', and unknown ones' : ''}`;
  return hasUnknownGroups ? 'groups unknown' : 'no groups';
}

builder.objectField(ViewerType, 'accessHint', (t) =>
  t.string({
    nullable: true,
    description:
      'Reason for which the viewer’s lists of workspaces are empty, with the name and groups that the cluster’s authorizer receives, and the missing permissions. Null for viewers who may list workspaces in a namespace, whether there are any or not. Takes the access reviews of a list of workspaces.',
    resolve: async (viewer, _, { client }) => {
      const lister = await client.reader.lister(Workspace);
      return lister.seesNothing ? accessHintOf(viewer) : null;
    },
  }),
);
