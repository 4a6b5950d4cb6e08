/** The picture of the viewer in a browser, on a real server. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActivityLogInput } from '../../src/client/client.ts';
import { chromiumPath, whySkipped } from '../support/chromium.ts';
import { agencyEntries } from './agency-entries.ts';
import { entry, isLive, phone, picture, rows, Stage, violations } from './browser.ts';

const hour = 3_600_000;
const day = 24 * hour;
const timezoneId = 'Europe/Berlin';
/** The noon of a day in the middle of the entries, and those of `weeks`: 20 days of them, more on some days. */
const noon = Date.parse('2026-11-10T11:00:00Z');
const severityOf = (n: number) => (n % 13 === 0 ? 'ERROR' : n % 5 === 0 ? 'WARNING' : 'INFO');
const actors = [
  { actorType: 'WORKER', actorLabel: 'Instagram Worker' },
  { actorType: 'SYSTEM', actorLabel: 'Scheduler' },
  { actorType: 'USER', actorUserId: 'usr_mara' },
] as const;
const weeks = (workspaceId: string): ActivityLogInput[] =>
  Array.from({ length: 600 }, (_, n) => {
    const actor: Partial<ActivityLogInput> = actors[n % 3] ?? {};
    const moment = noon - 10 * day + Math.round(20 * day * (n / 600) ** 0.8) + (n % 7) * hour;
    return {
      ...entry(workspaceId, `c${n}`, { severity: severityOf(n), ...actor }),
      ...{ eventKey: `content.step_${n % 9}`, brandId: n % 4 === 0 ? 'nike' : 'aurora', visibility: 'CLIENT' },
      createdAt: new Date(Math.min(moment, noon + 10 * day)).toISOString(),
    };
  });

describe.skipIf(chromiumPath === undefined)(`the picture in a browser${whySkipped}`, { timeout: 60_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.start();
    for (const workspace of ['weeks', 'agency'])
      await stage.name(workspace, 'Nordlicht Agency', { nike: 'Nike', aurora: 'Aurora Outdoor' });
    await stage.log(weeks('weeks'));
    await stage.log(agencyEntries('agency', Date.now()));
  });
  afterAll(() => stage?.close());

  const plot = (page: Page) => page.getByRole('slider', { name: 'Entries over time' });

  it('tries', async () => {
    const { page, complaints } = await stage.openBrowser({ timezoneId });
    await stage.open(page, '/?workspace=weeks');
    await isLive(page);
    await plot(page).waitFor();
    await page.locator('.al-layer').first().waitFor();
    await picture(page, 'picture-desktop');
    const box = (await plot(page).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.move(box.x + box.width * 0.3, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 40, { steps: 5 });
    await picture(page, 'picture-drag');
    await page.mouse.up();
    await page.waitForURL(/after/);
    await rows(page).first().waitFor();
    await page.locator('.al-picture:not([data-outdated])').waitFor();
    await picture(page, 'picture-range');
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });
  it('tries phone', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await stage.openBrowser({ timezoneId, viewport: phone, hasTouch: true, colorScheme });
      await stage.open(page, '/?workspace=weeks');
      await page.locator('.al-layer').first().waitFor();
      await picture(page, `picture-phone-${colorScheme}`);
      await page.getByRole('button', { name: 'Filters' }).click();
      await picture(page, `picture-phone-facets-${colorScheme}`);
    }
    const { page } = await stage.openBrowser({ timezoneId, locale: 'ar-EG', colorScheme: 'dark' });
    await stage.open(page, '/?workspace=weeks');
    await page.locator('.al-layer').first().waitFor();
    await picture(page, `picture-ar-dark`);
  });
});
