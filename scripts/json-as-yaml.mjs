// Replaces js-yaml in the bundled server. The client library reads kubeconfigs with it, which the gateway gives to it as JSON; its other
// functions are not called.
export const load = JSON.parse;

function fail() {
  throw new Error('Expected JSON only. The bundle does not contain js-yaml.');
}

export { fail as dump, fail as loadAll };
