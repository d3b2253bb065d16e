/** Returns the first character of a name in upper case, also one outside of the basic plane, such as an emoji. */
export function initialOf(name: string): string {
  const [first = ''] = name;
  return first.toUpperCase();
}
