/** The viewer exports what is on its screen: in a browser, from a real server, also through cuts. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { chromiumPath, whySkipped } from '../support/chromium.ts';
import { type FaultPlan, startFaultyProxy } from '../support/faulty-proxy.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import type { TokenGrant } from '../support/server.ts';
import { agencyEntries } from './agency-entries.ts';
import { desktop, entry, phone, picture, rows, Stage, violations } from './browser.ts';

const many = 2_500;
/** Each piece a little later, so that there is something to be seen on its way. */
const slow: FaultPlan = {
  rates: { reset: 0, end: 0, halfClose: 0, stall: 0, delay: 1, split: 0 },
  longestStall: 0,
  longestDelay: 120,
};

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Export' });
const open = (page: Page) => page.getByRole('button', { name: 'Export', exact: true }).click();
const start = (page: Page) => dialog(page).getByRole('button', { name: 'Export', exact: true }).click();

/** Nobody can choose a file in a browser without a screen: it goes into the page's own ones, which are written alike. */
const choosesFile = () => {
  Object.assign(window, {
    showSaveFilePicker: async ({ suggestedName }: { suggestedName: string }) => {
      const folder = await navigator.storage.getDirectory();
      return await folder.getFileHandle(suggestedName, { create: true });
    },
  });
};
/** As in a browser that lets no page write files. */
const hasNoFiles = () => Reflect.deleteProperty(window, 'showSaveFilePicker');

const filesOf = (page: Page) =>
  page.evaluate(async () => {
    const files: Record<string, string> = {};
    const folder = (await navigator.storage.getDirectory()) as unknown as AsyncIterable<[string, FileSystemFileHandle]>;
    for await (const [name, handle] of folder) files[name] = await (await handle.getFile()).text();
    return files;
  });

describe.skipIf(chromiumPath === undefined)(`an export in a browser${whySkipped}`, { timeout: 90_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.start();
    await stage.name('agency', 'Nordlicht Agency', { nike: 'Nike', aurora: 'Aurora Outdoor' });
    await stage.log(agencyEntries('agency', Date.now()));
    const told = Array.from({ length: many }, (_, n) =>
      entry('large', `c${n}`, { message: `${n}, "a"\r\nb`, payload: randomBytes(1_500).toString('base64') }),
    );
    for (let at = 0; at < many; at += 500) await stage.log(told.slice(at, at + 500));
  });
  afterAll(() => stage?.close());

  /** What the service gives to whoever asks it for the same by a token. */
  async function given(workspaceId: string, format: string, filter: object, grant: TokenGrant = {}): Promise<string> {
    const query = new URLSearchParams({ workspaceId, format, filter: JSON.stringify(filter) });
    const headers = { authorization: `Bearer ${await stage.server.token(grant)}` };
    return await (await fetch(`${stage.server.url}/export?${query}`, { headers })).text();
  }

  async function behindProxy(page: Page, path: string) {
    const proxy = await startFaultyProxy({
      ...{ port: Number(new URL(stage.server.url).port), random: new SeededRandom(1), plan: slow },
    });
    onTestFinished(() => proxy.close());
    await page.addInitScript(choosesFile);
    await page.goto(`${proxy.url}${path}#token=${await stage.server.token()}`);
    await rows(page).first().waitFor();
    return proxy;
  }

  it('saves the very bytes that the service gives for the filter on the screen, and has them checked', async () => {
    const { page, complaints } = await stage.openBrowser();
    await page.addInitScript(hasNoFiles);
    await stage.open(page, `/?workspace=agency&q=${encodeURIComponent('severity:error severity:warning brand:nike')}`);
    await rows(page).first().waitFor();
    await open(page);
    await dialog(page).getByText('severity:error severity:warning brand:nike').waitFor();
    await dialog(page).getByText('7 entries').waitFor();
    await picture(page, 'export-form');
    expect(await violations(page)).toEqual([]);
    const [download] = await Promise.all([page.waitForEvent('download'), start(page)]);
    expect(download.suggestedFilename()).toMatch(/^activity-agency-\d{4}-\d\d-\d\dT\d{6}Z\.csv$/);
    const filter = { severities: ['ERROR', 'WARNING'], brandIds: ['nike'] };
    const expected = await given('agency', 'csv', filter);
    expect(expected.split('\r\n')).toHaveLength(7 + 2);
    expect(await readFile(await download.path(), 'utf8')).toBe(expected);
    await dialog(page).getByText('Complete and unchanged').waitFor();
    await picture(page, 'export-done');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });
    const focused = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    expect(focused).toBe('Export');
    expect(complaints).toEqual([]);
  });

  it('goes on by itself where it was cut, into a file, and is the same in the end', async () => {
    const { page } = await stage.openBrowser();
    const proxy = await behindProxy(page, `/?workspace=large&q=${encodeURIComponent('event:content.*')}`);
    await open(page);
    await dialog(page).getByText('2,500 entries').waitFor();
    await dialog(page)
      .getByRole('radio', { name: /^JSON Lines/ })
      .check();
    await start(page);
    const bar = dialog(page).getByRole('progressbar', { name: 'Progress of the export' });
    await expect.poll(async () => Number(await bar.getAttribute('aria-valuenow'))).toBeGreaterThan(5);
    await picture(page, 'export-running');
    expect(await violations(page)).toEqual([]);
    for (const connection of proxy.connections) connection.cut('reset');
    await dialog(page).getByText('The connection was lost.').waitFor();
    await picture(page, 'export-cut');
    proxy.calm();
    await dialog(page).getByText('Complete and unchanged').waitFor();
    const files = await filesOf(page);
    expect(Object.keys(files)).toEqual([expect.stringMatching(/^activity-large-.*\.jsonl$/)]);
    expect(Object.values(files)[0]).toBe(await given('large', 'jsonl', { eventKeys: ['content.*'] }));
  });

  it('goes on while its dialog is closed, and leaves nothing of it when it is cancelled', async () => {
    const { page } = await stage.openBrowser();
    await behindProxy(page, '/?workspace=large');
    await open(page);
    await start(page);
    await dialog(page).getByText('Exporting…').waitFor();
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });
    // Whoever leaves would lose it, and is asked.
    const asked = page.waitForEvent('dialog');
    await page.close({ runBeforeUnload: true });
    expect((await asked).type()).toBe('beforeunload');
    await (await asked).dismiss();
    await page.getByRole('button', { name: 'Export under way' }).click();
    await dialog(page).getByRole('progressbar').waitFor();
    await expect.poll(async () => Object.keys(await filesOf(page)).length).toBeGreaterThan(0);
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();
    await dialog(page).getByRole('radio', { name: /^CSV/ }).waitFor();
    await expect.poll(() => filesOf(page)).toEqual({});
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Export', exact: true }).waitFor();
  });

  it('gives a client what the client may see, and nothing else', async () => {
    const { page, complaints } = await stage.openBrowser();
    await page.addInitScript(hasNoFiles);
    const grant: TokenGrant = { workspace: 'agency', role: 'client', brands: ['nike'], subject: 'carla' };
    await stage.open(page, '/', grant);
    await rows(page).first().waitFor();
    await open(page);
    await dialog(page).getByText('Everything that you may see in Nordlicht Agency').waitFor();
    await dialog(page).getByText('14 entries').waitFor();
    await dialog(page)
      .getByRole('radio', { name: /^JSON One/ })
      .check();
    const [download] = await Promise.all([page.waitForEvent('download'), start(page)]);
    const text = await readFile(await download.path(), 'utf8');
    expect(text).toBe(await given('agency', 'json', {}, grant));
    const brands = (JSON.parse(text) as { brandId: string; visibility: string }[]).map((one) => one.brandId);
    expect(new Set(brands)).toEqual(new Set(['nike']));
    expect(complaints).toEqual([]);
  });

  it('lets the browser download what may be too large for the page, and counts no further than it needs', async () => {
    const { page, complaints } = await stage.openBrowser();
    await page.addInitScript(hasNoFiles);
    const told = Array.from({ length: 10_001 }, (_, n) => entry('huge', `c${n}`));
    for (let at = 0; at < told.length; at += 1_000) await stage.log(told.slice(at, at + 1_000));
    await stage.open(page, `/?workspace=huge&q=${encodeURIComponent('event:content.*')}`);
    await rows(page).first().waitFor();
    await open(page);
    await dialog(page).getByText('More than 10,000 entries').waitFor();
    await picture(page, 'export-large');
    expect(await violations(page)).toEqual([]);
    const button = dialog(page).getByRole('button', { name: 'Let the browser download it' });
    const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
    expect(await readFile(await download.path(), 'utf8')).toBe(
      await given('huge', 'csv', { eventKeys: ['content.*'] }),
    );
    await dialog(page).getByText('Its list of downloads shows').waitFor();
    expect(complaints).toEqual([]);
  });

  it('says what is wrong and what to do, and takes it up again', async () => {
    const { page } = await stage.openBrowser();
    const proxy = await behindProxy(page, '/?workspace=agency');
    await open(page);
    await dialog(page)
      .getByText(/^[\d,]+ entries$/)
      .waitFor();
    proxy.befall({ ...slow, rates: { ...slow.rates, reset: 1, delay: 0 } });
    await start(page);
    await dialog(page).getByRole('alert').getByText('The service is away, or too busy.').waitFor();
    await picture(page, 'export-failed');
    expect(await violations(page)).toEqual([]);
    proxy.calm();
    await dialog(page).getByRole('button', { name: 'Try again' }).click();
    await dialog(page).getByText('Complete and unchanged').waitFor();
    expect(Object.values(await filesOf(page))[0]?.split('\r\n').length).toBeGreaterThan(56);
  });

  it('says that there is nothing to export where nothing matches', async () => {
    const { page } = await stage.openBrowser();
    await stage.open(page, '/?workspace=agency&q=nothing-like-this');
    await page.getByRole('heading', { name: /./ }).first().waitFor();
    await open(page);
    await dialog(page).getByText('Nothing matches: there is nothing to export.').waitFor();
    expect(await dialog(page).getByRole('radio').count()).toBe(0);
  });

  it.each([
    ['phone-dark', phone, 'dark', 'en-GB', 'Export'],
    ['phone-arabic', phone, 'light', 'ar', 'تصدير'],
    ['desktop-german', desktop, 'dark', 'de-DE', 'Exportieren'],
  ] as const)(
    '%s: all of it is in reach, and can be told from what is behind it',
    async (file, viewport, colorScheme, locale, name) => {
      const { page, complaints } = await stage.openBrowser({
        viewport,
        colorScheme,
        locale,
        hasTouch: viewport === phone,
      });
      await page.addInitScript(choosesFile);
      await stage.open(page, `/?workspace=agency&q=${encodeURIComponent('brand:nike rate limit')}`);
      await rows(page).first().waitFor();
      await picture(page, `export-${file}-bar`);
      await page.getByRole('button', { name, exact: true }).click();
      const box = page.getByRole('dialog', { name });
      await box.getByText(/7/).first().waitFor();
      await picture(page, `export-${file}`);
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      const small = await box.locator('button, label').evaluateAll((elements) =>
        elements
          .map((one) => [one.textContent || one.ariaLabel, one.getBoundingClientRect()] as const)
          .filter(([, { height }]) => height < (innerWidth < 600 ? 44 : 24))
          .map(([text]) => text),
      );
      expect(small).toEqual([]);
      await box.getByRole('button', { name, exact: true }).click();
      await box.locator('[data-check="same"]').waitFor();
      await picture(page, `export-${file}-done`);
      expect(await violations(page)).toEqual([]);
      expect(complaints).toEqual([]);
    },
  );
});
