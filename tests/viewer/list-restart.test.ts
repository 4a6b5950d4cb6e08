/** A page is open while the server behind it is killed and comes back, and while very much comes in at once. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { acceptEntry } from '../../src/core/activity/entry-schema.ts';
import { createActivityWriter } from '../../src/storage/activity-writer.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { chromiumPath, launchChromium, whySkipped } from '../support/chromium.ts';
import { createTestDatabase } from '../support/databases.ts';
import { ServerProcess } from '../support/server-process.ts';
import { isLive } from './browser.ts';

describe.skipIf(chromiumPath === undefined)(`a page over a server that is killed${whySkipped}`, () => {
  it('shows every entry once, also those that were written while it was away, and a thousand at once', {
    timeout: 120_000,
  }, async () => {
    const { url, drop } = await createTestDatabase();
    onTestFinished(drop);
    const server = await ServerProcess.start({ DATABASE_URL: url, ACTIVITY_SPOOL_DIR: 'off' });
    onTestFinished(async () => void (await server.stop()));
    const database = await openPostgres({ url, applicationName: 'viewer restart test' });
    onTestFinished(async () => await database.close());
    const browser = await launchChromium();
    onTestFinished(async () => await browser.close());

    let written = 0;
    const write = async (count: number) => {
      const entries = Array.from({ length: count }, (_, at) =>
        acceptEntry({
          ...{ workspaceId: 'w1', entityType: 'CONTENT', entityId: `e${written + at}`, eventKey: 'content.created' },
          ...{ message: `e${written + at}`, actorType: 'SYSTEM', actorLabel: 'Scheduler' },
        }),
      );
      written += count;
      await createActivityWriter(database).write(entries);
    };
    await write(20);
    const page = await browser.newPage({ viewport: { width: 1360, height: 820 }, locale: 'en-GB' });
    await page.addInitScript(() => localStorage.setItem('activity-log:folding', 'off'));
    await page.goto(`${server.url}/?workspace=w1#token=${await server.token()}`);
    await isLive(page);

    for (let round = 0; round < 2; round += 1) {
      let isBack = false;
      const crash = server.crash().then(() => {
        isBack = true;
      });
      for (let batch = 0; batch < 100 && !isBack; batch += 1) await write(3);
      await crash;
      await write(3);
    }
    await write(1_000);
    const newest = page.getByRole('link', { name: `e${written - 1}`, exact: true });
    await newest.waitFor({ timeout: 30_000 });
    await isLive(page);

    // To the end, so that all of it has been read, and to the top, so that nothing waits: then the lines stay what they are.
    const list = page.locator('.al-scroller');
    const end = page.getByText('This is where the trail begins.');
    const toTheEnd = async () => {
      await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      return await end.isVisible();
    };
    await expect.poll(toTheEnd, { timeout: 60_000, interval: 1 }).toBe(true);
    await list.evaluate((element) => element.scrollTo(0, 0));
    await newest.waitFor();

    // Under each number one entry.
    const lines = new Map<string, string>();
    const readOn = async () => {
      const seen = await list.evaluate(async (element) => {
        // What was scrolled to has been drawn by then.
        for (let frame = 0; frame < 2; frame += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
        const now = [...element.querySelectorAll<HTMLElement>('li[data-kind="entry"]')].map(
          (line) => [line.dataset['index'] ?? '', line.querySelector('a')?.textContent ?? ''] as const,
        );
        const isAtTheEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - 1;
        element.scrollTo({ top: isAtTheEnd ? 0 : element.scrollTop + element.clientHeight, behavior: 'instant' });
        return now;
      });
      for (const [index, title] of seen) lines.set(index, title);
      return lines.size;
    };
    await expect.poll(readOn, { timeout: 60_000, interval: 1 }).toBe(written);
    const titles = [...lines.values()];
    expect(new Set(titles).size).toBe(written);
    const expected = Array.from({ length: written }, (_, at) => `e${at}`);
    expect(expected.filter((title) => !titles.includes(title))).toEqual([]);
  });
});
