import { describe, expect, it } from 'vitest';
import { createScratchDirectory } from '../../test/support/scratch-directory.ts';
import { inspectConfig, readConfig } from '../config.ts';

const KUBECONFIG = '/dev/null';

/** Returns the mistakes of an environment, and of a file if there is one. */
async function mistakesOf(env: Readonly<Record<string, string>>, file?: string): Promise<readonly string[]> {
  await using directory = await createScratchDirectory();
  const CONFIG_FILE = file === undefined ? '' : await directory.write('config.yaml', file);
  const { settings, config } = inspectConfig({ KUBECONFIG, CONFIG_FILE, ...env });
  const mistakes = settings.mistakes();
  expect(config === undefined).toBe(mistakes.length > 0);
  return mistakes.map((mistake) => mistake.replaceAll(directory.path, ''));
}

describe('settings', () => {
  it('reports all mistakes at once when several settings are not valid', async () => {
    const env = { PORT: 'x', LOG_LEVEL: 'loud', MAX_PAGE: '0', LISTEN_HOST: 'x86_64-conda-linux-gnu' };
    expect(await mistakesOf(env)).toEqual([
      'Expected LISTEN_HOST to be an IP address or localhost, got "x86_64-conda-linux-gnu".',
      'Expected PORT to be an integer from 0 to 65535, got "x".',
      'Expected LOG_LEVEL to be debug or info or warn or error or silent, got "loud".',
      'Expected MAX_PAGE to be an integer from 1 to 1000000, got "0".',
    ]);
    expect(() => readConfig({ KUBECONFIG, ...env })).toThrow(/^4 settings are not valid:\n- Expected LISTEN_HOST /u);
  });

  it('ignores HOST and the ports of Services when other programs set them', async () => {
    const env = { HOST: 'x86_64-conda-linux-gnu', PORT: 'tcp://10.0.0.1:80' };
    expect(await mistakesOf(env)).toEqual([]);
    expect(readConfig({ KUBECONFIG, ...env })).toMatchObject({ host: '127.0.0.1', port: 4_000 });
  });

  it.each([
    ['an object', 'MAX_PAGE: 7\nALLOWED_HEADERS: [X-A, x-b]\nENFORCE_FILTER_RULES: false\nCONNECT_BASE_URL: null\n'],
    ['JSON', '{ "MAX_PAGE": "7", "ALLOWED_HEADERS": "x-a,x-b", "ENFORCE_FILTER_RULES": "false" }'],
  ])('reads the settings that the environment does not set when the file is %s', async (_, text) => {
    await using directory = await createScratchDirectory();
    const CONFIG_FILE = await directory.write('config.yaml', text);
    const { settings, config } = inspectConfig({ KUBECONFIG, CONFIG_FILE, LOG_LEVEL: 'warn', PORT: '' });
    expect(config).toMatchObject({ maxPage: 7, allowedHeaders: ['x-a', 'x-b'], enforceFilterRules: false });
    expect(settings.effective()).toEqual(
      expect.arrayContaining([
        { name: 'MAX_PAGE', value: '7', source: 'file' },
        { name: 'LOG_LEVEL', value: 'warn', source: 'environment' },
        { name: 'PORT', value: '4000', source: 'default' },
      ]),
    );
    expect(readConfig({ KUBECONFIG, CONFIG_FILE, MAX_PAGE: '9' }).maxPage).toBe(9);
  });

  it('takes an empty USERID_PREFIX of the environment before that of the file', async () => {
    await using directory = await createScratchDirectory();
    const CONFIG_FILE = await directory.write('config.yaml', 'USERID_PREFIX: "x:"\n');
    const prefixWith = (env: Readonly<Record<string, string>>) =>
      readConfig({ KUBECONFIG, CONFIG_FILE, AUTH_MODE: 'header', ...env }).authentication;
    expect(prefixWith({})).toHaveProperty('userPrefix', 'x:');
    expect(prefixWith({ USERID_PREFIX: '' })).toHaveProperty('userPrefix', '');
  });

  it('removes the spaces around a URL', () => {
    const env = {
      CONNECT_BASE_URL: 'https://kubeflow.example.com ',
      OTEL_EXPORTER_OTLP_ENDPOINT: ' http://otel:4318/\n',
    };
    const read = { connectBaseUrl: 'https://kubeflow.example.com', otlpEndpoint: 'http://otel:4318' };
    expect(readConfig({ KUBECONFIG, ...env })).toMatchObject(read);
  });

  it('rejects an origin with a user and password without them', async () => {
    const message =
      'Expected ALLOWED_ORIGINS to be comma-separated origins such as https://dashboard.example.com, got "https://***@a.test".';
    expect(await mistakesOf({ ALLOWED_ORIGINS: 'https://me:zqsecretqz@a.test' })).toEqual([message]);
  });

  it('decodes percent-encoded headers for the receiver of traces', () => {
    const OTEL_EXPORTER_OTLP_HEADERS = 'Authorization=Basic%20dTpw, x-tenant = a';
    const { otlpHeaders } = readConfig({ KUBECONFIG, OTEL_EXPORTER_OTLP_HEADERS });
    expect(otlpHeaders).toEqual({ Authorization: 'Basic dTpw', 'x-tenant': 'a' });
  });

  it.each([
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318/?key=a' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://me:100%zz@otel:4318' },
    { OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=100%' },
  ])('rejects %j, which could not be sent', async (env) => {
    expect(await mistakesOf(env)).toHaveLength(1);
  });

  it.each([
    ['MAX_PAGES: 7', ['Expected the name of a setting in /config.yaml, got "MAX_PAGES". Did you mean MAX_PAGE?']],
    ['maxPage: 7', ['Expected the name of a setting in /config.yaml, got "maxPage". Did you mean MAX_PAGE?']],
    ['zzz: 7', ['Expected the name of a setting in /config.yaml, got "zzz". See docs/configuration.md.']],
    ['HOME: /root', ['Expected the name of a setting in /config.yaml, got "HOME". Set it in the environment.']],
    ['PORT: -1', ['Expected PORT to be an integer from 0 to 65535, got "-1". It is set in /config.yaml.']],
    ['PORT: { a: 1 }', ['Expected PORT in /config.yaml to be a text, a number, true, false or a list of these.']],
    ['[PORT]', ['Expected /config.yaml (CONFIG_FILE) to contain an object of settings, got another value.']],
    [
      'HTTPS_PROXY: "http://me:zqsecretqz@proxy\n',
      [expect.stringMatching(/^Expected CONFIG_FILE to name a readable file .* not YAML or JSON: (?!.*zqsecretqz)/u)],
    ],
  ])('rejects a file when it is %j', async (text, expected) => {
    expect(await mistakesOf({}, text)).toEqual(expected);
  });

  it('rejects the mistakes of the environment and of the file when both have some', async () => {
    expect(await mistakesOf({ PORT: 'x' }, 'MAX_PAGE: 0\nMAX_PAGES: 1\n')).toHaveLength(3);
    expect(await mistakesOf({ CONFIG_FILE: '/nonexistent' })).toEqual([
      expect.stringMatching(/^Expected CONFIG_FILE to name a readable file of settings, got \/nonexistent: .*ENOENT/u),
    ]);
  });

  it('knows the settings of the other modes when the file has them', async () => {
    expect(
      await mistakesOf({ AUTH_MODE: 'token' }, 'USERID_HEADER: x-user\nI_UNDERSTAND_EVERYONE_IS_ADMIN: true'),
    ).toEqual([]);
  });

  it.each([
    [{ USERID_HEADER: 'X-Groups', GROUPS_HEADER: 'x-groups' }, '"x-groups"'],
    [{ USERID_HEADER: 'Kubeflow-Groups' }, '"kubeflow-groups"'],
  ])('rejects one header for the user name and the groups, as %j', async (env, name) => {
    const expected = `Expected GROUPS_HEADER to be another header than USERID_HEADER, got ${name} for both.`;
    expect(await mistakesOf({ AUTH_MODE: 'header', ...env })).toEqual([expected]);
  });

  it.each([
    ['MAX_OPERATION_COSTS', '10', 'MAX_OPERATION_COST'],
    ['MAX_OPERATOIN_COST', '10', 'MAX_OPERATION_COST'],
    ['TRUSTED_PROXY_CIDR', '10.0.0.0/8', 'TRUSTED_PROXY_CIDRS'],
    ['AUTHMODE', 'token', 'AUTH_MODE'],
    ['logLevel', 'debug', 'LOG_LEVEL'],
    ['otel_exporter_otlp_endpoint', 'http://127.0.0.1:4318', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
  ])('warns when the variable %s=%s closely resembles a setting', (name, value, setting) => {
    const { settings, config } = inspectConfig({ KUBECONFIG, [name]: value });
    expect(settings.warnings()).toEqual([
      `Expected the name of a setting, got the variable "${name}", which has no effect. Did you mean ${setting}?`,
    ]);
    expect(config).toBeDefined();
  });

  it.each([
    ['it is empty', { MAX_OPERATION_COSTS: '' }],
    ['the setting is set', { LOGLEVEL: 'debug', LOG_LEVEL: 'warn' }],
    ['the gateway reads it', { https_proxy: 'http://127.0.0.1:1', no_proxy: '*', METRICS_HOST: '127.0.0.1' }],
    ['it is the lower-case form of a setting that is set', { HTTP_PROXY: 'http://127.0.0.1:1', http_proxy: 'x' }],
    ['it is the port of a Service', { METRIC_PORT: 'tcp://10.0.0.1:80', METRIC_PORT_80_TCP: 'tcp://10.0.0.1:80' }],
    ['it is one of Kubernetes', { KUBERNETES_SERVICE_PORT: '443', KUBERNETES_PORT: 'tcp://10.0.0.1:443' }],
    ['the setting has a short name', { SORT: 'x', HOME_: '/root' }],
    ['it is one of other programs', { ALL_PROXY: 'x', ftp_proxy: 'x', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', HOST: 'x' }],
  ])('does not warn about a variable when %s', (_, env) => {
    expect(inspectConfig({ KUBECONFIG, ...env }).settings.warnings()).toEqual([]);
  });

  it('adds the warnings to the mistakes when a required setting is misspelt', () => {
    const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1', AUTH_MODES: 'token' };
    expect(() => readConfig(env)).toThrow(
      /^Expected AUTH_MODE to be [^\n]+, got nothing\.\nExpected the name of a setting, got the variable "AUTH_MODES", .* AUTH_MODE\?$/u,
    );
  });
});
