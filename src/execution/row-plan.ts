import { isCachedType } from '../graphql/node.ts';
import type { FieldPlan, Member, ObjectPlan, RenderRun, RowPart, RowPlan, Write } from './plan.ts';

/** Rows with fewer fields cost less to render than to look up. */
const MIN_LEAVES = 3;

/** Whether the text of these fields is worth caching: those of an object that the cluster cache holds. */
export function isRow({ type, facts, fields }: ObjectPlan): boolean {
  return isCachedType(type.name) && facts.leaves >= MIN_LEAVES && fields.some((field) => isCached(field));
}

function isCached({ facts, permission }: FieldPlan): boolean {
  return !facts.isDynamic || permission !== undefined;
}

/** @param members fields of the plan, in order */
export function rowPlanOf(plan: ObjectPlan, members: readonly Member[]): RowPlan {
  const permissions = plan.fields.flatMap(({ permission }) => permission ?? []);
  return {
    plan,
    parts: partsOf(members, ({ facts }) => facts.isDynamic),
    decided: permissions.length > 0 ? { permissions, parts: partsOf(members, (field) => !isCached(field)) } : undefined,
  };
}

function partsOf(members: readonly Member[], isDynamic: (field: FieldPlan) => boolean): readonly RowPart[] {
  const groups: Member[][] = [];
  let isJoined = false;
  for (const member of members) {
    const isStatic = !isDynamic(member.field);
    if (isStatic && isJoined) groups.at(-1)?.push(member);
    else groups.push([member]);
    isJoined = isStatic;
  }
  return groups.map((group, index) => ({
    isDynamic: group.some(({ field }) => isDynamic(field)),
    write: membersWriter(group, { isFirst: index === 0, isLast: index === groups.length - 1 }),
  }));
}

/** Returns a writer of members of a JSON object, with the braces at its ends. */
export function membersWriter(
  members: readonly Member[],
  { isFirst, isLast }: { readonly isFirst: boolean; readonly isLast: boolean },
): Write {
  const writes = members.map(({ field: { key }, writerAfter }, index) =>
    writerAfter(`${isFirst && index === 0 ? '{' : ','}${key}`),
  );
  const end = isLast ? '}' : '';
  return (source, run) => {
    for (let index = 0; index < writes.length; index += 1) writes[index]?.(source, run);
    run.text.write(end);
  };
}

/** Writes a row that is not cached. */
export function renderParts({ parts }: RowPlan, object: unknown, run: RenderRun): void {
  for (const { write } of parts) write(object, run);
}
