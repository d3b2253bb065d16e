import {
  FormClaimsDocument,
  FormStorageClassesDocument,
  type AccessMode,
  type FormClaimsSubscription,
} from '../../__generated__/graphql.ts';
import type { ListState, RowOf } from '../../../../client/src/index.ts';
import { sortedBy } from '../../data/sorting.ts';
import { useLiveRows } from '../../data/use-live.ts';
import { usePolled } from '../../data/use-polled.ts';
import { emptyClaim, emptyVolume, type ClaimChoice, type DataVolume } from './draft.ts';
import { AddButton, CheckField, Group, SelectField, TextField } from './field.tsx';
import { useForm } from './form-model.ts';
import { MountItem } from './mount-item.tsx';
import { NewClaimFields, type StorageClass } from './new-claim-fields.tsx';
import { useItems } from './use-items.ts';

const PATH = 'volumes.data';

type Claim = RowOf<FormClaimsSubscription>;

/** Value of the entry of a list of claims that creates one. No claim has this name. */
const NEW = '+';

interface VolumeFieldsProps {
  /** Path of the home volume. Null if the kind mounts none. */
  readonly homeMountPath: string | null;
}

/** Home volume and data volumes: existing claims, or new ones. */
export function VolumeFields({ homeMountPath }: VolumeFieldsProps) {
  const form = useForm();
  const { namespace, data, home } = form.draft.value;
  const items = useItems({
    path: PATH,
    items: data,
    firstField: 'claimName',
    draftWith: (next) => ({ data: next }),
  });
  const claims = useLiveRows(FormClaimsDocument, { namespace });
  const storage = usePolled(FormStorageClassesDocument, {});
  const classes = storage.data?.storageClasses.nodes.filter(({ canUse }) => canUse) ?? [];
  const shared = { claims, classes };
  return (
    <Group path={PATH} legend="Volumes" hint="Files on volumes are kept while the workspace is paused.">
      <ClaimField
        {...shared}
        path="volumes.home"
        label="Home volume"
        hint={homeMountPath === null ? undefined : `Mounted at ${homeMountPath}`}
        value={home}
        onChange={(next) => form.change('volumes.home', { home: next })}
      />
      {data.map((volume, index) => (
        <DataVolumeFields
          {...shared}
          key={volume.key}
          index={index}
          volume={volume}
          onChange={items.replace}
          onRemove={() => items.remove(volume)}
        />
      ))}
      <AddButton path={PATH} onClick={() => items.add(emptyVolume(data.length))}>
        Add a data volume
      </AddButton>
    </Group>
  );
}

interface SharedProps {
  readonly claims: ListState<Claim>;
  readonly classes: readonly StorageClass[];
}

interface DataVolumeFieldsProps extends SharedProps {
  readonly index: number;
  readonly volume: DataVolume;
  readonly onChange: (field: string, volume: DataVolume) => void;
  readonly onRemove: () => void;
}

function DataVolumeFields({ index, volume, onChange, onRemove, ...shared }: DataVolumeFieldsProps) {
  const path = `${PATH}[${index}]`;
  return (
    <MountItem
      path={path}
      title={`Data volume ${index + 1}`}
      mount={volume}
      onChange={onChange}
      onRemove={onRemove}
      source={
        <ClaimField
          {...shared}
          path={`${path}.claimName`}
          label="Claim"
          isRequired
          value={volume}
          onChange={(choice) => onChange(`${path}.claimName`, { ...volume, ...choice })}
        />
      }
    >
      <CheckField
        path={`${path}.readOnly`}
        label="Read-only"
        isChecked={volume.readOnly}
        onChange={(readOnly) => onChange(`${path}.readOnly`, { ...volume, readOnly })}
      />
    </MountItem>
  );
}

interface ClaimFieldProps extends SharedProps {
  readonly path: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly isRequired?: boolean;
  readonly value: ClaimChoice;
  readonly onChange: (value: ClaimChoice) => void;
}

function ClaimField({ path, label, hint, isRequired = false, value, onChange, claims, classes }: ClaimFieldProps) {
  const { claimName, newClaim } = value;
  const field = { path, label, isRequired, ...(hint && { hint }) };
  if (claims.status === 'failed')
    return (
      <TextField
        {...field}
        hint="The claims of the namespace cannot be listed. Enter the name of one."
        value={claimName}
        onInput={(name) => onChange({ claimName: name })}
      />
    );
  const choose = (name: string) =>
    onChange(name === NEW ? newChoice(classes) : { claimName: name, newClaim: undefined });
  return (
    <div class="claim-field">
      <SelectField {...field} value={newClaim ? NEW : claimName} onChange={choose}>
        <option value="">{isRequired ? 'Choose a claim…' : 'None'}</option>
        <option value={NEW}>New claim…</option>
        <ClaimOptions claims={claims.rows} chosen={newClaim ? '' : claimName} />
      </SelectField>
      {newClaim && (
        <NewClaimFields
          path={`${path}.new`}
          name={claimName}
          claim={newClaim}
          classes={classes}
          onChange={(name, claim) => onChange({ claimName: name, newClaim: claim })}
        />
      )}
    </div>
  );
}

function newChoice(classes: readonly StorageClass[]): ClaimChoice {
  const storageClass = classes.find(({ isDefault }) => isDefault) ?? classes[0];
  return { claimName: '', newClaim: emptyClaim(storageClass?.name ?? '') };
}

interface ClaimOptionsProps {
  readonly claims: readonly Claim[];
  /** Shown also if it is not in the list. */
  readonly chosen: string;
}

function ClaimOptions({ claims, chosen }: ClaimOptionsProps) {
  const isListed = claims.some(({ name }) => name === chosen);
  return (
    <>
      {chosen !== '' && !isListed && <option value={chosen}>{chosen}</option>}
      {sortedBy(claims, ({ name }) => name).map((claim) => (
        <option key={claim.id} value={claim.name} disabled={!claim.canMount && claim.name !== chosen}>
          {claimText(claim)}
        </option>
      ))}
    </>
  );
}

const accessModeNames: Readonly<Record<AccessMode, string>> = {
  READ_WRITE_ONCE: 'one node',
  READ_WRITE_MANY: 'many nodes',
  READ_ONLY_MANY: 'many nodes, read-only',
  READ_WRITE_ONCE_POD: 'one pod',
  UNKNOWN: 'unknown access mode',
};

/** Most workspaces that the text of a claim names. */
const MAX_USERS = 2;

/** Returns the facts by which a person chooses a claim, in one line. */
function claimText({ name, canMount, capacity, requestedSize, accessModes, workspaces, phase }: Claim): string {
  const users = workspaces.slice(0, MAX_USERS).map((workspace) => workspace.name);
  const more = workspaces.length - users.length;
  return [
    name,
    (capacity ?? requestedSize)?.quantity,
    accessModes.map((mode) => accessModeNames[mode]).join(', '),
    phase === 'LOST' && 'lost',
    users.length > 0 && `used by ${users.join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
    !canMount && 'not labelled for workspaces',
  ]
    .filter(Boolean)
    .join(' · ');
}
