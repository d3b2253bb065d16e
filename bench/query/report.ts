import type { Goal, QueryCase } from './cases.ts';
import type { Costs } from './measure.ts';

interface Row {
  readonly name: string;
  readonly bare?: string;
  readonly gateway: string;
  readonly ratio?: string;
  readonly reference?: string;
  readonly goal: string;
  readonly met: boolean | undefined;
}

/** Most CPU time of the gateway, relative to that of the reference implementation. */
const MAX_LOSS = 1.2;

/** Returns whether the gateway is slower than the reference implementation. */
export function isLoss({ gateway, reference }: Costs): boolean {
  return reference !== undefined && gateway > MAX_LOSS * reference;
}

/** The figures of a run, next to their goals. */
export class Report {
  readonly #rows: Row[] = [];
  /** Cases in which the gateway is slower than the reference implementation. */
  readonly losses: string[] = [];

  /** Whether nothing was measured. */
  get isEmpty(): boolean {
    return this.#rows.length === 0;
  }

  add({ name, goals }: QueryCase, costs: Costs): void {
    const { gateway, bare, reference } = costs;
    if (isLoss(costs)) this.losses.push(`${name}: ${gateway.toFixed(3)} ms, reference ${reference?.toFixed(3)} ms`);
    this.#add({
      name,
      bare: ms(bare),
      gateway: ms(gateway),
      ratio: (bare / gateway).toFixed(2),
      ...(reference !== undefined && { reference: ms(reference) }),
      goal: goals.map(textOf).join(', '),
      met: goals.every((goal) => ('ratio' in goal ? bare / gateway >= goal.ratio : gateway <= goal.ms)),
    });
  }

  /** @param most the goal. Undefined if the figure is for information. */
  addFigure(
    name: string,
    value: number,
    { most, unit }: { readonly most?: number | undefined; readonly unit: string },
  ): void {
    const digits = value < 10 ? 2 : 0;
    this.#add({
      name,
      gateway: `${value.toFixed(digits)} ${unit}`,
      goal: most === undefined ? '' : `<= ${most.toFixed(most < 10 ? 1 : 0)} ${unit}`,
      met: most === undefined ? undefined : value <= most,
    });
  }

  print(): void {
    const lines = this.#rows.map(cellsOf);
    const header = ['case', 'bare ms', 'gateway ms', 'ratio', 'reference ms', 'goal', ''];
    const widths = header.map((title, column) =>
      Math.max(title.length, ...lines.map((cells) => cells[column]?.length ?? 0)),
    );
    for (const cells of [header, ...lines])
      console.log(
        cells.map((cell, column) => cell[column === 0 ? 'padEnd' : 'padStart'](widths[column] ?? 0)).join('  '),
      );
    for (const loss of this.losses) console.log(`LOSS  ${loss}`);
  }

  /** Prints the name at once, because a run takes minutes. */
  #add(row: Row): void {
    this.#rows.push(row);
    if (process.stderr.isTTY) process.stderr.write(`${row.name}: ${row.gateway}\n`);
  }
}

function cellsOf({ name, bare = '', gateway, ratio = '', reference = '', goal, met }: Row): string[] {
  return [name, bare, gateway, ratio, reference, goal, met === undefined ? '' : met ? 'met' : 'MISSED'];
}

function ms(value: number): string {
  return value.toFixed(3);
}

function textOf(goal: Goal): string {
  return 'ratio' in goal ? `>= ${goal.ratio}` : `<= ${goal.ms} ms`;
}
