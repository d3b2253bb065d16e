import { nextKey, type Entry } from './draft.ts';
import { AddButton, FieldError, Group, RemoveButton, useControl } from './field.tsx';
import { useForm } from './form-model.ts';
import { useItems } from './use-items.ts';

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
  const entries = useForm().draft.value[list];
  const items = useItems({ path, items: entries, firstField: 'key', draftWith: (next) => ({ [list]: next }) });
  return (
    <Group path={path} legend={legend} hint={hint}>
      {entries.map((entry, index) => (
        <EntryItem
          key={entry.key}
          path={`${path}[${index}]`}
          name={`${legend}, line ${index + 1}`}
          entry={entry}
          onChange={items.replace}
          onRemove={() => items.remove(entry)}
        />
      ))}
      <AddButton path={path} onClick={() => items.add({ key: nextKey(), name: '', value: '' })}>
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
      <RemoveButton name={name} onClick={onRemove} />
      <FieldError path={`${path}.key`} />
      <FieldError path={`${path}.value`} />
    </div>
  );
}
