import { isEqualJson, isJsonObject } from './json.ts';

/**
 * A subset of the Common Expression Language (https://cel.dev), enough for the rules of the definitions that the tests
 * and the demo use: `self` and `oldSelf`, fields, literals, `has()`, `size()`, `!`, `-`, `+`, comparisons, `in`, `&&`,
 * `||` and `? :`. Our own because libraries for all of CEL know neither the API server's types nor its error texts.
 */
export interface CelExpression {
  /** Rules that read `oldSelf` apply to updates only. */
  readonly usesOldSelf: boolean;
  /** @throws {CelError} if a field is absent or a value has the wrong type */
  readonly evaluate: (variables: CelVariables) => unknown;
}

interface CelVariables {
  readonly self: unknown;
  readonly oldSelf?: unknown;
}

/** A failed evaluation; its message is the API server's. */
export class CelError extends Error {
  override readonly name = 'CelError';
}

/** Returns undefined if the expression is outside the subset. */
export function parseCel(source: string): CelExpression | undefined {
  const tokens = tokenize(source);
  if (!tokens) return undefined;
  const parser = new Parser(tokens);
  try {
    return { evaluate: parser.parse(), usesOldSelf: tokens.includes('oldSelf') };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

type Evaluate = (variables: CelVariables) => unknown;
type Binary = (left: unknown, right: unknown) => unknown;

const TOKEN =
  /\s*(?<token>\d+(?:\.\d+)?|[A-Za-z_]\w*|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|&&|\|\||[=!<>]=|[-+!<>?:.,()[\]])/uy;

function tokenize(source: string): readonly string[] | undefined {
  const text = source.trim();
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const token = TOKEN.exec(text)?.groups?.['token'];
    if (token === undefined) return undefined;
    tokens.push(token);
  }
  return tokens;
}

/** Operators from the weakest to the strongest binding. Logical operators are apart, because they accept errors. */
const BINARY_LEVELS: readonly Readonly<Record<string, Binary>>[] = [
  {
    '==': isEqualJson,
    '!=': (left, right) => !isEqualJson(left, right),
    '<': (left, right) => compare(left, right) < 0,
    '<=': (left, right) => compare(left, right) <= 0,
    '>': (left, right) => compare(left, right) > 0,
    '>=': (left, right) => compare(left, right) >= 0,
    in: isIn,
  },
  { '+': add, '-': (left, right) => numberOf(left) - numberOf(right) },
];

const CONSTANTS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** A recursive-descent parser: each method consumes the tokens of one rule of the grammar. */
class Parser {
  readonly #tokens: readonly string[];
  #position = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  parse(): Evaluate {
    const expression = this.#conditional();
    if (this.#position < this.#tokens.length) throw this.#unexpected();
    return expression;
  }

  #conditional(): Evaluate {
    const condition = this.#or();
    if (!this.#accept('?')) return condition;
    const whenTrue = this.#or();
    this.#expect(':');
    const whenFalse = this.#conditional();
    return (variables) => (booleanOf(condition(variables)) ? whenTrue(variables) : whenFalse(variables));
  }

  #or(): Evaluate {
    const operands = [this.#and()];
    while (this.#accept('||')) operands.push(this.#and());
    return anyIs(true, operands);
  }

  #and(): Evaluate {
    const operands = [this.#binary(0)];
    while (this.#accept('&&')) operands.push(this.#binary(0));
    return anyIs(false, operands);
  }

  #binary(level: number): Evaluate {
    const operators = BINARY_LEVELS[level];
    if (!operators) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = operators[this.#tokens[this.#position] ?? ''];
      if (!operator) return left;
      this.#position += 1;
      const [first, second] = [left, this.#binary(level + 1)];
      left = (variables) => operator(first(variables), second(variables));
    }
  }

  #unary(): Evaluate {
    if (this.#accept('!')) {
      const operand = this.#unary();
      return (variables) => !booleanOf(operand(variables));
    }
    if (!this.#accept('-')) return this.#member();
    const operand = this.#unary();
    return (variables) => -numberOf(operand(variables));
  }

  #member(): Evaluate {
    let value = this.#primary();
    while (this.#accept('.')) {
      const object = value;
      const field = this.#identifier();
      if (this.#accept('(')) {
        if (field !== 'size') throw this.#unexpected();
        this.#expect(')');
        value = (variables) => sizeOf(object(variables));
      } else value = (variables) => fieldOf(object(variables), field);
    }
    return value;
  }

  #primary(): Evaluate {
    const token = this.#next();
    const constant = constantOf(token);
    if (constant) return () => constant.value;
    switch (token) {
      case '(':
        return this.#closed(this.#conditional(), ')');
      case '[':
        return this.#list();
      case 'has':
        return this.#has();
      case 'size': {
        this.#expect('(');
        const operand = this.#closed(this.#conditional(), ')');
        return (variables) => sizeOf(operand(variables));
      }
      case 'self':
        return ({ self }) => self;
      case 'oldSelf':
        return ({ oldSelf }) => oldSelf;
      default:
        throw this.#unexpected();
    }
  }

  #has(): Evaluate {
    this.#expect('(');
    const path = [this.#next()];
    while (this.#accept('.')) path.push(this.#identifier());
    this.#expect(')');
    const [root, ...fields] = path;
    const last = fields.pop();
    if ((root !== 'self' && root !== 'oldSelf') || last === undefined) throw this.#unexpected();
    return (variables) => {
      const object = fields.reduce(fieldOf, variables[root]);
      return isJsonObject(object) && object[last] !== undefined;
    };
  }

  #list(): Evaluate {
    if (this.#accept(']')) return () => [];
    const items = [this.#conditional()];
    while (this.#accept(',')) items.push(this.#conditional());
    this.#expect(']');
    return (variables) => items.map((item) => item(variables));
  }

  #closed(expression: Evaluate, end: string): Evaluate {
    this.#expect(end);
    return expression;
  }

  #identifier(): string {
    const token = this.#next();
    if (/^[A-Za-z_]\w*$/u.test(token)) return token;
    throw this.#unexpected();
  }

  #next(): string {
    const token = this.#tokens[this.#position];
    if (token === undefined) throw this.#unexpected();
    this.#position += 1;
    return token;
  }

  #accept(token: string): boolean {
    if (this.#tokens[this.#position] !== token) return false;
    this.#position += 1;
    return true;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) throw this.#unexpected();
  }

  #unexpected(): SyntaxError {
    return new SyntaxError(`Unexpected ${this.#tokens[this.#position] ?? 'end'} at token ${this.#position}`);
  }
}

/** `||` and `&&`: the deciding value of one operand overrides the error of another, in either order. */
function anyIs(deciding: boolean, operands: readonly Evaluate[]): Evaluate {
  const [only] = operands;
  if (only && operands.length === 1) return only;
  return (variables) => {
    let failure: CelError | undefined;
    for (const operand of operands) {
      try {
        if (booleanOf(operand(variables)) === deciding) return deciding;
      } catch (error) {
        if (!(error instanceof CelError)) throw error;
        failure ??= error;
      }
    }
    if (failure) throw failure;
    return !deciding;
  };
}

function constantOf(token: string): { readonly value: unknown } | undefined {
  if (/^\d/u.test(token)) return { value: Number(token) };
  if (/^['"]/u.test(token)) return { value: token.slice(1, -1).replaceAll(/\\(.)/gu, '$1') };
  return CONSTANTS.has(token) ? { value: CONSTANTS.get(token) } : undefined;
}

function fieldOf(object: unknown, field: string): unknown {
  const value = isJsonObject(object) ? object[field] : undefined;
  if (value === undefined) throw new CelError(`no such key: ${field}`);
  return value;
}

function booleanOf(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new CelError('no such overload');
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  throw new CelError('no such overload');
}

function add(left: unknown, right: unknown): unknown {
  if (typeof left === 'string' && typeof right === 'string') return left + right;
  if (Array.isArray(left) && Array.isArray(right)) return [...left, ...right];
  return numberOf(left) + numberOf(right);
}

function compare(left: unknown, right: unknown): number {
  if (typeof left !== 'string' || typeof right !== 'string') return numberOf(left) - numberOf(right);
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function isIn(value: unknown, container: unknown): boolean {
  if (Array.isArray(container)) return container.some((item) => isEqualJson(item, value));
  if (isJsonObject(container) && typeof value === 'string') return Object.hasOwn(container, value);
  throw new CelError('no such overload');
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return [...value].length;
  if (Array.isArray(value)) return value.length;
  if (isJsonObject(value)) return Object.keys(value).length;
  throw new CelError('no such overload');
}
