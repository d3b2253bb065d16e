import type { Request } from './requests.ts';

/** The same request about an object that does not exist. */
export interface CounterpartRequest {
  readonly text: string;
  /** Returns a response to the counterpart with the names of the original request. */
  readonly inTerms: (answer: string) => string;
}

/** Returns no counterpart if permissions mention the object or the user may write it: then responses may differ. */
export function counterpartsOf(request: Request, canary: () => string): readonly CounterpartRequest[] {
  const { object, isHidden, touches, isSpokenOf, target } = request;
  if (!isHidden || touches || isSpokenOf) return [];
  const { name } = object.metadata;
  if (!request.text.includes(name) && !request.text.includes(target.id)) return [];
  const another = name.replace(/zq\d{5}q/u, canary());
  if (another === name) return [];
  const renamed = new Map([[name, another]]);
  const id = Buffer.from(target.id, 'base64url').toString();
  const anotherId = Buffer.from(id.replaceAll(name, another)).toString('base64url');
  renamed.set(target.id, anotherId);
  return [
    {
      text: replaced(request.text, renamed),
      inTerms: (answer) => replaced(answer, new Map([...renamed].map(([from, to]) => [to, from]))),
    },
  ];
}

function replaced(text: string, words: ReadonlyMap<string, string>): string {
  let result = text;
  for (const [from, to] of words) result = result.replaceAll(from, to);
  return result;
}
