import { beforeAll, describe } from 'vitest';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { WIDGET_DEFINITION } from '../../dev/simulator/test-simulator.ts';
import { builtInKinds } from './api/built-in-kinds.ts';
import { deletions } from './api/deletions.ts';
import { discovery } from './api/discovery.ts';
import { expiry } from './api/expiry.ts';
import { fieldValidation } from './api/field-validation.ts';
import { GADGET_DEFINITION } from './api/gadget.ts';
import { kubectl } from './api/kubectl.ts';
import { lists } from './api/lists.ts';
import { patches } from './api/patches.ts';
import { paths } from './api/paths.ts';
import { quantities } from './api/quantities.ts';
import { reads } from './api/reads.ts';
import { rules } from './api/rules.ts';
import { schemas } from './api/schemas.ts';
import { streamingLists } from './api/streaming-lists.ts';
import { watches } from './api/watches.ts';
import { writes } from './api/writes.ts';
import { describeOnClusters } from './clusters.ts';

describeOnClusters('an API server', (cluster) => {
  beforeAll(async () => {
    for (const definition of [workspaceCrd, workspaceKindCrd, WIDGET_DEFINITION, GADGET_DEFINITION])
      await cluster().api.define(definition);
  });

  describe('discovery', () => {
    discovery(cluster);
  });
  describe('reads', () => {
    reads(cluster);
  });
  describe('paths', () => {
    paths(cluster);
  });
  describe('lists', () => {
    lists(cluster);
  });
  describe('streaming lists', () => {
    streamingLists(cluster);
  });
  describe('watches', () => {
    watches(cluster);
  });
  describe('writes', () => {
    writes(cluster);
  });
  describe('quantities', () => {
    quantities(cluster);
  });
  describe('patches', () => {
    patches(cluster);
  });
  describe('schemas', () => {
    schemas(cluster);
  });
  describe('rules', () => {
    rules(cluster);
  });
  describe('fieldValidation', () => {
    fieldValidation(cluster);
  });
  describe('deletions', () => {
    deletions(cluster);
  });
  describe('built-in kinds', () => {
    builtInKinds(cluster);
  });
  describe('kubectl', () => {
    kubectl(cluster);
  });
  describe('expiry', () => {
    expiry(cluster);
  });
});
