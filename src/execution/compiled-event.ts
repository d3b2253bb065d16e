import { getNullableType, isObjectType, type VariableValues } from 'graphql';
import { isCachedType } from '../graphql/node.ts';
import type { Context } from '../graphql/context.ts';
import { Bail, synchronous } from './bail.ts';
import { RenderRun, resolveField, type FieldPlan, type ObjectPlan, type Write } from './plan.ts';
import type { RunRows } from './run-rows.ts';
import { costOf, membersOf, singleValueWriter } from './writers.ts';

/** The result of a subscription's operation for one event, as JSON text. */
export type RenderedEvent =
  | RenderedMembers
  /** The payload is the object itself, or null. */
  | { readonly result: string };

/** The payload is an event of a list: the text of each of its members. */
export interface RenderedMembers {
  /** Key of the root field, with the colon: `"workspaces":`. */
  readonly field: string;
  readonly members: readonly EventMember[];
}

interface EventMember {
  /** With the colon: `"name":`. */
  readonly key: string;
  readonly value: string;
}

/** A member of the events, to be written without its key. */
interface EventMemberPlan {
  readonly key: string;
  readonly write: Write;
}

interface RenderEventOptions {
  readonly context: Context;
  readonly variableValues: VariableValues;
  readonly rows: RunRows;
}

/** The operation of a subscription, compiled to functions that write its result for one event. */
export class CompiledEvent {
  readonly #field: FieldPlan;
  readonly #write: Write;
  /** Members of an event of a list. Undefined if the payload is an object of the cluster. */
  readonly #members: readonly EventMemberPlan[] | undefined;

  /** @throws {Bail} if there is not exactly one root field */
  constructor({ fields: [field, ...others] }: ObjectPlan) {
    if (!field || others.length > 0) throw new Bail('expected one root field of a subscription');
    this.#field = field;
    this.#write = singleValueWriter(field);
    const type = getNullableType(field.type);
    const plan = isObjectType(type) && !isCachedType(type.name) ? field.objects.get(type.name) : undefined;
    const members = plan && membersOf(plan, singleValueWriter);
    this.#members = members?.map(({ field: { key }, writerAfter }) => ({ key, write: writerAfter('') }));
  }

  /** Returns the result for an event. Throws if it has errors, or a field is asynchronous. */
  render(event: unknown, { context, variableValues, rows }: RenderEventOptions): RenderedEvent {
    const run = new RenderRun({ context, variableValues, rows });
    rows.resume();
    const { key, objectCost } = this.#field;
    const value = synchronous(resolveField(this.#field, event, run));
    if (objectCost !== undefined) run.cost += costOf(value, objectCost);
    const textBy = (write: Write) => textOf(write, value, run);
    const rendered = this.#members
      ? { field: key, members: this.#members.map((member) => ({ key: member.key, value: textBy(member.write) })) }
      : { result: `{"data":{${key}${textBy(this.#write)}}}` };
    run.charge();
    return rendered;
  }
}

/** Returns what a function writes. */
function textOf(write: Write, value: unknown, run: RenderRun): string {
  const { text } = run;
  return text.attempt(() => {
    const start = text.length;
    write(value, run);
    return text.takeString(start);
  });
}
