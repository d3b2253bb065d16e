import type { Draft } from './draft.ts';
import { addPath } from './field.tsx';
import { focusSoon, useForm } from './form-model.ts';

interface ItemsOptions<Item> {
  /** Path of the list in the input of the mutation. */
  readonly path: string;
  readonly items: readonly Item[];
  /** Name of the field of a new item that gets the focus. */
  readonly firstField: string;
  /** Returns the change of the draft that replaces the list. */
  readonly draftWith: (items: readonly Item[]) => Partial<Draft>;
}

interface Items<Item> {
  /** Replaces the item with the same key. @param field path of the field that differs */
  readonly replace: (field: string, item: Item) => void;
  /** Adds an item. Its first field gets the focus. */
  readonly add: (item: Item) => void;
  /** Removes an item. The button that adds one gets the focus. */
  readonly remove: (item: Item) => void;
}

/** Returns the changes of a list of the draft. */
export function useItems<Item extends { readonly key: number }>(options: ItemsOptions<Item>): Items<Item> {
  const { path, items, firstField, draftWith } = options;
  const { change } = useForm();
  return {
    replace: (field, item) => change(field, draftWith(items.map((other) => (other.key === item.key ? item : other)))),
    add: (item) => {
      const at = `${path}[${items.length}]`;
      change(at, draftWith([...items, item]));
      focusSoon(`${at}.${firstField}`);
    },
    remove: (item) => {
      change(path, draftWith(items.filter((other) => other !== item)));
      focusSoon(addPath(path));
    },
  };
}
