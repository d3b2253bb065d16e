import { parse, stringify } from 'yaml';
import { anyObject } from '../../kubernetes/form.ts';
import { hidden, type OnSecret } from './placeholder.ts';

/** Parameters that a template is likely to have declared as passwords: only the template knows. */
const SECRET_NAME = /pass|pwd|secret|token|key|credential|auth|cert|private/iu;
const LONGEST_READ = 65_536;

/**
 * The YAML text of parameters, with the values hidden whose names sound like secrets, and then without comments. A text
 * that is no map of parameters is hidden as a whole.
 */
export function maskParameters(text: string, onSecret: OnSecret): unknown {
  const parameters = parametersIn(text);
  if (parameters === null) return text;
  if (!anyObject.is(parameters)) return hidden(text, onSecret);
  const shown = maskValues(parameters, onSecret);
  return JSON.stringify(shown) === JSON.stringify(parameters) && !text.includes('#') ? text : stringify(shown);
}

/** Undefined for what cannot be read. */
function parametersIn(text: string): unknown {
  if (text.length > LONGEST_READ) return undefined;
  try {
    return parse(text);
  } catch {
    return undefined; // the caller hides it
  }
}

function maskValues(value: unknown, onSecret: OnSecret): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => maskValues(item, onSecret));
  if (!anyObject.is(value)) return value;
  const entries = Object.entries(value).map(([name, entry]) => [
    name,
    SECRET_NAME.test(name) || name === 'value' ? hidden(entry, onSecret) : maskValues(entry, onSecret),
  ]);
  return Object.fromEntries(entries) as unknown;
}
