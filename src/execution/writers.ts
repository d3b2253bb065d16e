import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLAbstractType,
  type GraphQLLeafType,
  type GraphQLOutputType,
} from 'graphql';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { abandon, assertObject, Bail, NO_INFO, synchronous } from './bail.ts';
import { isThenable, keepsStrings, leafWriterOf } from './leaf-writers.ts';
import type { WritePending } from './output.ts';
import {
  resolveField,
  type FieldPlan,
  type Member,
  type ObjectPlan,
  type RenderRun,
  type RowPlan,
  type Write,
} from './plan.ts';
import { isRow, membersWriter, renderParts, rowPlanOf } from './row-plan.ts';
import { constantText } from './utf8-text.ts';

/** A single object with fewer fields costs less to render than to find its selection in the row cache, which a list does once. */
const MIN_SINGLE_LEAVES = 12;

/** Returns the writer of the value of a field, in one piece. */
function valueWriter(field: FieldPlan): Write {
  return typeWriter(field.type, field);
}

/** Returns the writer of the value of a field that is read for one object at a time, not for the objects of a list. */
export function singleValueWriter(field: FieldPlan): Write {
  const type = getNullableType(field.type);
  return isObjectType(type) ? withNull(field.type, singleObjectWriter(planOf(type.name, field))) : valueWriter(field);
}

function singleObjectWriter(plan: ObjectPlan): Write {
  return plan.facts.leaves < MIN_SINGLE_LEAVES ? uncachedWriter(plan) : objectWriter(plan);
}

/** @param writerOf returns the writer of the value of a field that is no leaf */
function memberOf(field: FieldPlan, writerOf: (field: FieldPlan) => Write): Member {
  const { objectCost } = field;
  const named = getNullableType(field.type);
  if (isLeafType(named) && objectCost === undefined)
    return { field, writerAfter: (before) => leafMemberWriter(named, field, before) };
  const write = writerOf(field);
  const writerAfter = (before: string): Write => {
    const constant = constantText(before);
    return (source, run) => {
      const value = synchronous(resolveField(field, source, run));
      if (objectCost !== undefined) addNestedCost(costOf(value, objectCost), run);
      run.text.writeConstant(constant);
      write(value, run);
    };
  };
  return { field, writerAfter };
}

function leafMemberWriter(type: GraphQLLeafType, field: FieldPlan, before: string): Write {
  const write = leafWriterOf(type, { isNonNull: isNonNullType(field.type), before });
  if (!keepsStrings(type)) return (source, run) => write(resolveField(field, source, run), run.text);
  // Most fields are strings. One call fewer for each saves a twentieth of the time of a list.
  const opening = constantText(`${before}"`);
  return (source, run) => {
    const value = resolveField(field, source, run);
    if (typeof value === 'string') run.text.writeString(opening, value);
    else write(value, run.text);
  };
}

function addNestedCost(cost: number, run: RenderRun): void {
  run.nested.add(cost);
  run.cost += cost;
}

/** Returns the cost of the result of a field, as `chargeFields` charges it. */
export function costOf(value: unknown, objectCost: number): number {
  if (value === null || value === undefined) return 0;
  return Array.isArray(value) ? value.length * objectCost : objectCost;
}

function typeWriter(type: GraphQLOutputType, field: FieldPlan): Write {
  const nullable = getNullableType(type);
  if (isLeafType(nullable)) return leafWriter(nullable, isNonNullType(type));
  return withNull(type, nullableWriter(nullable, field));
}

function leafWriter(type: GraphQLLeafType, isNonNull: boolean): Write {
  const write = leafWriterOf(type, { isNonNull, before: '' });
  return (value, run) => write(value, run.text);
}

/** @param write writer of the values that are not null */
function withNull(type: GraphQLOutputType, write: Write): Write {
  const isNonNull = isNonNullType(type);
  return (value, run) => {
    if (value !== null && value !== undefined) return write(value, run);
    if (isNonNull) throw new Bail('null at a position that is not nullable');
    return run.text.write('null');
  };
}

/** Returns the writer of values that are not null. */
function nullableWriter(type: GraphQLOutputType, field: FieldPlan): Write {
  if (isLeafType(type)) return leafWriter(type, true);
  if (isListType(type)) return listWriter(typeWriter(type.ofType, field));
  if (isObjectType(type)) return objectWriter(planOf(type.name, field));
  if (isAbstractType(type)) return abstractWriter(type, mapValues(field.objects, objectWriter));
  throw new TypeError(`Expected an output type, got ${String(type)}.`);
}

function planOf(typeName: string, { objects }: FieldPlan): ObjectPlan {
  const plan = objects.get(typeName);
  if (!plan) throw new TypeError(`Expected a plan of ${typeName}.`);
  return plan;
}

function listWriter(write: Write): Write {
  return (value, run) => {
    const items = itemsOf(value);
    run.text.write('[');
    for (let index = 0; index < items.length; index += 1) {
      if (index > 0) run.text.write(',');
      write(items[index], run);
    }
    run.text.write(']');
  };
}

/** Returns the items of a list. */
function itemsOf(value: unknown): readonly unknown[] {
  const items = arrayOf(value);
  if (!items.some((item) => item instanceof Promise)) return items;
  abandon(items);
  throw new Bail('an item of a list is asynchronous');
}

function arrayOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null || !(Symbol.iterator in value) || Symbol.asyncIterator in value)
    throw new Bail('expected a list');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has an iterator
  return Array.from(value as Iterable<unknown>);
}

function objectWriter(plan: ObjectPlan): Write {
  const row = rowOf(plan);
  return row ? rowWriter(row) : uncachedWriter(plan);
}

/** Returns the writer of an object whose text is not cached itself, only those of objects in it. */
function uncachedWriter(plan: ObjectPlan): Write {
  const write = plainWriter(membersOf(plan));
  const { type } = plan;
  return (value, run) => {
    assertObject(type, value, run);
    write(value, run);
  };
}

function rowOf(plan: ObjectPlan): RowPlan | undefined {
  return isRow(plan) ? rowPlanOf(plan, membersOf(plan)) : undefined;
}

/** Returns the members of the JSON object of a plan. */
export function membersOf({ fields }: ObjectPlan, writerOf = valueWriter): readonly Member[] {
  return fields.map((field) => memberOf(field, writerOf));
}

function plainWriter(members: readonly Member[]): Write {
  if (members.length === 0) return (_, run) => run.text.write('{}');
  return membersWriter(members, { isFirst: true, isLast: true });
}

function rowWriter(row: RowPlan): Write {
  const { type } = row.plan;
  return (value, run) => {
    assertObject(type, value, run);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the values of these types are Kubernetes objects
    if (run.rows) run.rows.write(row, value as KubernetesObject, run);
    else renderParts(row, value, run);
  };
}

function abstractWriter(type: GraphQLAbstractType, writers: ReadonlyMap<string, Write>): Write {
  return (value, run) => possibleOf(writers, { type, value, run })(value, run);
}

interface AbstractValue {
  readonly type: GraphQLAbstractType;
  readonly value: unknown;
  readonly run: RenderRun;
}

/** Returns the entry of the type of a value. */
function possibleOf<W>(writers: ReadonlyMap<string, W>, { type, value, run }: AbstractValue): W {
  if (isThenable(value) || value instanceof Error) throw new Bail('expected an object');
  const name = type.resolveType?.(value, run.context, NO_INFO, type);
  const write = typeof name === 'string' ? writers.get(name) : undefined;
  if (!write) throw new Bail('an abstract type without a possible type');
  return write;
}

function mapValues<T, R>(map: ReadonlyMap<string, T>, convert: (value: T) => R): ReadonlyMap<string, R> {
  return new Map([...map].map(([key, value]) => [key, convert(value)]));
}

/** Returns the writer of the value of a field in which lists may be pending. */
export function pendingWriter(field: FieldPlan): WritePending {
  const { type } = field;
  const isNullable = !isNonNullType(type);
  const write = pendingValueWriter(isNonNullType(type) ? type.ofType : type, field);
  return (value, run, output) => {
    if (value !== null && value !== undefined) return write(value, run, output);
    if (!isNullable) throw new Bail('null at a position that is not nullable');
    return run.text.write('null');
  };
}

function pendingValueWriter(type: GraphQLOutputType, field: FieldPlan): WritePending {
  if (isListType(type) && isCompositeType(getNamedType(type))) return pendingListWriter(type.ofType, field);
  if (isObjectType(type)) return pendingObjectWriter(planOf(type.name, field));
  if (isAbstractType(type)) return pendingAbstractWriter(type, mapValues(field.objects, pendingObjectWriter));
  return nullableWriter(type, field);
}

function pendingListWriter(type: GraphQLOutputType, field: FieldPlan): WritePending {
  const nullable = getNullableType(type);
  const row = isObjectType(nullable) ? rowOf(planOf(nullable.name, field)) : undefined;
  const write = row ? withNull(type, rowWriter(row)) : typeWriter(type, field);
  return (value, _, output) => output.writeList({ items: itemsOf(value), write, row });
}

function pendingObjectWriter(plan: ObjectPlan): WritePending {
  if (!plan.facts.hasObjectList) return singleObjectWriter(plan);
  const members = plan.fields.map((field, index) => ({
    key: constantText(`${index === 0 ? '{' : ','}${field.key}`),
    write: pendingMemberWriter(field),
  }));
  return (source, run, output) => {
    assertObject(plan.type, source, run);
    for (const { key, write } of members) {
      run.text.writeConstant(key);
      write(source, run, output);
    }
    run.text.write('}');
  };
}

function pendingMemberWriter(field: FieldPlan): WritePending {
  const { objectCost } = field;
  const write = pendingWriter(field);
  return (source, run, output) => {
    const value = synchronous(resolveField(field, source, run));
    if (objectCost !== undefined) run.cost += costOf(value, objectCost);
    write(value, run, output);
  };
}

function pendingAbstractWriter(type: GraphQLAbstractType, writers: ReadonlyMap<string, WritePending>): WritePending {
  return (value, run, output) => possibleOf(writers, { type, value, run })(value, run, output);
}
