import { describe, expect, it } from 'vitest';
import { startDemo } from '../../../dev/demo/demo.ts';
import { namespace, workspaceKind } from '../../support/manifests.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { startTestGateway } from '../../support/test-gateway.ts';
import { connectUser } from '../../support/user-client.ts';
import { executablePath } from '../browser.ts';
import { failFirst, holdBack } from './dashboard-window.ts';
import { suiteBrowser, suiteServer } from './suite.ts';

/** Creates a workspace of the demo. */
async function createWorkspace(url: string, name: string, displayName: string): Promise<void> {
  await using owner = connectUser(url, { token: 'demo-ada' });
  const options = { kind: 'jupyterlab', imageConfig: 'jupyter-scipy:v1.10.0', podConfig: 'tiny_cpu' };
  const input = { namespace: 'team-research', name, displayName, ...options };
  const { errors } = await owner.ask(
    'mutation ($input: CreateWorkspaceInput!) { createWorkspace(input: $input) { warnings } }',
    { input },
  );
  expect(errors).toBeUndefined();
}

describe.skipIf(!executablePath)('the form for workspaces', { timeout: 120_000 }, () => {
  const open = suiteBrowser();
  const demo = suiteServer(() => startDemo({ port: 0 }));

  it('creates a workspace with an existing and a new claim, and shows its page', async () => {
    await using window = await open(demo().url, { path: '?namespace=team-research' });
    const { page } = window;
    await page.getByRole('link', { name: 'New workspace' }).click();
    await page.getByRole('radio', { name: /JupyterLab Notebook/u }).check();
    await page.getByLabel('Name', { exact: true }).fill('form-test');
    await page.getByLabel('Display name').fill('Form test');
    await page.getByLabel('Home volume').selectOption('scratch');
    await page.getByRole('button', { name: 'Add a data volume' }).click();
    await page.getByLabel('Claim', { exact: true }).selectOption('New claim…');
    await page.getByLabel('Name of the new claim').fill('form-data');
    await page.getByLabel('Storage class').selectOption('Shared disk');
    await page.getByLabel('Capacity').fill('3Gi');
    await page.getByRole('button', { name: 'Add to Pod labels' }).click();
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('field-podMetadata-labels-0-key');
    await page.keyboard.type('statefulset');
    await page.keyboard.press('Tab');
    await page.keyboard.type('mine');
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('It would be accepted.').waitFor();
    await window.picture('form-accepted');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: 'Form test' }).waitFor();
    await page.getByText(/^Saved with a warning: .*has no effect/u).waitFor();
    await page.getByText('form-data').waitFor();
    await page.getByText('3Gi').waitFor();
    await page.getByText('scratch').waitFor();
    expect(new URL(page.url()).pathname).toBe('/workspaces/team-research/form-test');
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByText('Nothing has changed yet.').waitFor();
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await page.getByRole('link', { name: 'Workspaces', exact: true }).click();
    await page.getByRole('button', { name: 'More actions for Form test' }).click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    await page.getByRole('heading', { name: 'Edit Form test' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/workspaces/team-research/form-test/edit');
    expect(window.problems).toEqual([]);
  });

  it('leads back to the page before the form when the workspace has been saved', async () => {
    await using window = await open(demo().url, { path: '?namespace=team-research' });
    const { page } = window;
    const address = () => page.evaluate(() => location.pathname + location.search);
    await page.getByRole('link', { name: 'New workspace' }).click();
    await page.getByRole('radio', { name: /JupyterLab Notebook/u }).check();
    await page.getByLabel('Name', { exact: true }).fill('form-back');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: 'form-back' }).waitFor();
    await page.goBack();
    expect(await address()).toBe('/?namespace=team-research');
    await page.getByRole('link', { name: 'form-back' }).click();
    await page.getByRole('link', { name: 'Events' }).click();
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Display name').fill('Back again');
    await page.getByRole('button', { name: 'Save' }).click();
    const heading = page.getByRole('heading', { name: 'Back again' });
    await heading.waitFor();
    await expect.poll(() => heading.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await address()).toBe('/workspaces/team-research/form-back?tab=events');
    await page.goBack();
    expect(await address()).toBe('/workspaces/team-research/form-back');
  });

  it('leads back to the page before the form, and not to the form again, when it is cancelled', async () => {
    await using window = await open(demo().url, { path: 'namespaces' });
    const { page } = window;
    const address = () => page.evaluate(() => location.pathname + location.search);
    await page.getByRole('link', { name: 'team-vision', exact: true }).click();
    await page.getByRole('link', { name: 'New workspace' }).click();
    await page.getByLabel('Name', { exact: true }).fill('discarded');
    await page.getByRole('button', { name: 'Cancel' }).click();
    const heading = page.getByRole('heading', { name: 'team-vision', level: 1 });
    await heading.waitFor();
    await expect.poll(() => heading.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.goBack();
    expect(await address()).toBe('/namespaces');
    await window.goTo('workspaces/team-vision/labelling/edit');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('link', { name: 'Edit' }).waitFor();
    expect(await address()).toBe('/workspaces/team-vision/labelling');
    await page.goBack();
    expect(await address()).toBe('/namespaces');
  });

  it('shows all errors at their fields at once, and moves the focus to the first', async () => {
    await using window = await open(demo().url, {
      path: 'create?namespace=team-research&kind=jupyterlab',
    });
    const { page } = window;
    await page.getByLabel('Name', { exact: true }).fill('No Name');
    await page.getByRole('button', { name: 'Add a data volume' }).click();
    await page.getByLabel('Claim', { exact: true }).selectOption('scratch');
    await page.getByLabel('Mount path').fill('relative');
    await page.getByRole('button', { name: 'Add a data volume' }).click();
    await page.getByRole('button', { name: 'Add a secret' }).click();
    await page.getByLabel('Mode').fill('999');
    await page.getByRole('button', { name: 'Add to Pod labels' }).click();
    await page.getByRole('button', { name: 'Create' }).click();
    const summary = page.getByRole('region', { name: /problems$/u });
    await summary.waitFor();
    const invalid = page.locator('[aria-invalid=true]');
    const described = await invalid.evaluateAll((controls) =>
      controls.map((control) => [
        control.id,
        (control.getAttribute('aria-describedby') ?? '').split(' ').every((id) => document.querySelector(`#${id}`)),
      ]),
    );
    expect(described).toEqual([
      ['field-name', true],
      ['field-volumes-data-0-mountPath', true],
      ['field-volumes-data-1-claimName', true],
      ['field-volumes-secrets-0-secretName', true],
      ['field-volumes-secrets-0-defaultMode', true],
      ['field-podMetadata-labels-0-key', true],
    ]);
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('field-name');
    await summary.getByRole('button', { name: 'Secret 1, mode' }).click();
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.id))
      .toBe('field-volumes-secrets-0-defaultMode');
    expect(await window.violations()).toEqual([]);
    await page.locator('main').evaluate((main) => main.scrollTo(0, 0));
    await window.picture('form-errors');
    await page.getByRole('link', { name: 'Kinds' }).click();
    await page.getByRole('heading', { name: 'Kinds' }).waitFor();
    await page.goBack();
    expect(await page.getByLabel('Mode').inputValue()).toBe('999');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('link', { name: 'New workspace' }).click();
    await page.getByLabel('Name', { exact: true }).waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('');
  });

  it('asks no more for an image and a size when the defaults are loaded after an attempt to save', async () => {
    await using window = await open(demo().url);
    const { page } = window;
    const release = await holdBack(page, (message) => message.includes('subscription FormOptions'));
    await window.goTo('create?namespace=team-research&kind=jupyterlab');
    await page.getByLabel('Name', { exact: true }).fill('form-slow');
    await page.getByRole('button', { name: 'Create' }).click();
    const problems = page.locator('#problems li');
    await expect.poll(() => problems.allInnerTexts()).toEqual(['Image: Choose an image.', 'Size: Choose a size.']);
    release();
    await expect.poll(() => problems.count()).toBe(0);
    expect(await page.getByRole('radio', { checked: true }).count()).toBe(3);
  });

  it('keeps the input when the person is back before the next frame', async () => {
    await using window = await open(demo().url, { path: 'create?namespace=team-research&kind=jupyterlab' });
    const { page } = window;
    await page.getByLabel('Name', { exact: true }).fill('kept');
    const isLeft = await page.evaluate(async () => {
      const form = location.href;
      document.querySelector<HTMLElement>('header a[href$="kinds"]')?.click();
      for (let turns = 0; turns < 100; turns += 1) await Promise.resolve(); // renders, but runs no frame and no timer
      const left = document.querySelector('form') === null;
      history.replaceState(null, '', form);
      dispatchEvent(new PopStateEvent('popstate'));
      return left;
    });
    expect(isLeft).toBe(true);
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('kept');
  });

  it.each([
    [1_440, 900],
    [640, 400],
  ])(
    'hides no field behind the buttons when the Tab key moves to it in a window of %i by %i pixels',
    async (width, height) => {
      const path = 'create?namespace=team-research&kind=jupyterlab';
      await using window = await open(demo().url, { path, viewport: { width, height } });
      const { page } = window;
      await page.locator('.option-choices').first().waitFor();
      await page.getByLabel('Name', { exact: true }).focus();
      const found: number[] = [];
      for (let presses = 0; presses < 12; presses += 1) {
        await page.keyboard.press('Tab');
        found.push(await page.evaluate(pixelsBehindFooter));
      }
      expect(Math.max(...found)).toBe(0);
    },
  );

  it('removes the spaces around pasted texts, and saves nothing when the Enter key ends a label', async () => {
    await using window = await open(demo().url, { path: 'create?namespace=team-research&kind=jupyterlab' });
    const { page } = window;
    await page.locator('.option-choices').first().waitFor();
    await page.getByLabel('Name', { exact: true }).fill(' form-pasted\u00A0');
    await page.getByLabel('Home volume').selectOption('New claim…');
    await page.getByLabel('Name of the new claim').fill('form-pasted ');
    await page.getByLabel('Capacity').fill('10');
    await page.getByRole('button', { name: 'Add to Labels' }).click();
    await page.getByLabel('Labels, line 1: key').fill(' team ');
    await page.getByLabel('Labels, line 1: key').press('Enter');
    await page.getByRole('button', { name: 'Check' }).click();
    const problems = page.locator('#problems li');
    const asksForUnit = 'Home volume, new claim, capacity: Add a unit, such as 10Gi.';
    await expect.poll(() => problems.allInnerTexts()).toEqual([asksForUnit]);
    expect(await page.getByLabel('Labels, line 1: key').inputValue()).toBe('team');
    await page.getByLabel('Capacity').fill('10Gi');
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('It would be accepted.').waitFor();
  });

  it('offers the namespaces when the first request for them has failed', async () => {
    await using window = await open(demo().url, { path: 'kinds' });
    const { page } = window;
    const hasFailed = await failFirst(page, 'query CreationRights');
    await window.goTo('create');
    await page.locator('option', { hasText: 'team-vision' }).waitFor({ state: 'attached' });
    expect(hasFailed()).toBe(true);
  });

  it('says that there is no such kind when the address names none', async () => {
    await using window = await open(demo().url, { path: 'create?namespace=team-research&kind=none' });
    const kinds = window.page.getByRole('group', { name: 'Kind' });
    await expect.poll(() => kinds.innerText()).toContain('There is no kind none: choose another one.');
  });

  it('says that kinds are loading, and not that there are none, when another namespace is chosen', async () => {
    await using window = await open(demo().url);
    const { page } = window;
    const release = await holdBack(
      page,
      (message) => message.includes('subscription FormKinds') && message.includes('team-vision'),
    );
    await window.goTo('create?namespace=team-research&kind=jupyterlab');
    await page.locator('.option-choices').first().waitFor();
    await page.getByLabel('Namespace', { exact: true }).selectOption('team-vision');
    const kinds = page.getByRole('group', { name: 'Kind' });
    await kinds.getByText('Loading…').waitFor();
    expect(await kinds.getByText(/no kinds|no kind/u).count()).toBe(0);
    release();
    await kinds.getByRole('radio', { name: /JupyterLab Notebook/u, checked: true }).waitFor();
  });

  it('explains why an option is denied in the namespace', async () => {
    await using window = await open(demo().url, {
      path: 'create?namespace=team-research&kind=jupyterlab',
    });
    const denied = window.page.getByRole('radio', { name: /GPUs are for production namespaces/u }).first();
    await denied.waitFor();
    expect(await denied.isDisabled()).toBe(true);
    await window.page.getByLabel('Namespace', { exact: true }).selectOption('team-vision');
    await expect.poll(() => window.page.getByText('GPUs are for production namespaces').count()).toBe(0);
  });

  it('keeps the input while the connection is cut, says that it may have been saved, and saves it afterwards', async () => {
    const objects = [namespace('team-a'), workspaceKind('jupyterlab')];
    await using gateway = await startTestGateway({ objects });
    await using proxy = await TcpProxy.to(gateway);
    await using window = await open(proxy.url, { path: 'create?namespace=team-a&kind=jupyterlab' });
    const { page } = window;
    await page.getByLabel('Name', { exact: true }).fill('kept');
    await page.getByRole('radio', { name: /^SciPy 2/u, checked: true }).waitFor();
    await page.getByRole('checkbox', { name: 'Create it paused' }).check();
    await proxy.disconnect();
    await window.isMarked('reconnecting');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('region', { name: 'There is a problem' }).getByText('cannot be reached').waitFor();
    await page.getByText('1 problem: look whether it was saved.').waitFor();
    gateway.cluster.apply(workspaceKind('rstudio', {}, { displayName: 'RStudio' }));
    await proxy.reconnect();
    await page.getByRole('radio', { name: /RStudio/u }).waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('kept');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: 'kept' }).waitFor();
    expect(gateway.cluster.get('kubeflow.org/v1beta1', 'Workspace', 'kept', 'team-a')).toMatchObject({
      spec: { paused: true },
    });
  });

  it('offers no form, with the reason, when a person may not create or edit workspaces', async () => {
    await using window = await open(demo().url, { path: '?q=churn' });
    const { page } = window;
    await window.actAs('victor@example.com');
    const button = page.getByRole('button', { name: /New workspace.*does not allow you to create/u });
    await button.waitFor();
    await page.getByRole('link', { name: 'Namespaces' }).click();
    await page.getByRole('link', { name: 'team-research', exact: true }).click();
    await page.getByRole('heading', { name: 'team-research' }).waitFor();
    await button.waitFor();
    expect(await page.getByRole('link', { name: 'New workspace' }).count()).toBe(0);
    await window.goTo('?q=churn');
    await window.goTo('create');
    await page.getByText('The cluster does not allow you to create workspaces').waitFor();
    await page.goBack();
    await page.getByRole('link', { name: 'Churn analysis' }).click();
    await page.getByText('View only').waitFor();
    expect(await page.getByRole('link', { name: 'Edit' }).count()).toBe(0);
  });

  it('replaces a redirected image when its replacement is chosen', async () => {
    await using window = await open(demo().url, { path: 'workspaces/team-research/old-baseline' });
    const { page } = window;
    const notice = page.getByText('choose their replacements in Edit');
    await notice.waitFor();
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByText(/^Replaced by jupyter-scipy:v1\.9\.2: JupyterLab is updated/u).waitFor();
    await page.getByRole('radio', { name: /^jupyter-scipy:v1\.10\.0/u }).check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Baseline of last year' }).waitFor();
    await notice.waitFor({ state: 'detached' });
    expect(window.problems).toEqual([]);
  });

  it('keeps the input when the workspace changes meanwhile, and saves only the changes', async () => {
    await createWorkspace(demo().url, 'form-shared', 'Shared');
    const path = 'workspaces/team-research/form-shared/edit';
    await using ada = await open(demo().url, { path });
    await using colleague = await open(demo().url, { path });
    await ada.page.getByLabel('Display name').fill('By Ada');
    await colleague.page.getByRole('radio', { name: /Small CPU/u }).check();
    await colleague.page.getByText(/Saving restarts the workspace \(size\)/u).waitFor();
    await colleague.page.getByRole('button', { name: 'Save' }).click();
    await colleague.page.getByRole('heading', { name: 'Shared' }).waitFor();
    await ada.page.getByText('The workspace was changed meanwhile').waitFor();
    await ada.page.getByText('No restart is needed.').waitFor();
    await ada.page.getByRole('button', { name: 'Save' }).click();
    await ada.page.getByText('Nothing was saved.').first().waitFor();
    await ada.picture('form-conflict');
    expect(await ada.violations()).toEqual([]);
    expect(await ada.page.getByLabel('Display name').inputValue()).toBe('By Ada');
    await ada.page.getByRole('button', { name: 'Continue with the current state' }).click();
    await ada.page.getByRole('button', { name: 'Save' }).click();
    await ada.page.getByRole('heading', { name: 'By Ada' }).waitFor();
    await ada.page.getByText('Small CPU').first().waitFor();
    expect(ada.problems).toEqual([]);
  });
});

/** Runs in the page: returns the height of the part of the field with the focus that the buttons of the form hide. */
function pixelsBehindFooter(): number {
  const active = document.activeElement;
  const footer = document.querySelector('.form-footer');
  if (!active || !footer || footer.contains(active)) return 0;
  return Math.max(0, active.getBoundingClientRect().bottom - footer.getBoundingClientRect().top);
}
