/** Settings that the gateway writes into the page. */
export interface Settings {
  readonly authentication: 'header' | 'token' | 'kubeconfig';
  /** Origin and path before the paths of connect links. Empty if the page's own host serves them. */
  readonly connectBaseUrl: string;
  /** People of the demo. Empty on a real cluster. */
  readonly people: readonly Person[];
}

export interface Person {
  readonly name: string;
  readonly role: string;
  readonly token: string;
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the gateway that serves this script writes them
export const settings = JSON.parse(document.querySelector('#settings')?.textContent ?? '{}') as Settings;
