/** The picture of the viewer in a browser, on a real server. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActivityFilter } from '../../src/client/client.ts';
import { chromiumPath, whySkipped } from '../support/chromium.ts';
import { entry, phone, picture, rows, type Stage, violations } from './browser.ts';
import { facet, isDrawn, openPicture, plot, query, startWeeks, statistics, timezoneId, total } from './pictures.ts';

/** Where each bar that has something begins, and how many entries it has. */
const barsOf = async (page: Page): Promise<Record<string, number>> =>
  Object.fromEntries(
    await page
      .locator('.al-column-of-bar')
      .evaluateAll((bars) =>
        (bars as SVGElement[])
          .map(({ dataset }) => [dataset['start'] ?? '', Number(dataset['count'])] as const)
          .filter(([, count]) => count > 0),
      ),
  );

/** Counts what the page asks for the picture. */
function countReadings(page: Page): () => number {
  let readings = 0;
  page.on('request', (request) => {
    if (request.postData()?.includes('query Statistics')) readings += 1;
  });
  return () => readings;
}

describe.skipIf(chromiumPath === undefined)(`the picture in a browser${whySkipped}`, { timeout: 60_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startWeeks();
  });
  afterAll(() => stage?.close());

  it('has bars of what the service counts, by the days of whoever reads', async () => {
    const { page, complaints } = await stage.openBrowser({ timezoneId });
    await openPicture(stage, page, 'weeks', 'after:2026-10-01 before:2026-11-21 severity:warning severity:error');
    const filter: ActivityFilter = {
      ...{ from: '2026-09-30T22:00:00Z', to: '2026-11-20T23:00:00Z' },
      severities: ['WARNING', 'ERROR'],
    };
    const counted = await statistics(stage, 'weeks', filter, 'DAY');
    expect(await barsOf(page)).toEqual(
      Object.fromEntries(counted.histogram.filter(({ count }) => count > 0).map(({ start, count }) => [start, count])),
    );
    expect(await total(page)).toBe(`${counted.total} entries`);
    expect(await page.locator('.al-layer[data-severity="INFO"]').count()).toBe(0);
    expect(await page.locator('.al-layer[data-severity="ERROR"]').count()).toBeGreaterThan(10);
    expect(complaints).toEqual([]);
  });

  it('is brushed to a range by the mouse, which the address and the list have then', async () => {
    const { page, complaints } = await stage.openBrowser({ timezoneId });
    await openPicture(stage, page, 'weeks');
    await picture(page, 'picture-desktop');
    const box = (await plot(page).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.move(box.x + box.width * 0.5, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.3, box.y + 40, { steps: 4 });
    const drawn = await total(page);
    await picture(page, 'picture-brushed');
    await page.mouse.up();
    await page.waitForURL(/after/);
    await isDrawn(page);
    const [, after, before] = /^after:(\S+) before:(\S+)$/.exec(query(page)) ?? [];
    const inBerlin = (text = '') => new Date(`${text.length > 10 ? text : `${text}T00:00`}+01:00`).toISOString();
    const counted = await statistics(stage, 'weeks', { from: inBerlin(after), to: inBerlin(before) }, 'DAY');
    expect(counted.total).toBeGreaterThan(20);
    expect([await total(page), drawn]).toEqual([`${counted.total} entries`, `${counted.total} entries`]);
    const times = await rows(page)
      .getByRole('time')
      .evaluateAll((all) => all.map((one) => (one as HTMLTimeElement).dateTime));
    expect(times.length).toBeGreaterThan(5);
    for (const time of times) expect(time >= inBerlin(after) && time < inBerlin(before)).toBe(true);
    await picture(page, 'picture-range');
    expect(await violations(page)).toEqual([]);

    await page.getByRole('button', { name: 'Longer range' }).click();
    await expect.poll(() => query(page)).not.toContain(`before:${before}`);
    await page.getByRole('button', { name: 'Whole time' }).click();
    await expect.poll(() => query(page)).toBe('');
    await expect.poll(() => total(page)).toBe('600 entries');
    expect(await page.getByRole('button', { name: 'Whole time' }).isVisible()).toBe(false);
    await page.goBack();
    await page.goBack();
    await expect.poll(() => query(page)).toBe(`after:${after} before:${before}`);
    expect(complaints).toEqual([]);
  });

  it('is brushed by the keyboard, and says what it is at', async () => {
    const { page, complaints } = await stage.openBrowser({ timezoneId });
    await openPicture(stage, page, 'weeks', 'after:2026-10-01 before:2026-11-21');
    const said = () => plot(page).getAttribute('aria-valuetext');
    await plot(page).focus();
    await page.keyboard.press('End');
    await expect.poll(said).toMatch(/^Fri, 20 Nov 2026: \d+ entries\. \d+ errors?, \d+ warnings?, \d+ info$/);
    for (let n = 0; n < 2; n += 1) await page.keyboard.press('ArrowLeft');
    for (let n = 0; n < 3; n += 1) await page.keyboard.press('Shift+ArrowLeft');
    await expect.poll(said).toMatch(/^Sun, 15 Nov\s?–\s?Wed, 18 Nov 2026: /);
    await page.keyboard.press('Escape');
    await expect.poll(said).toMatch(/^Thu, 1 Oct\s?–\s?Fri, 20 Nov 2026: 600 entries/);
    expect(query(page)).toBe('after:2026-10-01 before:2026-11-21');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('Enter');
    await expect.poll(() => query(page)).toBe('before:2026-11-21 after:2026-11-19');
    await isDrawn(page);
    expect(await total(page)).toBe(
      `${(await statistics(stage, 'weeks', { from: '2026-11-18T23:00:00Z', to: '2026-11-20T23:00:00Z' }, 'DAY')).total} entries`,
    );
    expect(await plot(page).evaluate((one) => one === document.activeElement)).toBe(true);
    expect(complaints).toEqual([]);
  });

  it('leads to where a bar ends, and its table does', async () => {
    const { page, complaints } = await stage.openBrowser({ timezoneId });
    await openPicture(stage, page, 'weeks', 'after:2026-10-01 before:2026-11-21');
    const box = (await plot(page).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    // The 46th of 51 days.
    await page.mouse.click(box.x + box.width * (45.5 / 51), box.y + 40);
    await expect.poll(() => new URL(page.url()).searchParams.get('at')).toBe('2026-11-15T23:00:00.000Z');
    await page.locator('.al-here').waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'As a table' }).click();
    const table = page.getByRole('table');
    await table.getByRole('row', { name: /^Tue, 10 Nov 2026 \d+ \d+ \d+$/ }).waitFor();
    await picture(page, 'picture-table');
    expect(await violations(page)).toEqual([]);
    await table.getByRole('button', { name: 'Tue, 10 Nov 2026' }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get('at')).toBe('2026-11-10T23:00:00.000Z');
    expect(complaints).toEqual([]);
  });

  it('is raised by what comes in, without another question', async () => {
    const { page, complaints } = await stage.openBrowser({ timezoneId });
    await stage.log([entry('raised', 'first')]);
    const readings = countReadings(page);
    await openPicture(stage, page, 'raised');
    expect(await total(page)).toBe('1 entry');
    await stage.log([entry('raised', 'second', { severity: 'ERROR', eventKey: 'content.lost' })]);
    await expect.poll(() => total(page)).toBe('2 entries');
    expect(Object.values(await barsOf(page)).reduce((sum, count) => sum + count, 0)).toBe(2);
    expect(await page.locator('.al-layer[data-severity="ERROR"]').count()).toBe(1);
    expect(await facet(page, 'content.lost').textContent()).toBe('content.lost1');
    expect(await facet(page, 'Error').textContent()).toBe('Error1');
    expect(readings()).toBe(1);
    expect(complaints).toEqual([]);
  });

  it.each([
    ['light', 'en-GB', 'Filters', 'Show 600 entries'],
    ['dark', 'de-DE', 'Filter', '600 Einträge zeigen'],
  ] as const)('is in reach on a phone: %s', async (colorScheme, locale, filters, close) => {
    const { page, complaints } = await stage.openBrowser({
      timezoneId,
      locale,
      viewport: phone,
      hasTouch: true,
      colorScheme,
    });
    await stage.open(page, '/', { workspace: 'weeks', role: 'admin' });
    await isDrawn(page);
    await picture(page, `picture-phone-${colorScheme}`);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: filters, exact: true }).tap();
    const nike = page.locator('.al-facets').getByRole('button', { name: 'Nike' });
    await nike.waitFor();
    await picture(page, `picture-phone-facets-${colorScheme}`);
    expect(await violations(page)).toEqual([]);
    const small = await page.$$eval('.al-picture button, .al-facets button', (buttons) =>
      buttons.map((one) => one.getBoundingClientRect()).filter(({ width, height }) => Math.min(width, height) < 44),
    );
    expect(small).toEqual([]);
    await page.getByRole('button', { name: close }).tap();
    await nike.waitFor({ state: 'detached' });
    const box = (await plot(page).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.touchscreen.tap(box.x + box.width / 2, box.y + 40);
    await page.waitForURL(/at=/);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    expect(complaints).toEqual([]);
  });

  it.each(['dark', 'light'] as const)('goes from right to left in Arabic: %s', async (colorScheme) => {
    const { page, complaints } = await stage.openBrowser({ timezoneId, locale: 'ar-EG', colorScheme });
    await stage.open(page, `/?workspace=weeks&q=${encodeURIComponent('after:2026-10-01 before:2026-11-21')}`);
    await isDrawn(page);
    await picture(page, `picture-arabic-${colorScheme}`);
    expect(await violations(page)).toEqual([]);
    await plot(page).focus();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Enter');
    await expect.poll(() => query(page)).toMatch(/^after:2026-11-18 before:2026-11-20$/);
    expect(complaints).toEqual([]);
  });
});
