import { isCachedType } from '../graphql/node.ts';
import type { ObjectPlan } from './operation-plan.ts';
import type { Member, Write } from './output.ts';
import type { RenderRun } from './render-run.ts';

/** Rows with fewer fields cost less to render than to look up. */
const MIN_LEAVES = 3;

/** A part of a row: consecutive members of its JSON object. */
interface RowPart {
  /** Whether it is rendered each time; see {@link PlanFacts}. */
  readonly isDynamic: boolean;
  /** Writes the members, with the brace or comma before them. */
  readonly write: Write;
}

/** A selection of fields of a Kubernetes object, whose text is cached for each object. */
export interface RowPlan {
  readonly plan: ObjectPlan;
  readonly parts: readonly RowPart[];
}

/** Whether the text of these fields is worth to be cached: those of an object that the cluster cache holds. */
export function isRow({ type, facts, fields }: ObjectPlan): boolean {
  return isCachedType(type.name) && facts.leaves >= MIN_LEAVES && fields.some((field) => !field.facts.isDynamic);
}

/** @param members fields of the plan, in order */
export function rowPlanOf(plan: ObjectPlan, members: readonly Member[]): RowPlan {
  const groups: Member[][] = [];
  for (const member of members) {
    const group = groups.at(-1);
    const isSame = group?.[0]?.field.facts.isDynamic === member.field.facts.isDynamic;
    if (group && isSame && !member.field.facts.isDynamic) group.push(member);
    else groups.push([member]);
  }
  const parts = groups.map((group, index) => ({
    isDynamic: group[0]?.field.facts.isDynamic === true,
    write: membersWriter(group, { isFirst: index === 0, isLast: index === groups.length - 1 }),
  }));
  return { plan, parts };
}

/** Returns a writer of members of a JSON object, with the braces at its ends. */
export function membersWriter(
  members: readonly Member[],
  { isFirst, isLast }: { readonly isFirst: boolean; readonly isLast: boolean },
): Write {
  const keys = members.map(({ field: { key } }, index) => `${isFirst && index === 0 ? '{' : ','}${key}`);
  const writes = members.map(({ write }) => write);
  const end = isLast ? '}' : '';
  return (source, run) => {
    let text = '';
    for (let index = 0; index < writes.length; index += 1) {
      text += keys[index];
      text += writes[index]?.(source, run);
    }
    return text + end;
  };
}

/** Writes a row that is not cached. */
export function renderParts({ parts }: RowPlan, object: unknown, run: RenderRun): string {
  let text = '';
  for (const { write } of parts) text += write(object, run);
  return text;
}
