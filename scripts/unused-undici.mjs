// Replaces undici in the bundled server. Code that uses it fails, instead of sending a request without the proxy or the credentials.
function fail() {
  throw new Error('Expected requests of node:http only. The bundle does not contain undici.');
}

export { fail as Agent, fail as fetch, fail as ProxyAgent };
