/** What each role finds in the viewer, and what it does not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, whySkipped } from '../support/chromium.ts';
import type { TokenGrant } from '../support/server.ts';
import { agencyEntries } from './agency-entries.ts';
import { desktop, detail, entry, isLive, phone, picture, rows, Stage, violations } from './browser.ts';

describe.skipIf(chromiumPath === undefined)(`the roles in the viewer${whySkipped}`, { timeout: 60_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.start();
    await stage.name('agency', 'Nordlicht Agency', { nike: 'Nike', aurora: 'Aurora Outdoor' });
    await stage.log(agencyEntries('agency', Date.now()));
    await stage.log([entry('agency', 'cron', { visibility: 'SYSTEM', message: 'Nightly clean-up' })]);
  });
  afterAll(() => stage?.close());

  it('operators show and hide what only they see, and the address says so', async () => {
    const { page, complaints } = await stage.openBrowser();
    await stage.open(page, '/?workspace=agency');
    const ofSystem = page.getByRole('link', { name: 'Nightly clean-up' });
    await ofSystem.waitFor();
    const toggle = page.getByRole('button', { name: 'System entries' });
    expect(await toggle.getAttribute('aria-pressed')).toBe('true');
    await toggle.click();
    await ofSystem.waitFor({ state: 'detached' });
    await rows(page).first().waitFor();
    expect(await toggle.getAttribute('aria-pressed')).toBe('false');
    expect(new URL(page.url()).searchParams.get('q')).toBe('visibility:client visibility:internal');
    expect(await violations(page)).toEqual([]);
    await picture(page, 'operator');
    await page.reload();
    await rows(page).first().waitFor();
    expect(await ofSystem.count()).toBe(0);
    await toggle.click();
    await ofSystem.waitFor();
    expect(complaints).toEqual([]);
  });

  it('admins find nothing that only operators may do', async () => {
    const { page, complaints } = await stage.openBrowser();
    await stage.open(page, '/', { workspace: 'agency', role: 'admin' });
    await isLive(page);
    for (const name of ['System entries', 'Retention'])
      expect(await page.getByRole('button', { name }).count(), name).toBe(0);
    expect(await page.getByRole('link', { name: 'Nightly clean-up' }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it.each([
    ['client', desktop, 'light'],
    ['client-phone', phone, 'dark'],
  ] as const)('%s: sees the brands by their names, and no names out of code', async (file, viewport, colorScheme) => {
    const { page, complaints } = await stage.openBrowser({ viewport, colorScheme });
    const grant: TokenGrant = { workspace: 'agency', role: 'client', brands: ['nike', 'aurora'], subject: 'carl' };
    await stage.open(page, '/', grant);
    await isLive(page);
    const list = await page.getByRole('region', { name: 'Entries, newest first' }).textContent();
    expect(list).toContain('Nike');
    expect(await page.getByRole('link', { name: 'GraphiQL' }).count()).toBe(0);
    expect(list).not.toMatch(/cnt_884|publication\.scheduled|usr_|Instagram: rate limit|Theo/);
    await picture(page, file);
    expect(await violations(page)).toEqual([]);
    await rows(page).first().getByRole('link').click();
    await detail(page).getByText('Approved', { exact: false }).first().waitFor();
    const text = await detail(page).textContent();
    expect(text).not.toMatch(/Visible to|Context|usr_|Workspace/);
    await picture(page, `${file}-detail`);
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('clients without an entry are told what comes, in their own words', async () => {
    const { page } = await stage.openBrowser();
    await stage.open(page, '/', { workspace: 'agency', role: 'client', brands: ['none'], subject: 'carl' });
    await page.getByRole('heading', { name: 'Nothing to see yet' }).waitFor();
    await isLive(page);
    expect(await violations(page)).toEqual([]);
    await picture(page, 'client-empty');
  });

  it('writers are told that they read nothing', async () => {
    const { page } = await stage.openBrowser();
    await stage.open(page, '/', { workspace: 'agency', role: 'writer' });
    await page.getByRole('heading', { name: 'Nothing to read' }).waitFor();
  });

  it('keeps whether it is light or dark for this browser, each to be told from what is behind it', async () => {
    const { page, complaints } = await stage.openBrowser({ colorScheme: 'light' });
    await stage.open(page, '/?workspace=agency');
    await isLive(page);
    const background = () => page.locator('.al-timeline').evaluate((one) => getComputedStyle(one).backgroundColor);
    const choice = page.getByRole('combobox', { name: 'Light or dark' });
    expect(await background()).toBe('rgb(255, 255, 255)');
    await choice.selectOption('Dark');
    expect(await background()).toBe('rgb(20, 22, 28)');
    expect(await violations(page)).toEqual([]);
    await page.reload();
    await isLive(page);
    expect(await background()).toBe('rgb(20, 22, 28)');
    await choice.selectOption('Automatic');
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await background()).toBe('rgb(255, 255, 255)');
    await page.emulateMedia({ colorScheme: 'dark' });
    await choice.selectOption('Light');
    expect(await background()).toBe('rgb(255, 255, 255)');
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
