import { FormSecretsDocument } from '../../__generated__/graphql.ts';
import { usePolled } from '../../data/use-polled.ts';
import { emptySecret, type SecretVolume } from './draft.ts';
import { AddButton, Group, SelectField, TextField } from './field.tsx';
import { useForm } from './form-model.ts';
import { MountItem } from './mount-item.tsx';
import { useItems } from './use-items.ts';

const PATH = 'volumes.secrets';

type Secrets = readonly { readonly name: string; readonly canMount: boolean; readonly type: string }[];

/** Secrets that are mounted as files. */
export function SecretFields() {
  const { namespace, secrets } = useForm().draft.value;
  const { data, error } = usePolled(FormSecretsDocument, { namespace });
  const listed = data?.secrets.nodes ?? (error === undefined ? [] : undefined);
  const items = useItems({
    path: PATH,
    items: secrets,
    firstField: 'secretName',
    draftWith: (next) => ({ secrets: next }),
  });
  return (
    <Group path={PATH} legend="Secrets" hint="Each key of a secret becomes a file below the mount path.">
      {secrets.map((secret, index) => (
        <SecretItem
          key={secret.key}
          index={index}
          secret={secret}
          listed={listed}
          onChange={items.replace}
          onRemove={() => items.remove(secret)}
        />
      ))}
      <AddButton path={PATH} onClick={() => items.add(emptySecret(secrets.length))}>
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
  const path = `${PATH}[${index}]`;
  return (
    <MountItem
      path={path}
      title={`Secret ${index + 1}`}
      mount={secret}
      onChange={onChange}
      onRemove={onRemove}
      source={
        <SecretName
          path={`${path}.secretName`}
          listed={listed}
          value={secret.secretName}
          onChange={(secretName) => onChange(`${path}.secretName`, { ...secret, secretName })}
        />
      }
    >
      <TextField
        path={`${path}.defaultMode`}
        label="Mode"
        isRequired
        value={secret.defaultMode}
        onInput={(defaultMode) => onChange(`${path}.defaultMode`, { ...secret, defaultMode })}
      />
    </MountItem>
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
