import { nextKey, type Entry } from './draft.ts';
import { AddButton, FieldError, Group, RemoveButton, trimmed, useControl } from './field.tsx';
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
  const shared = { type: 'text', autoComplete: 'off', spellcheck: false, onKeyDown: keepForm } as const;
  const changeKey = (next: string) => onChange(`${path}.key`, { ...entry, name: next });
  const changeValue = (next: string) => onChange(`${path}.value`, { ...entry, value: next });
  return (
    <div class="entry">
      <input
        {...keyControl}
        {...shared}
        aria-label={`${name}: key`}
        placeholder="key"
        value={entry.name}
        onInput={({ currentTarget }) => changeKey(currentTarget.value)}
        onChange={({ currentTarget }) => trimmed(currentTarget.value, changeKey)}
      />
      <input
        {...valueControl}
        {...shared}
        aria-label={`${name}: value`}
        placeholder="value"
        value={entry.value}
        onInput={({ currentTarget }) => changeValue(currentTarget.value)}
        onChange={({ currentTarget }) => trimmed(currentTarget.value, changeValue)}
      />
      <RemoveButton name={name} onClick={onRemove} />
      <FieldError path={`${path}.key`} />
      <FieldError path={`${path}.value`} />
    </div>
  );
}

/** Keeps the Enter key, with which a person ends a line of a list, from saving the form. */
function keepForm(event: KeyboardEvent): void {
  if (event.key === 'Enter') event.preventDefault();
}
