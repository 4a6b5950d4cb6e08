/** The code blocks of the seed as they stand there, run against both databases. */
import { ActivityActorType } from '@prisma/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Activity,
  ActivityEntityType,
  type ActivityInput,
  ActivityLogError,
  ActivitySeverity,
  ActivityVisibility,
  buildBrandActivity,
  buildContentActivity,
  buildMediaActivity,
  buildPublicationActivity,
  buildSettingsActivity,
  buildSocialAccountActivity,
  buildUserActivity,
  buildWorkspaceActivity,
  logActivity,
} from '@/core/activity/activity-log.service';
import type { Database } from '../../src/storage/database.ts';
import { type SeedService, startSeedService } from './seed-service.ts';

async function basicUsage() {
  return await logActivity(
    buildBrandActivity({
      workspaceId: 'workspace_id',
      brandId: 'brand_id',
      entityId: 'brand_id',
      eventKey: 'brand.created',
      message: 'Brand created: Nike',
      actorType: ActivityActorType.USER,
      actorUserId: 'user_id',
      payload: { name: 'Nike', slug: 'nike' },
    }),
  );
}

const workspaceId = 'w1';
const brandId = 'b1';
const contentId = 'content1';
const publicationId = 'publication1';
const accountId = 'account1';
const userId = 'u1';
const name = 'Nike';
const slug = 'nike';
const industry = 'sports';
const scheduledAt = new Date('2026-01-31T12:00:00Z');

async function brandCreated() {
  return await logActivity(
    buildBrandActivity({
      workspaceId,
      brandId,
      entityId: brandId,
      eventKey: 'brand.created',
      message: `Brand created: ${name}`,
      actorType: ActivityActorType.USER,
      actorUserId: userId,
      payload: { name, slug, industry },
    }),
  );
}

async function contentScheduled() {
  return await logActivity(
    buildContentActivity({
      workspaceId,
      brandId,
      entityId: contentId,
      eventKey: 'content.scheduled',
      message: 'Content scheduled for publication',
      actorType: ActivityActorType.SYSTEM,
      actorLabel: 'Scheduler',
      context: 'scheduler',
      payload: { scheduledAt, platforms: ['instagram', 'facebook'] },
    }),
  );
}

async function publicationFailed() {
  return await logActivity(
    buildPublicationActivity({
      workspaceId,
      brandId,
      entityId: publicationId,
      eventKey: 'publication.failed',
      message: `Publication failed for Instagram`,
      actorType: ActivityActorType.WORKER,
      actorLabel: 'Instagram Worker',
      context: 'publication_worker',
      severity: ActivitySeverity.ERROR,
      payload: { platform: 'instagram', errorCode: 'RATE_LIMIT', errorMessage: 'Rate limit exceeded' },
    }),
  );
}

async function integrationEvent() {
  return await logActivity({
    workspaceId,
    brandId,
    entityType: ActivityEntityType.SOCIAL_ACCOUNT,
    entityId: accountId,
    eventKey: 'social_account.token_refreshed',
    message: 'Access token refreshed successfully',
    actorType: ActivityActorType.INTEGRATION,
    actorLabel: 'Meta API',
    context: 'oauth_refresh',
    payload: { expiresAt: new Date().toISOString() },
  });
}

const failing = { workspaceId: '' } as ActivityInput;
/** An entry of the seed as it has to stand in the table, apart from id and times. */
const rows = {
  brandCreated: {
    workspaceId: 'w1',
    brandId: 'b1',
    entityType: 'BRAND',
    entityId: 'b1',
    eventKey: 'brand.created',
    message: 'Brand created: Nike',
    context: null,
    actorType: 'USER',
    actorUserId: 'u1',
    actorLabel: null,
    payload: { name: 'Nike', slug: 'nike', industry: 'sports' },
    visibility: 'INTERNAL',
    severity: 'INFO',
  },
  contentScheduled: {
    entityType: 'CONTENT',
    entityId: 'content1',
    eventKey: 'content.scheduled',
    context: 'scheduler',
    actorType: 'SYSTEM',
    actorLabel: 'Scheduler',
    actorUserId: null,
    payload: { scheduledAt: '2026-01-31T12:00:00.000Z', platforms: ['instagram', 'facebook'] },
    severity: 'INFO',
  },
  publicationFailed: {
    entityType: 'PUBLICATION',
    eventKey: 'publication.failed',
    message: 'Publication failed for Instagram',
    actorType: 'WORKER',
    actorLabel: 'Instagram Worker',
    severity: 'ERROR',
    visibility: 'INTERNAL',
    payload: { platform: 'instagram', errorCode: 'RATE_LIMIT', errorMessage: 'Rate limit exceeded' },
  },
  integrationEvent: {
    entityType: 'SOCIAL_ACCOUNT',
    entityId: 'account1',
    eventKey: 'social_account.token_refreshed',
    actorType: 'INTEGRATION',
    actorLabel: 'Meta API',
    context: 'oauth_refresh',
    payload: { expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) },
  },
} as const;

describe.each(['pglite', 'postgres'] satisfies Database['kind'][])('the code of the seed (%s)', (kind) => {
  let service: SeedService;
  const logged: Record<string, Activity | null> = {};
  let began: number;

  beforeAll(async () => {
    service = await startSeedService(kind);
    began = Date.now();
    const examples = { basicUsage, brandCreated, contentScheduled, publicationFailed, integrationEvent };
    for (const [title, example] of Object.entries(examples)) logged[title] = await example();
  });
  afterAll(async () => await service.end());

  it('gives an entry back from the basic usage, with an id, the defaults and the time', () => {
    expect(logged['basicUsage']).toMatchObject({
      id: expect.stringMatching(/^c[a-z0-9]{20,}$/),
      workspaceId: 'workspace_id',
      brandId: 'brand_id',
      entityType: 'BRAND',
      message: 'Brand created: Nike',
      actorUserId: 'user_id',
      payload: { name: 'Nike', slug: 'nike' },
      visibility: 'INTERNAL',
      severity: 'INFO',
    });
    const at = logged['basicUsage']?.createdAt.getTime() as number;
    expect(at).toBeGreaterThanOrEqual(began);
    expect(at).toBeLessThanOrEqual(Date.now());
  });

  it.each(Object.entries(rows))('keeps the entry of the example %s', async (title, row) => {
    const id = logged[title]?.id as string;
    const kept = await service.look(({ prisma }) => prisma.activityLog.findUnique({ where: { id } }));
    expect(kept).toMatchObject(row);
    expect(kept?.createdAt).toEqual(logged[title]?.createdAt);
  });

  it('answers the three queries of the seed', async () => {
    await logActivity({ ...(rows.brandCreated as ActivityInput), visibility: ActivityVisibility.SYSTEM });
    await logActivity({
      ...(rows.brandCreated as ActivityInput),
      brandId: 'b2',
      visibility: ActivityVisibility.CLIENT,
    });
    await service.look(async ({ prisma }) => {
      const timeline = await prisma.activityLog.findMany({
        where: { brandId },
        orderBy: { createdAt: 'desc' },
        take: 50,
      });
      expect(timeline.map((entry) => entry.eventKey)).toEqual([
        'brand.created',
        'social_account.token_refreshed',
        'publication.failed',
        'content.scheduled',
        'brand.created',
      ]);

      const ofContent = await prisma.activityLog.findMany({
        where: {
          entityType: ActivityEntityType.CONTENT,
          entityId: contentId,
        },
        orderBy: { createdAt: 'desc' },
      });
      expect(ofContent.map((entry) => entry.id)).toEqual([logged['contentScheduled']?.id]);

      const feed = await prisma.activityLog.findMany({
        where: {
          workspaceId,
          visibility: { in: [ActivityVisibility.INTERNAL, ActivityVisibility.CLIENT] },
        },
        orderBy: { createdAt: 'desc' },
        take: 100,
      });
      expect(feed.map((entry) => [entry.brandId, entry.visibility])).toEqual([
        ['b2', 'CLIENT'],
        ['b1', 'INTERNAL'],
        ['b1', 'INTERNAL'],
        ['b1', 'INTERNAL'],
        ['b1', 'INTERNAL'],
      ]);
    });
  });

  it('swallows an error by default: it is logged and counted, and nothing is written', async () => {
    const count = async () => await service.look(({ prisma }) => prisma.activityLog.count());
    const before = await count();
    service.lines.length = 0;
    expect(await logActivity(failing)).toBeNull();
    expect(service.lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 50, msg: 'an activity could not be logged' }),
    ]);
    const { values } = await service.metrics.swallowed.get();
    expect(values.map(({ value, labels }) => [labels['code'], value])).toEqual([['BAD_USER_INPUT', 1]]);
    expect(await count()).toBe(before);
  });

  it('throws an error where swallowErrors is false, and does not log it', async () => {
    service.lines.length = 0;
    const error = await logActivity(failing, { swallowErrors: false }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ActivityLogError);
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', field: 'workspaceId' });
    expect(service.lines).toEqual([]);
  });

  it.each([undefined, null, 'text', 7, []])('swallows whatever is no entry at all: %j', async (entry) => {
    expect(await logActivity(entry as never)).toBeNull();
    await expect(logActivity(entry as never, { swallowErrors: false })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'entry',
    });
  });

  it('has a builder for each type of entity, which sets nothing but the type', () => {
    const entry = { workspaceId, entityId: 'e', eventKey: 'a.b', actorType: ActivityActorType.SYSTEM, actorLabel: 'S' };
    const builders = {
      BRAND: buildBrandActivity,
      CONTENT: buildContentActivity,
      PUBLICATION: buildPublicationActivity,
      MEDIA: buildMediaActivity,
      WORKSPACE: buildWorkspaceActivity,
      USER: buildUserActivity,
      SOCIAL_ACCOUNT: buildSocialAccountActivity,
      SETTINGS: buildSettingsActivity,
    };
    for (const [entityType, build] of Object.entries(builders)) expect(build(entry)).toEqual({ ...entry, entityType });
  });
});
