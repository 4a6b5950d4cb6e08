/** What tests of the viewer stand on: a service, a browser that looks at it, and what is read off its page. */
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import type { ActivityLogInput } from '../../src/client/client.ts';
import { launchChromium } from '../support/chromium.ts';
import { openTestPglite } from '../support/databases.ts';
import { startTestServer, type TestServer, type TokenGrant } from '../support/server.ts';

export const desktop = { width: 1360, height: 820 };
export const phone = { width: 360, height: 740 };

/** A service and a browser: `start` it before all tests of a file, `close` it after them. */
export class Stage {
  readonly server: TestServer;
  readonly #browser: Browser;

  private constructor(server: TestServer, browser: Browser) {
    this.server = server;
    this.#browser = browser;
  }

  /** @param server one with an embedded database of its own by default */
  static async start(server?: TestServer): Promise<Stage> {
    return new Stage(server ?? (await startTestServer(await openTestPglite())), await launchChromium());
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.server.close();
  }

  async log(input: readonly ActivityLogInput[]): Promise<void> {
    const query =
      'mutation ($input: [ActivityLogInput!]!) { activityLogMany(input: $input) { results { error { message } } } }';
    const { data, errors } = await this.server.graphql(query, { input });
    expect(errors).toBeUndefined();
    const results: { error: unknown }[] = data?.['activityLogMany'].results ?? [];
    expect(results.filter(({ error }) => error !== null)).toEqual([]);
  }

  async name(workspaceId: string, workspace: string, brands: Record<string, string>): Promise<void> {
    const upserts = Object.entries(brands).map(
      ([id, brand], n) =>
        `b${n}: brandUpsert(input: { workspaceId: "${workspaceId}", id: "${id}", name: "${brand}" }) { id }`,
    );
    const { errors } = await this.server.graphql(
      `mutation { workspaceUpsert(input: { id: "${workspaceId}", name: "${workspace}" }) { id } ${upserts.join(' ')} }`,
    );
    expect(errors).toBeUndefined();
  }

  /** A browser without a past, and what it did that it should not have. */
  async openBrowser(options: BrowserContextOptions = {}) {
    const context = await this.#browser.newContext({ viewport: desktop, locale: 'en-GB', ...options });
    onTestFinished(async () => await context.close());
    const complaints: string[] = [];
    context.on('request', (request) => {
      const { origin, search, hash } = new URL(request.url());
      if (origin !== this.server.url) complaints.push(`a request to ${origin}`);
      if (`${search}${hash}${request.headers()['referer'] ?? ''}`.includes('eyJ')) complaints.push('a token in a URL');
    });
    // Chromium reports what a Content-Security-Policy blocked as an error, too.
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    context.on('weberror', (error) => complaints.push(error.error().message));
    return { context, page: await context.newPage(), complaints };
  }

  /** Opens the viewer by a link that is signed in: as an operator, where nothing else is said. */
  async open(page: Page, path: string, grant: TokenGrant = {}): Promise<void> {
    await page.goto(`${this.server.url}${path}#token=${await this.server.token({ subject: 'olivia', ...grant })}`);
  }
}

let entries = 0;

/** An entry that is unlike the one before, so that they are not folded. */
export const entry = (
  workspaceId: string,
  entityId: string,
  rest: Partial<ActivityLogInput> = {},
): ActivityLogInput => {
  entries += 1;
  const actorLabel = entries % 2 === 0 ? 'Scheduler' : 'Planner';
  return {
    ...{ workspaceId, entityType: 'CONTENT', entityId, eventKey: 'content.updated', message: `Content ${entityId}` },
    ...{ actorType: 'SYSTEM', actorLabel, ...rest },
  };
};

export const rows = (page: Page) => page.getByRole('article');
export const detail = (page: Page) => page.getByRole('complementary', { name: 'Entry' });
export const isLive = (page: Page) => page.getByText('Live', { exact: true }).waitFor();
export const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent);
export const scrollTop = (page: Page) => page.locator('.al-scroller').evaluate((list) => list.scrollTop);

/** Keeps a picture of the page, where SCREENSHOTS names a folder. */
export async function picture(page: Page, file: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${file}.png`, animations: 'disabled' });
}

/** What axe finds. Run from outside: the page's policy lets nobody put a script into it. */
export async function violations(page: Page): Promise<string[]> {
  // What is still sliding in is half transparent, and is not what it will be.
  await page.evaluate(async () => {
    const roots = [document, ...[...document.querySelectorAll('*')].flatMap(({ shadowRoot }) => shadowRoot ?? [])];
    const ending = roots
      .flatMap((root) => root.getAnimations())
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    async () => await (window as unknown as { axe: typeof axe }).axe.run(document, { resultTypes: ['violations'] }),
  );
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
