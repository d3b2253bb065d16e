import './graphql/errors.ts';
import './graphql/gateway.ts';
import './graphql/node.ts';
import './graphql/scalars.ts';
import './graphql/viewer.ts';
import './kinds/index.ts';
import { builder } from './graphql/builder.ts';
import { chargeFields } from './graphql/field-costs.ts';

const description = `Workspaces of a Kubernetes cluster, and the objects that they use.

**Reading.** Queries are answered from an in-memory copy of the cluster, which follows the API server. They return only
objects that the viewer may read, according to the authorizer of the cluster. A field is null if its object does not
exist or is not visible to the viewer; its description says which.

**Desired and observed state.** \`Workspace.paused\` is the desired state, which pauseWorkspace and startWorkspace change.
\`Workspace.state\` is the state that the controller has observed. The two differ while a change is in progress. With
\`waitFor\` a mutation returns when the observed state is reached, or after \`timeoutSeconds\`.

**Mutations.** A mutation takes one \`input\`, is authorized by the API server and returns a payload with the object and
the \`warnings\` of the API server. If it fails, its field is null and \`errors\` has the reason. \`dryRun\` validates a change
without storing it. \`revision\` and \`resourceVersion\` protect against overwriting a concurrent change: CONFLICT.

**Subscriptions.** A list subscription sends events. It starts with a snapshot: RESET, ADDED for each matching object,
SYNCED. Then it sends ADDED, MODIFIED and DELETED as objects start to match, change in a selected field, and stop
matching. Each event has a \`cursor\`. A client that reconnects passes its last cursor as \`after\` and receives the missed
events, or a new snapshot if they are no longer available. At RESET a client discards all objects. The
subscription of a single object sends the object after each change, or null while it does not exist.

**Identity.** \`id\` identifies an object globally and is accepted by \`node\`. An object that is deleted and re-created
with the same name has another \`id\`. Identifiers within an object, e.g. of a port or an option, are unique only there.

**Errors.** Every error has an \`extensions.code\` of \`ErrorCode\`. An error of the API server also has its \`status\`, \`reason\`
and \`causes\`, which name the invalid fields of the input.`;

/** The schema with the types and fields that the imported files have added to the builder. */
export const schema = builder.toSchema({ sortSchema: false }); // sorting would take a third of the time of building it
schema.description = description;
chargeFields(schema);
