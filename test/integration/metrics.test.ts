import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { limitNames } from '../../src/graphql/exceeded-limit.ts';
import { labelsOf } from '../../src/observability/api-metrics.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { createScratchDirectory } from '../support/scratch-directory.ts';
import { startTestGateway, type SimulatedGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const ALERTS = path.join(ROOT, 'deploy/monitoring/alerts.yaml');
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
if (!hasPromtool) console.warn('The metrics and alerts are not checked by promtool: it is not installed.');

const objects = [namespace('team-a'), workspaceKind('jupyterlab'), workspace('nb-1', { state: 'Running' })];
const BOOKMARK_INTERVAL_MS = 200;
let gateway: SimulatedGateway;

beforeAll(async () => {
  gateway = await startTestGateway({ objects, metricsPort: 0, bookmarkIntervalMs: BOOKMARK_INTERVAL_MS });
});
afterAll(() => gateway[Symbol.asyncDispose]());

async function scrape(): Promise<string> {
  const response = await fetch(gateway.metricsUrl ?? '');
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return response.text();
}

/** Sends operations and requests with new names. */
async function send(from: number): Promise<void> {
  for (let index = from; index < from + 120; index += 1) {
    await gateway.query(`query Attack${index} { viewer { name } }`);
    await fetch(new URL(`/nothing-${index}`, gateway.url));
  }
}

/** Returns the value of a sample; 0 if there is none. */
function valueOf(text: string, sample: string): number {
  const line = text.split('\n').find((each) => each.startsWith(`${sample} `));
  return Number(line?.slice(sample.length + 1) ?? 0);
}

describe('the metrics', () => {
  it('counts operations by name, type and code, with their duration', async () => {
    const start = performance.now();
    await gateway.query('query Who { viewer { name } }');
    await gateway.query('query Broken { nothing }');
    await gateway.query('mutation { pauseWorkspace(input: { namespace: "team-a", name: "zzz" }) { warnings } }');
    const ok = 'workspaces_gateway_operations_total{operation="Who",type="query",code="OK"}';
    const broken = 'workspaces_gateway_operations_total{operation="other",type="query",code="BAD_REQUEST"}';
    const failed = 'workspaces_gateway_operations_total{operation="anonymous",type="mutation",code="NOT_FOUND"}';
    let text = '';
    await waitFor(async () => {
      text = await scrape();
      return [ok, broken, failed].every((sample) => valueOf(text, sample) === 1);
    }, 'the operations are counted');
    expect(text).toContain('operation_duration_seconds_bucket{operation="Who",type="query",le="+Inf"} 1');
    const seconds = valueOf(text, 'workspaces_gateway_operation_duration_seconds_sum{operation="Who",type="query"}');
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan((performance.now() - start) / 1000);
  });

  it('counts the limits that operations exceed, from 0, so that an increase shows the first refusals', async () => {
    const samples = (await scrape()).match(/^workspaces_gateway_limit_exceeded_total\{limit="\w+"\} 0$/gmu) ?? [];
    expect(samples).toHaveLength(limitNames.length);
    const fields = Array.from({ length: 201 }, (_, index) => `f${index}: __typename`).join(' ');
    await gateway.query(`{ ${fields} }`);
    const sample = 'workspaces_gateway_limit_exceeded_total{limit="MAX_OPERATION_ALIASES"}';
    await waitFor(async () => valueOf(await scrape(), sample) > 0, 'the limit is counted');
    expect(valueOf(await scrape(), sample)).toBe(1);
  });

  it('shows subscriptions, copies, watches, requests to the API server, decisions and the process', async () => {
    const events = gateway.subscribe('subscription Follow { namespaces { type } }');
    await events.next();
    const age = /cache_age_seconds\{resource="workspaces\.kubeflow\.org"\} \d/u;
    await waitFor(async () => age.test(await scrape()), 'the watch of workspaces has carried a bookmark');
    const text = await scrape();
    expect(valueOf(text, 'workspaces_gateway_subscriptions')).toBe(1);
    expect(valueOf(text, 'workspaces_gateway_shared_subscriptions')).toBe(1);
    expect(valueOf(text, 'workspaces_gateway_websockets')).toBe(1);
    expect(valueOf(text, 'workspaces_gateway_subscription_events_total')).toBeGreaterThan(0);
    expect(valueOf(text, 'workspaces_gateway_sent_bytes_total')).toBeGreaterThan(100);
    expect(valueOf(text, 'workspaces_gateway_cache_objects{resource="workspaces.kubeflow.org"}')).toBe(1);
    expect(valueOf(text, 'workspaces_gateway_cache_synced{resource="namespaces"}')).toBe(1);
    expect(valueOf(text, 'workspaces_gateway_lists_total{resource="namespaces",reason="start"}')).toBe(1);
    expect(text).toMatch(/watch_lag_seconds_bucket\{resource="namespaces",le="1"\} \d/u);
    expect(text).toMatch(/api_requests_total\{verb="watch",resource="workspaces",code="200"\} \d/u);
    expect(text).toMatch(/access_decisions_total \d/u);
    expect(valueOf(text, 'workspaces_gateway_ready')).toBe(1);
    expect(text).toMatch(/nodejs_eventloop_lag_p99_seconds \d/u);
    expect(text).toMatch(/nodejs_heap_size_used_bytes \d/u);
    await events.return();
  });

  it('has the age of the copy of Events, whose watch carries no bookmarks, only while that is interrupted', async () => {
    const options = { objects, metricsPort: 0, bookmarkIntervalMs: BOOKMARK_INTERVAL_MS };
    await using other = await startTestGateway(options);
    const resourcesWithAge = async () =>
      Array.from((await other.metrics()).matchAll(/_cache_age_seconds\{resource="([^"]+)"\}/gu), ([, name]) => name);
    const events = other.subscribe('subscription { events(namespace: "team-a") { type } }');
    await events.next();
    await waitFor(async () => (await resourcesWithAge()).includes('namespaces'), 'a watch has carried a bookmark');
    expect(await resourcesWithAge()).not.toContain('events');
    await other.cluster.faults.stop();
    await waitFor(async () => (await resourcesWithAge()).includes('events'), 'the watch of Events is interrupted');
    await events.return();
  });

  it('shows the bytes of a large request until its client has left', async () => {
    const sample = 'workspaces_gateway_bytes_in_flight';
    const headers = { 'content-type': 'application/json', 'content-length': 200_000 };
    const sent = request(gateway.url, { method: 'POST', headers });
    sent.on('error', () => undefined); // it is not completed
    sent.write('{');
    await waitFor(async () => valueOf(await scrape(), sample) === 400_000, 'the body is counted as bytes and as text');
    sent.destroy();
    await waitFor(async () => valueOf(await scrape(), sample) === 0, 'nothing is counted any more');
    expect(await scrape()).toContain(`${sample} 0`);
  });

  it('returns a bounded number of samples when a client chooses new names and values', async () => {
    await send(0);
    await waitFor(async () => valueOf(await scrape(), other) > 0, 'further names are counted together');
    const before = (await scrape()).split('\n').length;
    await send(1_000);
    const text = await scrape();
    expect(text.split('\n').length - before).toBeLessThan(50); // of other metrics, such as those of garbage collections
    expect(text).not.toContain('Attack1100');
    expect(new Set(text.match(/operation="Attack\d+"/gu)).size).toBeLessThanOrEqual(100);
  });
  const other = 'workspaces_gateway_operations_total{operation="other",type="query",code="OK"}';

  it('serves metrics at /metrics for GET only, and not on the port of the API', async () => {
    const url = gateway.metricsUrl ?? '';
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    expect((await fetch(new URL('/graphql', url))).status).toBe(404);
    expect((await fetch(new URL('/metrics', gateway.url))).status).toBe(404);
  });

  it.skipIf(!hasPromtool)('follows the conventions of Prometheus', async () => {
    const { stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: await scrape(),
      encoding: 'utf8',
    });
    expect([stdout, ownProblems(stderr)]).toEqual(['', []]);
  });
});

/** The names of the metrics of Node are those of prom-client. */
function ownProblems(output: string): readonly string[] {
  return output.split('\n').filter((line) => line !== '' && !/^(?:nodejs|process)_/u.test(line));
}

/** Returns the series of a resource that is listed six times a minute for an hour. */
function listsOf(resource: string, reason: string) {
  return { series: `workspaces_gateway_lists_total{resource="${resource}",reason="${reason}"}`, values: '0+6x60' };
}

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}

describe('the alerts and the dashboard', () => {
  const { groups } = parse(readFileSync(ALERTS, 'utf8')) as Rules;
  const rules = groups.flatMap((group) => group.rules);

  it('finds a section in docs/monitoring.md for each alert, and no other', () => {
    const page = readFileSync(path.join(ROOT, 'docs/monitoring.md'), 'utf8');
    const headings = Array.from(page.matchAll(/^### (WorkspacesGateway\w+)$/gmu), ([, name]) => name);
    expect(headings).toEqual(rules.map(({ alert }) => alert));
    expect(headings.length).toBeGreaterThan(5);
  });

  it('uses only metrics that the gateway has in the alerts and the dashboard', async () => {
    const dashboard = readFileSync(path.join(ROOT, 'deploy/monitoring/dashboard.json'), 'utf8');
    const text = `${dashboard}\n${rules.map(({ expr }) => expr).join('\n')}`;
    const used = new Set(text.match(/\b(?:workspaces_gateway|nodejs|process)_\w+/gu));
    const scraped = await scrape();
    const families = new Set(Array.from(scraped.matchAll(/^# TYPE (\S+)/gmu), ([, name = '']) => name));
    const missing = [...used].filter((name) => !families.has(name) && !families.has(name.replace(/_bucket$/u, '')));
    expect(missing).toEqual([]);
    expect(used.size).toBeGreaterThan(20);
  });

  it.skipIf(!hasPromtool)('does not fire for the lists of a kind that is served without watch', async () => {
    await using directory = await createScratchDirectory();
    const fired = {
      exp_labels: { severity: 'warning', resource: 'pods' },
      exp_annotations: {
        summary: 'pods is listed again and again.',
        runbook: 'docs/monitoring.md#workspacesgatewayrelists',
      },
    };
    const test = {
      interval: '1m',
      input_series: [listsOf('jobs.batch.volcano.sh', 'poll'), listsOf('pods', 'expired'), listsOf('nodes', 'start')],
      alert_rule_test: [{ eval_time: '1h', alertname: 'WorkspacesGatewayRelists', exp_alerts: [fired] }],
    };
    const file = await directory.write('test.yaml', JSON.stringify({ rule_files: [ALERTS], tests: [test] }));
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
    expect([status, `${stdout}${stderr}`]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });

  it.skipIf(!hasPromtool)('passes promtool with the alerts and the dashboard', () => {
    const output = execFileSync('promtool', ['check', 'rules', ALERTS], { encoding: 'utf8' });
    expect(output).toContain(`SUCCESS: ${rules.length} rules found`);
  });
});

describe('the labels of requests to the API server', () => {
  it.each([
    ['GET', '/apis/kubeflow.org/v1beta1/workspaces?limit=500', 'list', 'workspaces'],
    ['GET', '/apis/kubeflow.org/v1beta1/workspaces?watch=true', 'watch', 'workspaces'],
    ['GET', '/apis/kubeflow.org/v1beta1/workspaces?labelSelector=a%3Dwatch%3Dtrue', 'list', 'workspaces'],
    ['PATCH', '/apis/kubeflow.org/v1beta1/namespaces/a/workspaces/b/status', 'patch', 'workspaces/status'],
    ['GET', '/api/v1/namespaces/a/pods/b/log?follow=true', 'get', 'pods/log'],
    ['GET', '/api/v1/namespaces/a', 'get', 'namespaces'],
    ['DELETE', '/api/v1/namespaces/a/secrets/b', 'delete', 'secrets'],
    ['DELETE', '/apis/kubeflow.org/v1beta1/namespaces/a/workspaces', 'deletecollection', 'workspaces'],
    ['POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', 'create', 'subjectaccessreviews'],
    ['GET', '/apis/kubeflow.org/v1beta1', 'get', 'discovery'],
    ['GET', '/version', 'get', 'discovery'],
  ])('labels the request %s %s with %s %s', (method, target, verb, resource) => {
    expect(labelsOf(method, target)).toEqual({ verb, resource });
  });
});
