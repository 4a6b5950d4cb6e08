/** Retention and legal holds, as operators see to them in the viewer. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, whySkipped } from '../support/chromium.ts';
import { desktop, entry, focused, isLive, phone, picture, Stage, violations } from './browser.ts';

describe.skipIf(chromiumPath === undefined)(`retention in the viewer${whySkipped}`, { timeout: 60_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.start();
    await stage.name('agency', 'Nordlicht Agency', { nike: 'Nike' });
    await stage.log([entry('agency', 'a')]);
  });
  afterAll(() => stage?.close());

  async function retention() {
    const { data } = await stage.server.graphql(
      `{ retention(workspaceId: "agency") { policies { workspaceId days eventKeys severities }
        holds(released: true) { brandId reason releasedAt placedBy } } }`,
    );
    return data?.['retention'];
  }

  it('sets and removes policies, and says before what that does', async () => {
    const { page, complaints } = await stage.openBrowser();
    await stage.server.graphql(
      'mutation { retentionPolicySet(input: { workspaceId: "*", severities: [ERROR], days: 400 }) { policy { id } } }',
    );
    await stage.open(page, '/?workspace=agency');
    await isLive(page);
    await page.getByRole('button', { name: 'Retention', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Retention and legal holds' });
    // Of every workspace: shown, and for others to change.
    const everywhere = dialog.getByRole('listitem').filter({ hasText: 'for every workspace' });
    await everywhere.getByText('kept for 400 days').waitFor();
    expect(await everywhere.getByRole('button').count()).toBe(0);
    expect(await violations(page)).toEqual([]);

    await dialog.getByRole('button', { name: 'Add a policy' }).click();
    await dialog.getByRole('spinbutton', { name: 'Days' }).fill('30');
    await dialog.getByRole('textbox', { name: 'Only of these events' }).fill('Publication.*, *');
    await dialog.getByRole('checkbox', { name: 'Info' }).check();
    await picture(page, 'retention-form');
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await dialog.getByText('cannot be brought back').waitFor();
    await dialog.getByRole('button', { name: 'Set the policy' }).click();
    // What the service refuses stands at the field, which still says it.
    const events = dialog.getByRole('textbox', { name: 'Only of these events' });
    await dialog.getByRole('alert').waitFor();
    expect(await events.getAttribute('aria-invalid')).toBe('true');
    const said = await events.getAttribute('aria-describedby');
    expect(await page.locator(`[id="${said}"]`).textContent()).toMatch(/eventKeys/);
    await events.fill('publication.*');
    await page.keyboard.press('Enter');
    await picture(page, 'retention-confirmation');
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Set the policy' }).click();
    const own = dialog.getByRole('listitem').filter({ hasText: 'publication.*' });
    await own.getByText('kept for 30 days').waitFor();
    expect((await retention()).policies[0]).toMatchObject({
      days: 30,
      eventKeys: ['publication.*'],
      severities: ['INFO'],
    });

    await own.getByRole('button', { name: 'Remove' }).click();
    await own.getByRole('button', { name: 'Cancel' }).click();
    await own.getByRole('button', { name: 'Remove' }).click();
    await own.getByRole('button', { name: 'Remove the policy' }).click();
    await own.waitFor({ state: 'detached' });
    expect((await retention()).policies).toMatchObject([{ workspaceId: '*' }]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe('Retention');
    // As the trail has it.
    await page.getByRole('article').filter({ hasText: 'settings.retention_policy_removed' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('places and releases holds with their reasons, which stay on record', async () => {
    const { page, complaints } = await stage.openBrowser();
    await stage.open(page, '/?workspace=agency');
    await isLive(page);
    await page.getByRole('button', { name: 'Retention', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Place a hold' }).click();
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('complaint 4711');
    await dialog.getByRole('textbox', { name: 'Brand' }).fill('nike');
    await dialog.getByRole('textbox', { name: 'Id of the entity' }).fill('p_1');
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await dialog.getByRole('button', { name: 'Place the hold' }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByRole('textbox', { name: 'Id of the entity' }).fill('');
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await dialog.getByText('Nike: no policy deletes').waitFor();
    await dialog.getByRole('button', { name: 'Place the hold' }).click();
    const hold = dialog.getByRole('listitem').filter({ hasText: 'complaint 4711' });
    await hold.getByText('Placed by olivia').waitFor();
    await picture(page, 'retention-hold');
    expect((await retention()).holds).toMatchObject([{ brandId: 'nike', reason: 'complaint 4711', releasedAt: null }]);
    await hold.getByRole('button', { name: 'Release' }).click();
    await hold.getByRole('button', { name: 'Release the hold' }).click();
    await hold.getByText('Released by olivia').waitFor();
    expect(await hold.getByRole('button').count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it.each([
    ['retention-phone', phone, 'dark', 'de-DE', 'Aufbewahrung', 'Regel hinzufügen'],
    ['retention-arabic', desktop, 'light', 'ar', 'الاحتفاظ', 'إضافة سياسة'],
  ] as const)(
    '%s: is there in other languages and sizes, in reach',
    async (file, viewport, colorScheme, locale, open, add) => {
      const { page, complaints } = await stage.openBrowser({ viewport, colorScheme, locale });
      await stage.open(page, '/?workspace=agency');
      await page.getByRole('button', { name: open }).click();
      await page.getByRole('dialog').getByRole('button', { name: add }).click();
      await picture(page, file);
      expect(await violations(page)).toEqual([]);
      const overflow = await page.getByRole('dialog').evaluate((one) => one.scrollWidth - one.clientWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      expect(complaints).toEqual([]);
    },
  );
});
