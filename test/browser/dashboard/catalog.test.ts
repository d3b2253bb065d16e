import { describe, expect, it } from 'vitest';
import { namespace, workspace, workspaceKind } from '../../support/manifests.ts';
import { startTestGateway } from '../../support/test-gateway.ts';
import { executablePath } from '../browser.ts';
import { suiteBrowser, suiteServer } from './suite.ts';

describe.skipIf(!executablePath)('kinds, namespaces and the gateway on the dashboard', () => {
  const open = suiteBrowser();
  const gateway = suiteServer(() =>
    startTestGateway({
      objects: [
        namespace('team-a'),
        namespace('team-b'),
        workspaceKind('jupyterlab'),
        workspaceKind('rstudio', {}, { displayName: 'RStudio' }),
      ],
    }),
  );

  it('counts the workspaces of each kind and option while they change', async () => {
    await using window = await open(gateway().url, { path: 'kinds' });
    const { page } = window;
    const card = page.getByRole('article', { name: 'JupyterLab' });
    await card.getByRole('link', { name: '0 workspaces' }).waitFor();
    gateway().cluster.apply(workspace('one', { state: 'Running' }));
    gateway().cluster.apply(workspace('two', { state: 'Paused', namespace: 'team-b' }));
    await card.getByRole('link', { name: '2 workspaces' }).waitFor();
    await expect.poll(() => card.locator('.count').allInnerTexts()).toContain('2\nworkspaces');
    await page.getByRole('combobox', { name: 'Namespace' }).selectOption('team-b');
    await card.getByRole('link', { name: '1 workspace', exact: true }).click();
    await window.showsRow('two', 'Paused');
    expect(await page.locator('.cell-name .title').allInnerTexts()).toEqual(['two']);
    expect(window.problems).toEqual([]);
  });

  it('shows new kinds and namespaces, and the namespaces that are offered a kind', async () => {
    await using window = await open(gateway().url, { path: 'kinds' });
    const { page } = window;
    const card = page.getByRole('article', { name: 'RStudio' });
    await card.getByText(/^Offered in all \d+ namespaces$/u).waitFor();
    gateway().cluster.apply(
      workspaceKind('rstudio', {}, { displayName: 'RStudio', deprecated: true, deprecationMessage: 'Use JupyterLab.' }),
    );
    await card.getByText('Use JupyterLab.').waitFor();
    gateway().cluster.apply(namespace('team-c'));
    await card.getByText(/^Offered in all/u).click();
    await card.getByRole('link', { name: 'team-c' }).click();
    await expect.poll(() => page.getByRole('combobox', { name: 'Namespace' }).inputValue()).toBe('team-c');
    await page.getByRole('link', { name: 'Namespaces' }).click();
    await page.getByRole('link', { name: 'team-c', exact: true }).waitFor();
    await expect.poll(() => page.title()).toBe('Namespaces · Workspaces');
    expect(window.problems).toEqual([]);
  });

  it('counts the states of each namespace, with links to the workspaces', async () => {
    await using window = await open(gateway().url, { path: 'namespaces' });
    const { page } = window;
    await page.getByRole('link', { name: 'team-b', exact: true }).waitFor();
    gateway().cluster.apply(workspace('broken', { state: 'Error', namespace: 'team-b' }));
    await page.keyboard.press('/');
    await page.keyboard.type('team-b');
    await expect.poll(() => page.locator('.namespaces .title').allInnerTexts()).toEqual(['team-b']);
    await page.getByRole('link', { name: '1 Error in team-b' }).click();
    await window.showsRow('broken');
    expect(await page.locator('.cell-name .title').allInnerTexts()).toEqual(['broken']);
  });

  it.each([
    ['kind', { kind: 'deleted' }],
    ['image', { imageConfig: 'deleted' }],
    ['size', { podConfig: 'deleted' }],
  ] as const)('says what to do when a workspace cannot be paused because its %s is missing', async (what, missing) => {
    gateway().cluster.apply(workspace(`without-${what}`, { ...missing, state: 'Error', paused: true }));
    gateway().cluster.apply(workspace('complete', { state: 'Error', paused: true }));
    await using window = await open(gateway().url, { path: `workspaces/team-a/without-${what}` });
    const notice = window.page.getByText(
      'Its kind, image or size is missing: it cannot start or pause. Edit or delete it.',
    );
    await notice.waitFor();
    await window.goTo('workspaces/team-a/complete');
    await window.page.getByText('pausing…').waitFor();
    expect(await notice.count()).toBe(0);
  });

  it('shows no permission as denied while the permissions are loaded', async () => {
    await using window = await open(gateway().url, { path: 'kinds' });
    const { page } = window;
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('query ViewerPermissions')) await released;
      await route.continue();
    });
    await page.getByRole('link', { name: 'Gateway' }).click();
    const permissions = page.getByRole('listitem');
    await permissions.filter({ hasText: 'Delete workspaces: loading' }).waitFor();
    expect(await permissions.locator('[data-icon=lock]').count()).toBe(0);
    release();
    await permissions.filter({ hasText: 'Delete workspaces: yes' }).waitFor();
  });

  it('names the served kinds, the viewer, and the permissions in a namespace', async () => {
    await using window = await open(gateway().url, { path: 'gateway?namespace=team-a' });
    const { page } = window;
    const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: /^Workspace\s*kubeflow/u }) });
    await row.getByText('Live').waitFor();
    await page.getByRole('listitem').filter({ hasText: 'Delete workspaces: yes' }).waitFor();
    expect(await page.getByRole('combobox').inputValue()).toBe('team-a');
    expect(window.problems).toEqual([]);
  });
});
