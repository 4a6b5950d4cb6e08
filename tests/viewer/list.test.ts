/** The list in a browser, on a real server: moments, both ways, pauses, cuts. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, whySkipped } from '../support/chromium.ts';
import {
  desktop,
  detail,
  entry,
  focused,
  isLive,
  phone,
  picture,
  rows,
  Stage,
  scrollTop,
  violations,
} from './browser.ts';

const day = 86_400_000;
/** Noon, so that no test is one of the night. */
const noon = (daysAgo: number) => new Date(Math.floor(Date.now() / day) * day - daysAgo * day + day / 2);
const dateOf = (daysAgo: number) => noon(daysAgo).toISOString().slice(0, 10);

/** What stands on the screen below the day's heading, from the top: entries by their titles. */
const inSight = (page: Page) =>
  page.locator('.al-scroller').evaluate((list) => {
    const { top, bottom } = list.getBoundingClientRect();
    return [...list.querySelectorAll('article')]
      .map((line) => ({ place: line.getBoundingClientRect(), title: line.querySelector('a')?.textContent ?? '' }))
      .filter(({ place }) => place.bottom > top + 44 && place.top < bottom)
      .sort((a, b) => a.place.top - b.place.top)
      .map(({ place, title }) => ({ title, top: Math.round(place.top - top) }));
  });

describe.skipIf(chromiumPath === undefined)(`the list in a browser${whySkipped}`, { timeout: 90_000 }, () => {
  let stage: Stage;
  const workspaceId = 'days';
  beforeAll(async () => {
    stage = await Stage.start();
    // 40 days with 20 entries each: `d3-5` is the sixth of three days ago.
    for (let from = 0; from < 40; from += 10) {
      await stage.log(
        Array.from({ length: 200 }, (_, n) => {
          const [ago, at] = [from + Math.floor(n / 20), n % 20];
          const createdAt = new Date(noon(ago + 1).getTime() - at * 60_000).toISOString();
          return entry(workspaceId, `d${ago + 1}-${at}`, { createdAt, message: `d${ago + 1}-${at}` });
        }),
      );
    }
  });
  afterAll(() => stage?.close());

  it('goes to a day, reads on both ways without moving what is read, and comes back to now', async () => {
    const { page, complaints } = await stage.openBrowser({ timezoneId: 'UTC' });
    await stage.open(page, `/?workspace=${workspaceId}`);
    await isLive(page);
    await rows(page).first().waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('Escape');
    const field = page.getByLabel('Go to a day');
    expect(await field.evaluate((input) => input === document.activeElement)).toBe(true);
    await field.fill(dateOf(20));
    await page.getByRole('link', { name: 'd20-0', exact: true }).waitFor();
    expect(new URL(page.url()).searchParams.get('at')).toBe(`${dateOf(20)}T23:59:59.999Z`);
    // Newer ones have come in above it, and it stays where it was.
    await expect.poll(() => scrollTop(page)).toBeGreaterThan(2_000);
    const first = (await inSight(page))[0];
    expect(first?.title).toBe('d20-0');
    await picture(page, 'list-jumped');
    expect(await violations(page)).toEqual([]);

    const back = page.getByRole('button', { name: 'Back to now' });
    await back.waitFor();
    await page.locator('.al-scroller').hover();
    await page.mouse.wheel(0, -700);
    await page.getByRole('link', { name: 'd19-15', exact: true }).waitFor();
    // A colleague comes to the same day.
    const other = await page.context().newPage();
    await stage.open(other, `${page.url().slice(stage.server.url.length)}`);
    await other.getByRole('link', { name: 'd20-0', exact: true }).waitFor();
    await other.close();

    await back.click();
    await page.getByRole('link', { name: 'd1-0', exact: true }).waitFor();
    await expect.poll(() => new URL(page.url()).search).toBe(`?workspace=${workspaceId}`);
    await isLive(page);
    expect(await back.isVisible()).toBe(false);
    await page.goBack();
    await page.getByRole('link', { name: 'd20-0', exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('scrolls from a day up to now, meets every entry once, and is live there', async () => {
    const { page, complaints } = await stage.openBrowser({ timezoneId: 'UTC' });
    await stage.open(page, `/?workspace=${workspaceId}&at=${dateOf(6)}T23:59:59.999Z`);
    await page.getByRole('link', { name: 'd6-0', exact: true }).waitFor();
    await expect.poll(() => scrollTop(page)).toBeGreaterThan(2_000);
    const seen: string[] = [];
    await expect
      .poll(
        async () => {
          const now = await inSight(page);
          for (const { title } of now) if (!seen.includes(title)) seen.push(title);
          await page.locator('.al-scroller').evaluate((list) => list.scrollBy(0, -300));
          return seen;
        },
        { timeout: 30_000, interval: 1 },
      )
      .toContain('d1-0');
    const expected = [5, 4, 3, 2, 1].flatMap((ago) => Array.from({ length: 20 }, (_, at) => `d${ago}-${at}`));
    expect(expected.filter((title) => !seen.includes(title))).toEqual([]);
    await expect.poll(() => new URL(page.url()).search).toBe(`?workspace=${workspaceId}`);
    await stage.log([entry(workspaceId, 'today', { message: 'Seen today' })]);
    await page.getByRole('link', { name: 'Seen today' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('pauses and goes on, and says how many wait', async () => {
    const { page, complaints } = await stage.openBrowser();
    await stage.log([entry('paused', 'first')]);
    await stage.open(page, '/?workspace=paused');
    await isLive(page);
    await rows(page).first().waitFor();
    await page.keyboard.press('p');
    await page.getByText('Paused', { exact: true }).waitFor();
    await stage.log([entry('paused', 'second'), entry('paused', 'third')]);
    const resume = page.getByRole('button', { name: 'Resume: 2 new' });
    await resume.waitFor();
    expect(await rows(page).count()).toBe(1);
    await picture(page, 'list-paused');
    expect(await violations(page)).toEqual([]);
    await resume.click();
    await page.getByRole('link', { name: 'Content third' }).waitFor();
    expect(await rows(page).count()).toBe(3);
    await isLive(page);
    expect(complaints).toEqual([]);
  });

  it('folds runs of like entries, opens them for the mouse and the keyboard, and hides nothing for good', async () => {
    const { page, complaints } = await stage.openBrowser({ timezoneId: 'UTC' });
    const at = (minutes: number) => new Date(noon(1).getTime() - minutes * 60_000).toISOString();
    const alike = { eventKey: 'media.imported', entityType: 'MEDIA', actorLabel: 'Importer' } as const;
    const imported = Array.from({ length: 30 }, (_, n) => entry('runs', `i${n}`, { ...alike, createdAt: at(10 + n) }));
    await stage.log([entry('runs', 'after', { createdAt: at(0) }), ...imported]);
    await stage.log([entry('runs', 'before', { createdAt: at(60) })]);
    await stage.open(page, '/?workspace=runs');
    await isLive(page);
    const run = page.getByRole('button', { name: '30 × Media imported' });
    await run.waitFor();
    expect(await rows(page).count()).toBe(2);
    expect(await page.locator('.al-run').textContent()).toContain('11:21:00 – 11:50:00');
    await picture(page, 'list-folded');
    expect(await violations(page)).toEqual([]);

    // Over it, into it, and out again.
    await page.keyboard.press('j');
    await expect.poll(() => focused(page)).toBe('Content after');
    await page.keyboard.press('j');
    await expect.poll(() => focused(page)).toBe('30 × Media imported');
    await page.keyboard.press('j');
    await expect.poll(() => focused(page)).toBe('Content before');
    await page.keyboard.press('k');
    await expect.poll(() => focused(page)).toBe('30 × Media imported');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Content i0', exact: true }).waitFor();
    expect(await run.getAttribute('aria-expanded')).toBe('true');
    expect(await focused(page)).toBe('30 × Media imported');
    await page.keyboard.press('j');
    await expect.poll(() => focused(page)).toBe('Content i0');
    await picture(page, 'list-unfolded');
    expect(await violations(page)).toEqual([]);

    // Open it stays when one more of them comes, and can be folded again.
    await stage.log([entry('runs', 'i-1', { ...alike, createdAt: at(9) })]);
    const more = page.getByRole('button', { name: '31 × Media imported' });
    await more.waitFor();
    await page.getByRole('link', { name: 'Content i-1', exact: true }).waitFor();
    await more.click();
    await page.getByRole('link', { name: 'Content i-1', exact: true }).waitFor({ state: 'detached' });
    expect(await rows(page).count()).toBe(2);

    // From entry to entry, also through what is folded, while one is open.
    await page.getByRole('link', { name: 'Content after' }).click();
    await detail(page).getByText('Content after').first().waitFor();
    await page.keyboard.press('j');
    await detail(page).getByText('Content i-1').first().waitFor();
    await page.locator('.al-run[data-shown]').waitFor();
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Fold runs of like entries' }).click();
    await page.getByRole('link', { name: 'Content i5', exact: true }).waitFor();
    expect(await page.locator('.al-run').count()).toBe(0);
    await page.reload();
    await page.getByRole('link', { name: 'Content i5', exact: true }).waitFor();
    expect(await page.locator('.al-run').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it.each([
    ['list-phone-ar', phone, 'ar', 'light'],
    ['list-phone-de-dark', phone, 'de', 'dark'],
    ['list-desktop-ar-dark', desktop, 'ar', 'dark'],
  ] as const)('%s: everything is in reach', async (file, viewport, locale, colorScheme) => {
    const { page, complaints } = await stage.openBrowser({
      viewport,
      locale,
      colorScheme,
      hasTouch: viewport === phone,
    });
    await stage.open(page, `/?workspace=${workspaceId}&at=${dateOf(20)}T23:59:59.999Z`);
    await page.getByRole('link', { name: 'd20-0', exact: true }).waitFor();
    await expect.poll(() => scrollTop(page)).toBeGreaterThan(2_000);
    expect((await inSight(page))[0]).toMatchObject({ title: 'd20-0', top: 44 });
    await page.keyboard.press('p');
    await page.locator('.al-connection[data-connection="paused"]').waitFor();
    await picture(page, file);
    expect(await violations(page)).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    expect(complaints).toEqual([]);
  });
});
