/**
 * What a part of an object has to look like. Definitions of every age and vendor share one version, so nothing is sure:
 * what is of another form is taken for absent, and one bad object never fails a list.
 */
export interface Form<T> {
  readonly is: (value: unknown) => value is T;
  /** As much of a value as is of the form: the value itself where all of it is, undefined where nothing is. */
  readonly read: (value: unknown) => T | undefined;
}

/** The type of what is of a form. */
export type Formed<F> = F extends Form<infer T> ? T : never;

type Fields = Readonly<Record<string, Form<unknown>>>;
type FormedFields<F extends Fields> = { readonly [K in keyof F]?: Formed<F[K]> };
type AnyObject = Readonly<Record<string, unknown>>;

const INT_LIMIT = 2 ** 31;

export const text = whole((value): value is string => typeof value === 'string');
export const flag = whole((value): value is boolean => typeof value === 'boolean');
export const number = whole((value): value is number => typeof value === 'number');
/** A whole number that a GraphQL `Int` can carry. */
export const int = whole(
  (value): value is number => Number.isInteger(value) && Number(value) >= -INT_LIMIT && Number(value) < INT_LIMIT,
);
export const anyObject = whole(
  (value): value is AnyObject => typeof value === 'object' && value !== null && !Array.isArray(value),
);

/** A form of which half is nothing. */
export function whole<T>(is: Form<T>['is']): Form<T> {
  return { is, read: (value) => (is(value) ? value : undefined) };
}

/** An object of which any field may be absent; fields that are not named here are not looked at. */
export function record<F extends Fields>(fields: F): Form<FormedFields<F>> {
  const named = Object.entries(fields);
  return keyed(
    (value): value is FormedFields<F> =>
      anyObject.is(value) && named.every(([name, form]) => !Object.hasOwn(value, name) || form.is(value[name])),
    (value) => named.map(([name, form]) => [name, form.read(value[name])]),
  );
}

/** An object with whatever keys; entries of another form are left out. */
export function mapOf<T>(values: Form<T>): Form<Readonly<Record<string, T>>> {
  return keyed(
    (value): value is Readonly<Record<string, T>> => anyObject.is(value) && Object.values(value).every(values.is),
    (value) => Object.entries(value).map(([key, entry]) => [key, values.read(entry)]),
  );
}

/** A list; items of another form are left out. */
export function listOf<T>(items: Form<T>): Form<readonly T[]> {
  const is = (value: unknown): value is readonly T[] => isList(value) && value.every(items.is);
  return {
    is,
    read: (value) => {
      if (is(value)) return value;
      return isList(value) ? value.map(items.read).filter((item) => item !== undefined) : undefined;
    },
  };
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function keyed<T>(
  is: Form<T>['is'],
  readEntries: (value: AnyObject) => readonly (readonly [key: string, value: unknown])[],
): Form<T> {
  return {
    is,
    read: (value) => {
      if (is(value)) return value;
      if (!anyObject.is(value)) return undefined;
      const read: unknown = Object.fromEntries(readEntries(value).filter(([, entry]) => entry !== undefined));
      return is(read) ? read : undefined;
    },
  };
}

/** Reads values of a form, each once; where nothing is of the form, `nothing`. */
export function reader<T>(form: Form<T>, nothing: T): (value: unknown) => T {
  const known = new WeakMap<object, T>();
  return (value) => {
    if (typeof value !== 'object' || value === null) return nothing;
    const before = known.get(value);
    if (before !== undefined) return before;
    const read = form.read(value) ?? nothing;
    known.set(value, read);
    return read;
  };
}
