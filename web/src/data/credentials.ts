import { signal } from '@preact/signals';
import { settings, type Person } from '../settings.ts';
import { storage } from './storage.ts';

/** Identity with which the page sends requests. Without a token, the gateway determines it. */
export interface Credentials {
  readonly person?: Person;
  readonly token?: string;
}

const STORAGE_KEY = 'person';

/** The credentials of this window. A typed token is stored only here: it is lost when the page is left or loaded again. */
export const credentials = signal<Credentials>(initial());

/** Acts as another person of the demo in this window, also after the page is loaded again. */
export function actAs(person: Person): void {
  storage('sessionStorage')?.setItem(STORAGE_KEY, person.name);
  credentials.value = withPerson(person);
}

export function useToken(token: string): void {
  credentials.value = token === '' ? {} : { token };
}

/** Whether the page has nothing to authenticate with. */
export function needsToken({ token }: Credentials): boolean {
  return settings.authentication === 'token' && token === undefined;
}

function initial(): Credentials {
  const { people } = settings;
  const last = storage('sessionStorage')?.getItem(STORAGE_KEY);
  const person = people.find(({ name }) => name === last) ?? people[0];
  return person ? withPerson(person) : {};
}

function withPerson(person: Person): Credentials {
  return { person, token: person.token };
}
