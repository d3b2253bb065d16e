/**
 * What a part of an object has to look like. Definitions of every age and vendor share one version, so nothing is sure:
 * what is of another form is taken for absent, and one bad object never fails a list.
 */
export interface Decoder<T> {
  readonly is: (value: unknown) => value is T;
  /** As much of a value as is of the form: the value itself where all of it is, undefined where nothing is. */
  readonly decode: (value: unknown) => T | undefined;
  /** The same without whatever else is there: to be kept instead of the value. */
  readonly prune: (value: unknown) => T | undefined;
}

/** The type of what is of a form. */
export type Decoded<F> = F extends Decoder<infer T> ? T : never;

type Fields = Readonly<Record<string, Decoder<unknown>>>;
type DecodedFields<F extends Fields> = { readonly [K in keyof F]?: Decoded<F[K]> };
type AnyObject = Readonly<Record<string, unknown>>;

const INT_LIMIT = 2 ** 31;
const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/u;

export const string = custom((value): value is string => typeof value === 'string');
export const boolean = custom((value): value is boolean => typeof value === 'boolean');
export const number = custom((value): value is number => typeof value === 'number');
/** A whole number that a GraphQL `Int` can carry. */
export const int = custom(
  (value): value is number => Number.isInteger(value) && Number(value) >= -INT_LIMIT && Number(value) < INT_LIMIT,
);
/** A moment, as the text that Kubernetes makes of it. */
export const timestamp = custom(
  (value): value is string => typeof value === 'string' && RFC_3339.test(value) && !Number.isNaN(Date.parse(value)),
);
export const anyObject = custom(
  (value): value is AnyObject => typeof value === 'object' && value !== null && !Array.isArray(value),
);

/** A form of which half is nothing. */
export function custom<T>(is: Decoder<T>['is']): Decoder<T> {
  const read = (value: unknown) => (is(value) ? value : undefined);
  return { is, decode: read, prune: read };
}

/** An object of which any field may be absent; fields that are not named here are not looked at. */
export function object<F extends Fields>(fields: F): Decoder<DecodedFields<F>> {
  const named = Object.entries(fields);
  return keyed(
    (value): value is DecodedFields<F> =>
      anyObject.is(value) && named.every(([name, form]) => !Object.hasOwn(value, name) || form.is(value[name])),
    (value, mode) => named.map(([name, form]) => [name, form[mode](value[name])]),
  );
}

/** An object with whatever keys; entries of another form are left out. */
export function record<T>(values: Decoder<T>): Decoder<Readonly<Record<string, T>>> {
  return keyed(
    (value): value is Readonly<Record<string, T>> => anyObject.is(value) && Object.values(value).every(values.is),
    (value, mode) => Object.entries(value).map(([key, entry]) => [key, values[mode](entry)]),
  );
}

/** A list; items of another form are left out. */
export function listOf<T>(items: Decoder<T>): Decoder<readonly T[]> {
  const is = (value: unknown): value is readonly T[] => isList(value) && value.every(items.is);
  const each = (value: unknown, mode: Mode) =>
    isList(value) ? value.map(items[mode]).filter((item) => item !== undefined) : undefined;
  return { is, decode: (value) => (is(value) ? value : each(value, 'decode')), prune: (value) => each(value, 'prune') };
}

/** Two ways to take what is of a form. */
type Mode = 'decode' | 'prune';

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function keyed<T>(
  is: Decoder<T>['is'],
  entriesOf: (value: AnyObject, mode: Mode) => readonly (readonly [key: string, value: unknown])[],
): Decoder<T> {
  const take = (value: unknown, mode: Mode) => {
    if (!anyObject.is(value)) return undefined;
    const taken: unknown = Object.fromEntries(entriesOf(value, mode).filter(([, entry]) => entry !== undefined));
    return is(taken) ? taken : undefined;
  };
  return { is, decode: (value) => (is(value) ? value : take(value, 'decode')), prune: (value) => take(value, 'prune') };
}

/** Reads values of a form, each once; where nothing is of the form, `nothing`. */
export function memoizedDecode<T>(form: Decoder<T>, nothing: T): (value: unknown) => T {
  const known = new WeakMap<object, T>();
  return (value) => {
    if (typeof value !== 'object' || value === null) return nothing;
    const before = known.get(value);
    if (before !== undefined) return before;
    const read = form.decode(value) ?? nothing;
    known.set(value, read);
    return read;
  };
}
