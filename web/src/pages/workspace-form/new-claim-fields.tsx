import type { AccessMode, FormStorageClassesQuery } from '../../__generated__/graphql.ts';
import type { NewClaim } from './draft.ts';
import { SelectField, TextField } from './field.tsx';

export type StorageClass = FormStorageClassesQuery['storageClasses']['nodes'][number];

const accessModes: readonly (readonly [mode: AccessMode, title: string])[] = [
  ['READ_WRITE_ONCE', 'Pods of one node'],
  ['READ_WRITE_MANY', 'Pods of many nodes'],
  ['READ_ONLY_MANY', 'Pods of many nodes, read-only'],
  ['READ_WRITE_ONCE_POD', 'One pod'],
];

interface NewClaimFieldsProps {
  readonly path: string;
  readonly name: string;
  readonly claim: NewClaim;
  readonly classes: readonly StorageClass[];
  readonly onChange: (name: string, claim: NewClaim) => void;
}

/** A claim that is created before the workspace. */
export function NewClaimFields({ path, name, claim, classes, onChange }: NewClaimFieldsProps) {
  return (
    <div class="new-claim">
      <TextField
        path={`${path}.name`}
        label="Name of the new claim"
        isRequired
        value={name}
        onInput={(next) => onChange(next, claim)}
      />
      <TextField
        path={`${path}.requestedSize`}
        label="Capacity"
        isRequired
        value={claim.requestedSize}
        onInput={(requestedSize) => onChange(name, { ...claim, requestedSize })}
      />
      <StorageClassField
        path={`${path}.storageClassName`}
        value={claim.storageClassName}
        classes={classes}
        onChange={(storageClassName) => onChange(name, { ...claim, storageClassName })}
      />
      <AccessField
        path={`${path}.accessModes`}
        value={claim.accessMode}
        onChange={(accessMode) => onChange(name, { ...claim, accessMode })}
      />
    </div>
  );
}

interface StorageClassFieldProps {
  readonly path: string;
  readonly value: string;
  readonly classes: readonly StorageClass[];
  readonly onChange: (name: string) => void;
}

function StorageClassField({ path, value, classes, onChange }: StorageClassFieldProps) {
  const chosen = classes.find(({ name }) => name === value);
  return (
    <SelectField
      path={path}
      label="Storage class"
      isRequired
      {...(chosen?.description && { hint: chosen.description })}
      value={value}
      onChange={onChange}
    >
      <option value="">Choose a storage class…</option>
      {classes.map(({ name, displayName }) => (
        <option key={name} value={name}>
          {displayName}
        </option>
      ))}
    </SelectField>
  );
}

interface AccessFieldProps {
  readonly path: string;
  readonly value: AccessMode;
  readonly onChange: (mode: AccessMode) => void;
}

function AccessField({ path, value, onChange }: AccessFieldProps) {
  const choose = (chosen: string) => {
    const found = accessModes.find(([mode]) => mode === chosen);
    if (found) onChange(found[0]);
  };
  return (
    <SelectField path={path} label="Access by" isRequired value={value} onChange={choose}>
      {accessModes.map(([mode, title]) => (
        <option key={mode} value={mode}>
          {title}
        </option>
      ))}
    </SelectField>
  );
}
