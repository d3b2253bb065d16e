/** A user of the demo, as whom visitors of its pages can act. */
export interface Person {
  readonly name: string;
  /** Description of the permissions. */
  readonly role: string;
  readonly token: string;
}
