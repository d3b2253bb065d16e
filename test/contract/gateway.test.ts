import { beforeAll, describe } from 'vitest';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { describeOnClusters } from './clusters.ts';
import { configurationCheck } from './gateway/configuration-check.ts';
import { lifecycle } from './gateway/lifecycle.ts';
import { limitRanges } from './gateway/limit-ranges.ts';
import { pausing } from './gateway/pausing.ts';
import { queries } from './gateway/queries.ts';
import { reads } from './gateway/reads.ts';
import { recovery } from './gateway/recovery.ts';
import { permissions } from './gateway/permissions.ts';
import { schemaChanges } from './gateway/schema-changes.ts';
import { restarts } from './gateway/restarts.ts';
import { subscriptions } from './gateway/subscriptions.ts';
import { waits } from './gateway/waits.ts';
import { webhooks } from './gateway/webhooks.ts';

describeOnClusters('the gateway', (cluster) => {
  beforeAll(async () => {
    for (const definition of [workspaceCrd, workspaceKindCrd]) await cluster().api.define(definition);
  });

  describe('queries', () => {
    queries(cluster);
  });
  describe('reads of events, pods and resources', () => {
    reads(cluster);
  });
  describe('limit ranges', () => {
    limitRanges(cluster);
  });
  describe('pausing and starting', () => {
    pausing(cluster);
  });
  describe('waits for a state', () => {
    waits(cluster);
  });
  describe('restarts', () => {
    restarts(cluster);
  });
  describe('the lifecycle of a workspace', () => {
    lifecycle(cluster);
  });
  describe('webhooks', () => {
    webhooks(cluster);
  });
  describe('subscriptions', () => {
    subscriptions(cluster);
  });
  describe('changes of the definitions', () => {
    schemaChanges(cluster);
  });
  describe('permissions', () => {
    permissions(cluster);
  });
  describe('--check', () => {
    configurationCheck(cluster);
  });
  describe('recovery', () => {
    recovery(cluster);
  });
});
