import { bytesText, GPU, numberText } from '../../data/resources.ts';

interface Amount {
  readonly resource: string;
  /** In base units: cores, bytes or a number. */
  readonly value: number;
}

/** A resource with a column of its own. */
export interface ResourceColumn {
  readonly title: string;
  /** Returns the amount in base units, 0 without one. */
  readonly of: (amounts: readonly Amount[]) => number;
  readonly text: (value: number) => string;
}

function column(title: string, resource: RegExp, text = numberText): ResourceColumn {
  const of = (amounts: readonly Amount[]) =>
    amounts.reduce((sum, amount) => (resource.test(amount.resource) ? sum + amount.value : sum), 0);
  return { title, of, text };
}

/** GPUs of all vendors, such as `nvidia.com/gpu` and `amd.com/gpu`, are added. */
export const gpuColumn = column('GPUs', GPU);

export const columns: readonly ResourceColumn[] = [
  column('CPU', /^cpu$/u),
  column('Memory', /^memory$/u, bytesText),
  gpuColumn,
];

/** Returns the text of amounts of a resource, or of a limit such as `requests.memory`. */
export function textOf(resource: string): (value: number) => string {
  return /memory|storage/u.test(resource) ? bytesText : numberText;
}
