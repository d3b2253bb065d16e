import type { ImageSpec, OptionList, OptionName, OptionValue, WorkspaceKindSpec } from '../workspace-kind.ts';
import { invalidValue } from '../../simulator/causes.ts';
import type { Cause } from '../../simulator/status.ts';

/** Returns the errors of the image and pod options of a WorkspaceKind. */
export function validateOptions({ podTemplate }: WorkspaceKindSpec): Cause[] {
  const { imageConfig, podConfig } = podTemplate.options;
  const ports = new Set(podTemplate.ports.map(({ id }) => id));
  return [
    ...validateList('imageConfig', imageConfig),
    ...validateList('podConfig', podConfig),
    ...imageConfig.values.flatMap((value) => validatePorts(value, ports)),
  ];
}

/** Returns the field path of an option. */
export function valuePath(option: OptionName, id: string): string {
  return `spec.podTemplate.options.${option}.values[${id}]`;
}

function validateList(option: OptionName, { spawner, values }: OptionList): Cause[] {
  const byId = new Map(values.map((value) => [value.id, value]));
  const field = `spec.podTemplate.options.${option}.spawner.default`;
  const hasDefault = byId.has(spawner.default);
  return [
    ...(hasDefault ? [] : [invalidValue(field, spawner.default, `default ${option} "${spawner.default}" not found`)]),
    ...missingTargets(option, values, byId),
    ...cycles(option, values, byId),
  ];
}

function missingTargets(
  option: OptionName,
  values: OptionList['values'],
  byId: ReadonlyMap<string, OptionValue<object>>,
): Cause[] {
  return values.flatMap(({ id, redirect }) => {
    if (!redirect || byId.has(redirect.to)) return [];
    return [
      invalidValue(
        `${valuePath(option, id)}.redirect.to`,
        redirect.to,
        `target ${option} "${redirect.to}" does not exist`,
      ),
    ];
  });
}

/** Returns one error for each cycle of redirects, at its first option. */
function cycles(
  option: OptionName,
  values: OptionList['values'],
  byId: ReadonlyMap<string, OptionValue<object>>,
): Cause[] {
  const reported = new Set<string>();
  return values.flatMap(({ id, redirect }) => {
    const cycle = reported.has(id) ? undefined : cycleFrom(id, byId);
    if (!cycle || !redirect) return [];
    cycle.forEach((member) => reported.add(member));
    const why = `${option} redirect cycle detected: [${cycle.join(' ')}]`;
    return [invalidValue(`${valuePath(option, id)}.redirect.to`, redirect.to, why)];
  });
}

/** Returns the options of the cycle of redirects that begins with an option; undefined if there is none. */
function cycleFrom(start: string, byId: ReadonlyMap<string, OptionValue<object>>): readonly string[] | undefined {
  const path = [start];
  for (let next = byId.get(start)?.redirect?.to; next !== undefined; next = byId.get(next)?.redirect?.to) {
    if (next === start) return path;
    path.push(next);
    if (path.length > byId.size) return undefined;
  }
  return undefined;
}

function validatePorts({ id, spec }: OptionValue<ImageSpec>, known: ReadonlySet<string>): Cause[] {
  const numbers = new Set<number>();
  return spec.ports.flatMap((port) => {
    const field = `${valuePath('imageConfig', id)}.spec.ports[${port.id}]`;
    const isTaken = numbers.has(port.port);
    numbers.add(port.port);
    return [
      ...(isTaken ? [invalidValue(`${field}.port`, port.port, `port ${port.port} is defined more than once`)] : []),
      ...(known.has(port.id) ? [] : [invalidValue(`${field}.id`, port.id, 'missing from spec.podTemplate.ports')]),
    ];
  });
}
