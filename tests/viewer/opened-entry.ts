/** What tests of an entry in detail have in common. */
import type { Page } from 'playwright-core';
import { detail, isLive, rows, type Stage } from './browser.ts';

/** Opens the viewer, and an entry in it. */
export async function openEntry(stage: Stage, page: Page, workspaceId: string, title: string): Promise<void> {
  await stage.open(page, `/?workspace=${workspaceId}`);
  await isLive(page);
  await rows(page).getByRole('link', { name: title }).first().click();
  await detail(page).getByText(title).first().waitFor();
}

/** For a browser whose clipboard may be read. */
export const clipboard = { permissions: ['clipboard-read', 'clipboard-write'] };
export const copied = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

/** A payload with something of everything. */
export const report = {
  platform: 'instagram',
  errorCode: 'RATE_LIMIT',
  willRetry: true,
  response: { status: 429, headers: { 'retry-after': '60', 'x-request-id': 'req_81' }, body: null },
  media: Array.from({ length: 250 }, (_, n) => ({ id: `media_${n}`, type: n === 207 ? 'carousel' : 'reel' })),
  caption: 'Run the night. '.repeat(60),
};

const brief = 'Show the trail runners at dawn, close to the ground, with the city far behind them. No music.';
/** A payload that tells of a change. */
export const edited = {
  before: {
    title: 'Run the night',
    brief,
    tags: ['running', 'night'],
    schedule: { at: '2026-11-28T18:00:00Z', zone: 'Europe/Berlin' },
    draft: true,
  },
  after: {
    title: 'Run the day',
    brief: brief.replace('at dawn', 'at noon').replace('No music', 'No voices, no music'),
    tags: ['running', 'day', 'city'],
    schedule: { at: '2026-11-29T09:00:00Z', zone: 'Europe/Berlin' },
    approvedBy: 'usr_jonas',
  },
  reason: 'The client asked for it',
};
