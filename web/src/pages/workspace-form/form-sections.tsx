import { useRef, useState } from 'preact/hooks';
import { FormKindsDocument } from '../../__generated__/graphql.ts';
import { useLiveRows } from '../../data/use-live.ts';
import { EntryFields } from './entry-fields.tsx';
import { CheckField, TextField } from './field.tsx';
import { useForm } from './form-model.ts';
import { KindField } from './kind-field.tsx';
import { OptionFields } from './option-fields.tsx';
import { SecretFields } from './secret-fields.tsx';
import { VolumeFields } from './volume-fields.tsx';

/** Fields that depend on the namespace. */
export function FormSections({ isNew }: { readonly isNew: boolean }) {
  const { kind: kindName, namespace } = useForm().draft.value;
  const kinds = useLiveRows(FormKindsDocument, { namespace });
  const hasLoaded = useRef(false);
  const [hasOptions, setHasOptions] = useState(false);
  if (kinds.status !== 'connecting') hasLoaded.current = true;
  const kind = kinds.rows.find(({ name }) => name === kindName);
  if (!hasLoaded.current)
    return (
      <div class="card" aria-busy="true">
        <span class="visually-hidden">Loading the kinds…</span>
        <span class="bone" />
        <span class="bone" />
      </div>
    );
  return (
    <>
      {kinds.status === 'failed' && (
        <p class="notice" data-state="ERROR" role="alert">
          The kinds cannot be shown: {kinds.error?.message}
        </p>
      )}
      {isNew && <KindField kinds={kinds.rows} isLoaded={kinds.status !== 'connecting'} />}
      {kind && <OptionFields key={kind.name} kind={kind} onLoaded={() => setHasOptions(true)} />}
      {(!kind || hasOptions) && <OtherSections homeMountPath={kind?.homeMountPath ?? null} isNew={isNew} />}
    </>
  );
}

interface OtherSectionsProps {
  readonly homeMountPath: string | null;
  readonly isNew: boolean;
}

/** The sections below the options. They wait for those, so that they do not move. */
function OtherSections({ homeMountPath, isNew }: OtherSectionsProps) {
  return (
    <>
      <VolumeFields homeMountPath={homeMountPath} />
      <SecretFields />
      <Labels />
      <StateFields isNew={isNew} />
    </>
  );
}

function Labels() {
  const restarts = 'Added to the pod, for example for schedulers and network policies.';
  return (
    <div class="form-pairs">
      <EntryFields list="podLabels" path="podMetadata.labels" legend="Pod labels" hint={restarts} />
      <EntryFields list="podAnnotations" path="podMetadata.annotations" legend="Pod annotations" hint={restarts} />
      <EntryFields list="labels" path="labels" legend="Labels" hint="Of the Workspace object itself." />
      <EntryFields list="annotations" path="annotations" legend="Annotations" hint="Of the Workspace object itself." />
    </div>
  );
}

function StateFields({ isNew }: { readonly isNew: boolean }) {
  const form = useForm();
  return (
    <section class="card">
      <h2>{isNew ? 'Start' : 'State'}</h2>
      <CheckField
        path="paused"
        label={isNew ? 'Create it paused' : 'Paused'}
        hint="A paused workspace uses no resources until it is started."
        isChecked={form.draft.value.paused}
        onChange={(paused) => form.change('paused', { paused })}
      />
    </section>
  );
}

/** Field of the name that is shown to people. */
export function DisplayNameField() {
  const form = useForm();
  return (
    <TextField
      path="displayName"
      label="Display name"
      hint="Shown instead of the name. It may have spaces."
      value={form.draft.value.displayName}
      onInput={(displayName) => form.change('displayName', { displayName })}
    />
  );
}
