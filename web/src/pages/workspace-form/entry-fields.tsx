import { Icon } from '../../components/icon.tsx';
import { nextKey, type Entry } from './draft.ts';
import { AddButton, addPath, FieldError, Group, useControl } from './field.tsx';
import { focusSoon, useForm } from './form-model.ts';

type EntryList = 'labels' | 'annotations' | 'podLabels' | 'podAnnotations';

interface EntryFieldsProps {
  readonly list: EntryList;
  /** Path of the list in the input of the mutation. */
  readonly path: string;
  readonly legend: string;
  readonly hint: string;
}

/** Labels or annotations, one per line. */
export function EntryFields({ list, path, legend, hint }: EntryFieldsProps) {
  const form = useForm();
  const entries = form.draft.value[list];
  const set = (field: string, next: readonly Entry[]) => form.change(field, { [list]: next });
  return (
    <Group path={path} legend={legend} hint={hint}>
      {entries.map((entry, index) => (
        <EntryItem
          key={entry.key}
          path={`${path}[${index}]`}
          name={`${legend}, line ${index + 1}`}
          entry={entry}
          onChange={(field, next) =>
            set(
              field,
              entries.map((other) => (other.key === next.key ? next : other)),
            )
          }
          onRemove={() => {
            set(
              path,
              entries.filter((other) => other !== entry),
            );
            focusSoon(addPath(path));
          }}
        />
      ))}
      <AddButton
        path={path}
        onClick={() => {
          set(`${path}[${entries.length}]`, [...entries, { key: nextKey(), name: '', value: '' }]);
          focusSoon(`${path}[${entries.length}].key`);
        }}
      >
        Add<span class="visually-hidden"> to {legend}</span>
      </AddButton>
    </Group>
  );
}

interface EntryItemProps {
  readonly path: string;
  readonly name: string;
  readonly entry: Entry;
  readonly onChange: (field: string, entry: Entry) => void;
  readonly onRemove: () => void;
}

function EntryItem({ path, name, entry, onChange, onRemove }: EntryItemProps) {
  const keyControl = useControl(`${path}.key`);
  const valueControl = useControl(`${path}.value`);
  const shared = { type: 'text', autoComplete: 'off', spellcheck: false } as const;
  return (
    <div class="entry">
      <input
        {...keyControl}
        {...shared}
        aria-label={`${name}: key`}
        placeholder="key"
        value={entry.name}
        onInput={({ currentTarget }) => onChange(`${path}.key`, { ...entry, name: currentTarget.value })}
      />
      <input
        {...valueControl}
        {...shared}
        aria-label={`${name}: value`}
        placeholder="value"
        value={entry.value}
        onInput={({ currentTarget }) => onChange(`${path}.value`, { ...entry, value: currentTarget.value })}
      />
      <button type="button" class="button icon-button" aria-label={`Remove ${name}`} title="Remove" onClick={onRemove}>
        <Icon name="trash" />
      </button>
      <FieldError path={`${path}.key`} />
      <FieldError path={`${path}.value`} />
    </div>
  );
}
