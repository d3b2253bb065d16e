import { formatQuantity, numberOf, parseQuantity, type Quantity } from '../kubernetes/quantity.ts';
import { builder } from './builder.ts';

/** Amount of a resource. */
export interface ResourceAmount {
  readonly resource: string;
  readonly quantity: string;
  readonly value: number;
}

/** Returns the amount of a resource. Null if there is no quantity, or if it is malformed. */
export function amountOf(resource: string, quantity = ''): ResourceAmount | null {
  const value = parseQuantity(quantity);
  return value === undefined ? null : { resource, quantity, value };
}

/** Returns the amounts of a map of quantities, sorted by resource, without malformed ones. */
export function amountsOf(quantities: Readonly<Record<string, string>> | undefined): ResourceAmount[] {
  const amounts = Object.entries(quantities ?? {}).map(([resource, quantity]) => amountOf(resource, quantity));
  return amounts.filter((amount) => amount !== null).sort(byResource);
}

/** Returns exact amounts by resource, sorted by resource. */
export function exactAmountsOf(amounts: ReadonlyMap<string, Quantity>): ResourceAmount[] {
  return [...amounts]
    .map(([resource, amount]) => ({ resource, quantity: formatQuantity(amount), value: numberOf(amount) }))
    .sort(byResource);
}

function byResource(a: ResourceAmount, b: ResourceAmount): number {
  return a.resource < b.resource ? -1 : 1;
}

export const ResourceAmountType = builder.objectRef<ResourceAmount>('ResourceAmount').implement({
  description: 'Amount of cpu (cores), memory or storage (bytes), or of a counted resource such as `nvidia.com/gpu`.',
  fields: (t) => ({
    resource: t.exposeString('resource', { description: 'Name of the resource, e.g. `cpu` or `memory`.' }),
    quantity: t.exposeString('quantity', {
      description: 'The amount as Kubernetes writes it (`resource.Quantity`), e.g. `500m` or `2Gi`.',
    }),
    value: t.exposeFloat('value', {
      description: 'The amount in base units: cores, bytes or a number. It has the precision of a double.',
    }),
  }),
});
