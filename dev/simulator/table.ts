import type { ApiObject } from './api-object.ts';
import type { JsonObject } from './json.ts';
import type { Column, ServedResource } from './served-resource.ts';

/** Part of the object in each row of a Table. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

interface TableOptions {
  readonly includeObject: IncludeObject;
  readonly metadata: JsonObject;
}

const NAME_COLUMN = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name must be unique within a namespace.',
  priority: 0,
};

/** Returns a Table with the name and the printer columns of the resource, as `kubectl get` prints it. */
export function tableOf(objects: readonly ApiObject[], resource: ServedResource, options: TableOptions): JsonObject {
  const nowMs = Date.now();
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: options.metadata,
    columnDefinitions: [NAME_COLUMN, ...resource.columns.map(defineColumn)],
    rows: objects.map((object) => ({
      cells: [object.metadata.name, ...resource.columns.map((column) => cellOf(object, column, nowMs))],
      object: rowObject(object, options.includeObject),
    })),
  };
}

function defineColumn({ name, type, format = '', description = '', priority }: Column): JsonObject {
  return { name, type, format, description, priority };
}

function cellOf(object: ApiObject, column: Column, nowMs: number): unknown {
  const value = column.cell(object);
  switch (column.type) {
    case 'date':
      return humanDuration(value, nowMs);
    case 'integer':
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'string':
      return textOf(value);
    default:
      throw new TypeError(`Unknown column type ${JSON.stringify(column.type satisfies never)}`);
  }
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function rowObject(object: ApiObject, includeObject: IncludeObject): unknown {
  switch (includeObject) {
    case 'None':
      return null;
    case 'Metadata':
      return metadataOnly(object);
    case 'Object':
      return object;
    default:
      throw new TypeError(`Unknown includeObject ${JSON.stringify(includeObject satisfies never)}`);
  }
}

/** Returns the PartialObjectMetadata of an object. */
export function metadataOnly({ metadata }: ApiObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

interface Unit {
  readonly name: string;
  readonly seconds: number;
}

const SECONDS: Unit = { name: 's', seconds: 1 };
const MINUTES: Unit = { name: 'm', seconds: MINUTE };
const HOURS: Unit = { name: 'h', seconds: HOUR };
const DAYS: Unit = { name: 'd', seconds: DAY };
const YEARS: Unit = { name: 'y', seconds: 365 * DAY };

/** Formats the time since an RFC 3339 time like `duration.HumanDuration`: `42s`, `5m12s`, `3h`, `2d4h`. */
function humanDuration(time: unknown, nowMs: number): string {
  if (typeof time !== 'string' || Number.isNaN(Date.parse(time))) return '<unknown>';
  const seconds = Math.max(0, Math.floor((nowMs - Date.parse(time)) / 1000));
  if (seconds < 2 * MINUTE) return `${seconds}s`;
  if (seconds < 10 * MINUTE) return inUnits(seconds, MINUTES, SECONDS);
  if (seconds < 3 * HOUR) return `${Math.floor(seconds / MINUTE)}m`;
  if (seconds < 8 * HOUR) return inUnits(seconds, HOURS, MINUTES);
  if (seconds < 2 * DAY) return `${Math.floor(seconds / HOUR)}h`;
  if (seconds < 8 * DAY) return inUnits(seconds, DAYS, HOURS);
  if (seconds < 2 * 365 * DAY) return `${Math.floor(seconds / DAY)}d`;
  return inUnits(seconds, YEARS, DAYS);
}

function inUnits(seconds: number, large: Unit, small: Unit): string {
  const rest = Math.floor((seconds % large.seconds) / small.seconds);
  return `${Math.floor(seconds / large.seconds)}${large.name}${rest > 0 ? `${rest}${small.name}` : ''}`;
}
