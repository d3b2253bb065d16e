/**
 * What a part of an object has to look like. Definitions of every age and vendor share one version, so nothing is sure:
 * what is of another form is taken for absent, and one bad object never fails a list.
 */
export interface Form<T> {
  readonly is: (value: unknown) => value is T;
  /** As much of a value as is of the form: the value itself where all of it is, undefined where nothing is. */
  readonly read: (value: unknown) => T | undefined;
  /** The same without whatever else is there: to be kept instead of the value. */
  readonly only: (value: unknown) => T | undefined;
}

/** The type of what is of a form. */
export type Formed<F> = F extends Form<infer T> ? T : never;

type Fields = Readonly<Record<string, Form<unknown>>>;
type FormedFields<F extends Fields> = { readonly [K in keyof F]?: Formed<F[K]> };
type AnyObject = Readonly<Record<string, unknown>>;

const INT_LIMIT = 2 ** 31;
const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/u;

export const text = whole((value): value is string => typeof value === 'string');
export const flag = whole((value): value is boolean => typeof value === 'boolean');
export const number = whole((value): value is number => typeof value === 'number');
/** A whole number that a GraphQL `Int` can carry. */
export const int = whole(
  (value): value is number => Number.isInteger(value) && Number(value) >= -INT_LIMIT && Number(value) < INT_LIMIT,
);
/** A moment, as the text that Kubernetes makes of it. */
export const moment = whole(
  (value): value is string => typeof value === 'string' && RFC_3339.test(value) && !Number.isNaN(Date.parse(value)),
);
export const anyObject = whole(
  (value): value is AnyObject => typeof value === 'object' && value !== null && !Array.isArray(value),
);

/** A form of which half is nothing. */
export function whole<T>(is: Form<T>['is']): Form<T> {
  const read = (value: unknown) => (is(value) ? value : undefined);
  return { is, read, only: read };
}

/** An object of which any field may be absent; fields that are not named here are not looked at. */
export function record<F extends Fields>(fields: F): Form<FormedFields<F>> {
  const named = Object.entries(fields);
  return keyed(
    (value): value is FormedFields<F> =>
      anyObject.is(value) && named.every(([name, form]) => !Object.hasOwn(value, name) || form.is(value[name])),
    (value, way) => named.map(([name, form]) => [name, form[way](value[name])]),
  );
}

/** An object with whatever keys; entries of another form are left out. */
export function mapOf<T>(values: Form<T>): Form<Readonly<Record<string, T>>> {
  return keyed(
    (value): value is Readonly<Record<string, T>> => anyObject.is(value) && Object.values(value).every(values.is),
    (value, way) => Object.entries(value).map(([key, entry]) => [key, values[way](entry)]),
  );
}

/** A list; items of another form are left out. */
export function listOf<T>(items: Form<T>): Form<readonly T[]> {
  const is = (value: unknown): value is readonly T[] => isList(value) && value.every(items.is);
  const each = (value: unknown, way: Way) =>
    isList(value) ? value.map(items[way]).filter((item) => item !== undefined) : undefined;
  return { is, read: (value) => (is(value) ? value : each(value, 'read')), only: (value) => each(value, 'only') };
}

/** Two ways to take what is of a form. */
type Way = 'read' | 'only';

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function keyed<T>(
  is: Form<T>['is'],
  entriesOf: (value: AnyObject, way: Way) => readonly (readonly [key: string, value: unknown])[],
): Form<T> {
  const take = (value: unknown, way: Way) => {
    if (!anyObject.is(value)) return undefined;
    const taken: unknown = Object.fromEntries(entriesOf(value, way).filter(([, entry]) => entry !== undefined));
    return is(taken) ? taken : undefined;
  };
  return { is, read: (value) => (is(value) ? value : take(value, 'read')), only: (value) => take(value, 'only') };
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
