/** What tests of the picture and its facets have in common. */
import type { Page } from 'playwright-core';
import type { ActivityFilter, ActivityLogInput } from '../../src/client/client.ts';
import type { TokenGrant } from '../support/server.ts';
import { entry, isLive, Stage } from './browser.ts';

const hour = 3_600_000;
const day = 24 * hour;
export const timezoneId = 'Europe/Berlin';
/** The noon of a day in the middle of the entries. */
const noon = Date.parse('2026-11-10T11:00:00Z');
const severityOf = (n: number) => (n % 13 === 0 ? 'ERROR' : n % 5 === 0 ? 'WARNING' : 'INFO');
const actors = [
  { actorType: 'WORKER', actorLabel: 'Instagram Worker' },
  { actorType: 'SYSTEM', actorLabel: 'Scheduler' },
  { actorType: 'USER', actorUserId: 'usr_mara', actorLabel: null },
] as const;
/** 600 entries of 20 days, more on some of them. */
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

/** A stage with a workspace `weeks`. */
export async function startWeeks(): Promise<Stage> {
  const stage = await Stage.start();
  await stage.name('weeks', 'Nordlicht Agency', { nike: 'Nike', aurora: 'Aurora Outdoor' });
  await stage.log(weeks('weeks'));
  return stage;
}

export const plot = (page: Page) => page.getByRole('slider');
export const query = (page: Page) => new URL(page.url()).searchParams.get('q') ?? '';
export const total = (page: Page) => page.locator('.al-readout strong').textContent();
export const facet = (page: Page, name: string) =>
  page.getByRole('region', { name: 'Filters' }).getByRole('button', { name });

/** Opens a workspace, and waits until its picture is there. */
export async function openPicture(
  stage: Stage,
  page: Page,
  workspace: string,
  q = '',
  grant: TokenGrant = {},
): Promise<void> {
  await stage.open(page, `/?workspace=${workspace}${q === '' ? '' : `&q=${encodeURIComponent(q)}`}`, grant);
  await isLive(page);
  await isDrawn(page);
}
export const isDrawn = (page: Page) => page.locator('.al-picture[aria-busy="false"] .al-layer').first().waitFor();

/** What the service counts. */
export async function statistics(stage: Stage, workspaceId: string, filter: ActivityFilter, interval: string) {
  const { data } = await stage.server.graphql(
    `query ($w: String!, $filter: ActivityFilter, $interval: ActivityStatsInterval!) {
      activityStats(workspaceId: $w, filter: $filter, interval: $interval, timeZone: "${timezoneId}") {
        total histogram { start count } } }`,
    { w: workspaceId, filter, interval },
  );
  return data?.['activityStats'] as { total: number; histogram: { start: string; count: number }[] };
}
