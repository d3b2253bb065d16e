import { builder } from '../../../graphql/builder.ts';
import type { Context } from '../../../graphql/context.ts';
import { dependsOn } from '../../../graphql/field-dependencies.ts';
import type { StatusCause } from '../../../kubernetes/status-error.ts';
import { creationAnnotations } from '../../../mutations/audit-annotations.ts';
import {
  assertNoCausesBefore,
  withFurtherCauses,
  withInputPaths,
  invalidValue,
  requiredValue,
} from '../../../mutations/field-errors.ts';
import { writeOptionsOf, KeyValueInput, writeFields } from '../../../mutations/inputs.ts';
import { writePayload, type WritePayload } from '../../../mutations/payload.ts';
import { Namespace } from '../../namespace/resource.ts';
import { fitWarnings } from '../../workspace-kind/fits.ts';
import { WorkspaceKind } from '../../workspace-kind/resource.ts';
import { WorkspaceType } from '../refs.ts';
import { Workspace, type WorkspaceContent } from '../resource.ts';
import { PodMetadataInput } from '../pod-metadata.ts';
import { WorkspaceVolumesInput } from './inputs.ts';
import { createPaths, repeatedKeysIn, workspaceManifest } from './manifest.ts';
import { LONGEST_NAME } from '../state.ts';
import { reservedLabelWarnings } from './reserved-labels.ts';
import { missingOptions, violatedRules } from './rules.ts';
import { stateReachedField, type Reached, waitFields, writeAndWait } from './wait.ts';

const CreateWorkspaceInput = builder.inputType('CreateWorkspaceInput', {
  description: 'Fields of a new workspace.',
  fields: (t) => ({
    namespace: t.string({ required: true, description: 'Namespace of the workspace.' }),
    name: t.string({
      description: 'Name: up to 63 lower case letters, digits and "-". Either `name` or `generateName` is required.',
    }),
    generateName: t.string({ description: 'Prefix of a name that the API server generates.' }),
    displayName: t.string({ description: 'Display name. If null or empty, the name is used.' }),
    kind: t.string({ required: true, description: 'Name of the WorkspaceKind. It cannot be changed later.' }),
    paused: t.boolean({ required: true, defaultValue: false, description: 'Whether the workspace is created paused.' }),
    deferUpdates: t.boolean({
      description:
        'Whether the controller keeps redirected options while the workspace is paused, instead of replacing them. Supported only by the oldest version of the CRD; others reject it.',
    }),
    imageConfig: t.id({ required: true, description: 'ID of the imageConfig option.' }),
    podConfig: t.id({ required: true, description: 'ID of the podConfig option.' }),
    podMetadata: t.field({ type: PodMetadataInput, description: 'Labels and annotations to add to the pod.' }),
    volumes: t.field({ type: WorkspaceVolumesInput, description: 'Volumes to mount.' }),
    labels: t.field({ type: [KeyValueInput], description: 'Labels of the Workspace.' }),
    annotations: t.field({ type: [KeyValueInput], description: 'Annotations of the Workspace.' }),
    ...writeFields(t),
    ...waitFields(t),
  }),
});

type CreatePayload = WritePayload & Reached;

const CreateWorkspacePayload = writePayload<CreatePayload>('CreateWorkspacePayload', {
  field: 'workspace',
  type: WorkspaceType,
});
stateReachedField(CreateWorkspacePayload);

builder.mutationField('createWorkspace', (t) =>
  t.field({
    type: CreateWorkspacePayload,
    nullable: true,
    description:
      'Creates a workspace. INVALID, with an input path for each cause, if the name is invalid, if the WorkspaceKind does not have an option or denies it in this namespace, if two volumes have the same mount path, or if a PersistentVolumeClaim or Secret does not exist, is not labelled notebooks.kubeflow.org/can-mount=true, or may not be read by you. A gateway that writes with its own identity (AUTH_MODE=header without IMPERSONATE) reads the labels with that identity, and does not disclose whether a PersistentVolumeClaim or Secret that cannot be mounted exists.',
    args: {
      input: t.arg({
        type: CreateWorkspaceInput,
        required: true,
        description: 'Fields of the workspace and write options.',
      }),
    },
    extensions: dependsOn(WorkspaceKind, Namespace),
    resolve: (_, { input }, context) => create(context, input),
  }),
);

type CreateInput = typeof CreateWorkspaceInput.$inferInput;

async function create(context: Context, input: CreateInput): Promise<CreatePayload> {
  const { namespace } = input;
  const at = { namespace, name: input.name ?? undefined };
  const write = async () => {
    const { client } = context;
    await client.assertCan('create', Workspace, { namespace });
    const manifest = workspaceManifest(input, creationAnnotations(context));
    const send = (dryRun: boolean, naming: Naming) => {
      const named = { ...manifest, metadata: { ...manifest.metadata, ...naming } };
      const options = { ...writeOptionsOf(input), namespace, dryRun };
      return withInputPaths(createPaths, client.writer.create(Workspace, named, options));
    };
    await assertCreatable(context, { input, after: manifest, dryRun: (naming) => send(true, naming) });
    // Before the write: its own pod takes resources.
    const unfit = input.paused ? [] : await fitWarnings(client, namespace, manifest);
    const { object, warnings } = await send(input.dryRun, {}).catch((error: unknown) => {
      throw withFurtherCauses(error, missingOptions(context, manifest, createPaths));
    });
    return { object, warnings: [...warnings, ...reservedLabelWarnings(manifest, createPaths), ...unfit] };
  };
  return writeAndWait(context, { at, write }, input);
}

interface Creation {
  readonly input: CreateInput;
  readonly after: WorkspaceContent;
  /** Sends the workspace as a dry run, with another name. */
  readonly dryRun: (naming: Naming) => Promise<unknown>;
}

async function assertCreatable(context: Context, { input, after, dryRun }: Creation): Promise<void> {
  const { namespace, name } = input;
  const ofName = validateName(input);
  const causes = [
    ...ofName,
    ...repeatedKeysIn(input),
    ...(await violatedRules(context, { namespace, name: name ?? undefined, before: undefined, after }, createPaths)),
  ];
  const about = { kind: Workspace.kind, namespace, name: name ?? undefined };
  // With an invalid name, the API server would check nothing else.
  const naming = ofName.length > 0 ? { name: undefined, generateName: 'workspace-' } : {};
  const all = causes.length > 0 ? [...causes, ...missingOptions(context, after, createPaths)] : [];
  await assertNoCausesBefore(() => dryRun(naming), all, about);
}

interface NameRule {
  readonly pattern: RegExp;
  /** Completes "expected …". */
  readonly description: string;
}

const CHARACTERS = 'lower case letters, digits and "-"';
const LABEL: NameRule = {
  pattern: /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/u,
  description: `${CHARACTERS}, beginning and ending with a letter or digit`,
};
const PREFIX: NameRule = {
  pattern: /^[a-z0-9][-a-z0-9]*$/u,
  description: `${CHARACTERS}, beginning with a letter or digit`,
};

interface Naming {
  readonly name?: string | null | undefined;
  readonly generateName?: string | null | undefined;
}

/**
 * Returns the causes why the name of a new workspace is invalid. The rules are stricter than those of Kubernetes (253
 * characters, dots): the name becomes a label value and the name of a Service.
 */
function validateName({ name, generateName }: Naming): StatusCause[] {
  if (!name && !generateName) return [requiredValue('input.name', 'expected name or generateName, got neither')];
  if (name && generateName)
    return [invalidValue('input.generateName', 'expected either name or generateName, got both')];
  if (generateName) return problem('input.generateName', generateName, PREFIX);
  return problem('input.name', name ?? '', LABEL);
}

function problem(field: string, text: string, { pattern, description }: NameRule): StatusCause[] {
  if (text.length > LONGEST_NAME) {
    const why = `expected at most ${LONGEST_NAME} characters, since the name becomes a label value; got ${text.length}`;
    return [invalidValue(field, why)];
  }
  if (text.includes('.'))
    return [invalidValue(field, 'expected no dots, since the name becomes the name of a Service')];
  if (pattern.test(text)) return [];
  return [invalidValue(field, `expected ${description}; got ${JSON.stringify(text)}`)];
}
