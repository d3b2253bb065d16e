import { FormSecretsDocument } from '../../__generated__/graphql.ts';
import { Icon } from '../../components/icon.tsx';
import { usePolled } from '../../data/use-polled.ts';
import { emptySecret, type SecretVolume } from './draft.ts';
import { AddButton, addPath, Group, SelectField, TextField } from './field.tsx';
import { focusSoon, useForm } from './form-model.ts';

type Secrets = readonly { readonly name: string; readonly canMount: boolean; readonly type: string }[];

/** Secrets that are mounted as files. */
export function SecretFields() {
  const form = useForm();
  const { namespace, secrets } = form.draft.value;
  const { data, error } = usePolled(FormSecretsDocument, { namespace });
  const listed = data?.secrets.nodes ?? (error === undefined ? [] : undefined);
  const setSecret = (field: string, next: SecretVolume) =>
    form.change(field, { secrets: secrets.map((other) => (other.key === next.key ? next : other)) });
  const add = () => {
    form.change(`volumes.secrets[${secrets.length}]`, { secrets: [...secrets, emptySecret(secrets.length)] });
    focusSoon(`volumes.secrets[${secrets.length}].secretName`);
  };
  const remove = (secret: SecretVolume) => {
    form.change('volumes.secrets', { secrets: secrets.filter((other) => other !== secret) });
    focusSoon(addPath('volumes.secrets'));
  };
  return (
    <Group path="volumes.secrets" legend="Secrets" hint="Each key of a secret becomes a file below the mount path.">
      {secrets.map((secret, index) => (
        <SecretItem
          key={secret.key}
          index={index}
          secret={secret}
          listed={listed}
          onChange={setSecret}
          onRemove={() => remove(secret)}
        />
      ))}
      <AddButton path="volumes.secrets" onClick={add}>
        Add a secret
      </AddButton>
    </Group>
  );
}

interface SecretItemProps {
  readonly index: number;
  readonly secret: SecretVolume;
  /** Undefined if they cannot be listed. */
  readonly listed: Secrets | undefined;
  readonly onChange: (field: string, secret: SecretVolume) => void;
  readonly onRemove: () => void;
}

function SecretItem({ index, secret, listed, onChange, onRemove }: SecretItemProps) {
  const path = `volumes.secrets[${index}]`;
  return (
    <section class="form-item" aria-label={`Secret ${index + 1}`}>
      <SecretName
        path={`${path}.secretName`}
        listed={listed}
        value={secret.secretName}
        onChange={(secretName) => onChange(`${path}.secretName`, { ...secret, secretName })}
      />
      <TextField
        path={`${path}.mountPath`}
        label="Mount path"
        isRequired
        value={secret.mountPath}
        onInput={(mountPath) => onChange(`${path}.mountPath`, { ...secret, mountPath })}
      />
      <div class="form-item-end">
        <TextField
          path={`${path}.defaultMode`}
          label="Mode"
          isRequired
          value={secret.defaultMode}
          onInput={(defaultMode) => onChange(`${path}.defaultMode`, { ...secret, defaultMode })}
        />
        <button
          type="button"
          class="button icon-button"
          aria-label={`Remove secret ${index + 1}`}
          title="Remove"
          onClick={onRemove}
        >
          <Icon name="trash" />
        </button>
      </div>
    </section>
  );
}

interface SecretNameProps {
  readonly path: string;
  readonly listed: Secrets | undefined;
  readonly value: string;
  readonly onChange: (name: string) => void;
}

function SecretName({ path, listed, value, onChange }: SecretNameProps) {
  const field = { path, label: 'Secret', isRequired: true, value };
  if (!listed)
    return (
      <TextField
        {...field}
        hint="The secrets of the namespace cannot be listed. Enter the name of one."
        onInput={onChange}
      />
    );
  return (
    <SelectField {...field} onChange={onChange}>
      <option value="">Choose a secret…</option>
      {value !== '' && !listed.some(({ name }) => name === value) && <option value={value}>{value}</option>}
      {listed.map(({ name, canMount, type }) => (
        <option key={name} value={name} disabled={!canMount && name !== value}>
          {name} · {canMount ? type : 'not labelled for workspaces'}
        </option>
      ))}
    </SelectField>
  );
}
