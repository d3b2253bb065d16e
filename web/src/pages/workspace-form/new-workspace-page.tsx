import { useEffect } from 'preact/hooks';
import { BackLink } from '../../components/back-link.tsx';
import { NotFound } from '../../components/not-found.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { deniedText } from '../../data/permissions.ts';
import { useStore } from '../../data/store.ts';
import { query, workspacePath } from '../../router.ts';
import { emptyDraft } from './draft.ts';
import { Group, SelectField, TextField } from './field.tsx';
import { createFormModel, useForm } from './form-model.ts';
import { DisplayNameField } from './form-sections.tsx';
import { useKeptForm } from './kept-forms.ts';
import { useSave } from './use-save.ts';
import { WorkspaceForm } from './workspace-form.tsx';

/** Key of unsaved input. It does not depend on the namespace and the kind of the URL. */
const NEW_KEY = 'new';

/** The form for a new workspace. Namespace and kind may be in the URL. */
export function NewWorkspacePage() {
  const { creationRights } = useStore();
  useEffect(() => creationRights.load(), [creationRights]);
  const form = useKeptForm(NEW_KEY, () => {
    const chosen = query.peek();
    return createFormModel(emptyDraft(chosen.get('namespace') ?? '', chosen.get('kind') ?? ''));
  });
  const { namespace, name } = form.draft.value;
  const allowed = creationRights.namespaces.value;
  const saving = useSave(form, workspacePath({ namespaceName: namespace, name }));
  useEffect(() => {
    if (allowed?.length === 1 && namespace === '') form.preset({ namespace: allowed[0] ?? '' });
  }, [allowed]);
  if (allowed?.length === 0 && !form.isTouched.value) return <Denied />;
  const isDenied = allowed !== undefined && namespace !== '' && !allowed.includes(namespace);
  return (
    <WorkspaceForm
      form={form}
      isNew
      saving={saving}
      cancelPath="./"
      disabledReason={isDenied ? deniedText('create', namespace) : undefined}
      head={<Head />}
    >
      <Group path="identity" legend="Namespace and name">
        <div class="form-row">
          <NamespaceField allowed={allowed} />
          <NameField />
          <DisplayNameField />
        </div>
      </Group>
    </WorkspaceForm>
  );
}

function Denied() {
  return (
    <NotFound title="You cannot create a workspace">
      <p>{deniedText('create', '')}</p>
    </NotFound>
  );
}

function Head() {
  return (
    <>
      <BackLink />
      <PageTitle title="New workspace" about="The namespace decides which kinds, images and sizes are offered." />
    </>
  );
}

/** Namespaces in which the viewer may create workspaces, and the one of the URL. */
function NamespaceField({ allowed }: { readonly allowed: readonly string[] | undefined }) {
  const form = useForm();
  const { namespace } = form.draft.value;
  const others = namespace !== '' && !allowed?.includes(namespace) ? [namespace] : [];
  return (
    <SelectField
      path="namespace"
      label="Namespace"
      isRequired
      value={namespace}
      onChange={(next) => form.change('namespace', { namespace: next })}
    >
      <option value="">Choose a namespace…</option>
      {[...others, ...(allowed ?? [])].map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}

function NameField() {
  const form = useForm();
  return (
    <TextField
      path="name"
      label="Name"
      isRequired
      hint="Lower-case letters, digits and “-”. It cannot be changed later."
      value={form.draft.value.name}
      onInput={(name) => form.change('name', { name })}
    />
  );
}
