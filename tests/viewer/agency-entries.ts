import type { ActivityLogInput } from '../../src/client/client.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

type Told = Omit<ActivityLogInput, 'workspaceId' | 'createdAt'>;

const worker = { actorType: 'WORKER', actorLabel: 'Instagram Worker' } as const;
const scheduler = { actorType: 'SYSTEM', actorLabel: 'Scheduler' } as const;
const meta = { actorType: 'INTEGRATION', actorLabel: 'Meta API' } as const;
const mara = { actorType: 'USER', actorUserId: 'usr_mara', actorLabel: 'Mara Lind' } as const;
const jonas = { actorType: 'USER', actorUserId: 'usr_jonas', actorLabel: 'Jonas Weber' } as const;

/** What a day of an agency leaves behind, newest first. */
const told: readonly Told[] = [
  {
    ...worker,
    ...{ entityType: 'PUBLICATION', entityId: 'pub_2041', brandId: 'nike', eventKey: 'publication.failed' },
    ...{ message: 'Publication failed for Instagram: rate limit', severity: 'ERROR', context: 'publish-queue' },
    payload: {
      ...{ platform: 'instagram', errorCode: 'RATE_LIMIT', attempt: 3, retryAfter: '2026-11-28T14:40:00Z' },
      ...{ media: [{ id: 'media_71', type: 'reel' }], willRetry: true },
    },
  },
  {
    ...mara,
    ...{ entityType: 'CONTENT', entityId: 'cnt_884', brandId: 'nike', eventKey: 'content.approved' },
    ...{
      message: 'Content approved: “Run the night”',
      visibility: 'CLIENT',
      payload: { from: 'IN_REVIEW', to: 'APPROVED' },
    },
  },
  {
    ...scheduler,
    ...{ entityType: 'PUBLICATION', entityId: 'pub_2042', brandId: 'aurora', eventKey: 'publication.scheduled' },
    ...{ message: 'Scheduled for Friday, 9:00', visibility: 'CLIENT' },
  },
  {
    ...meta,
    ...{
      entityType: 'SOCIAL_ACCOUNT',
      entityId: 'ig_aurora',
      brandId: 'aurora',
      eventKey: 'social_account.token_expiring',
    },
    ...{
      message: 'The access token of @aurora.outdoor expires in 3 days',
      severity: 'WARNING',
      payload: { expiresInDays: 3 },
    },
  },
  {
    ...jonas,
    ...{ entityType: 'MEDIA', entityId: 'media_93', brandId: 'aurora', eventKey: 'media.uploaded' },
    ...{ message: '12 photos uploaded to “Autumn ridge”', payload: { files: 12, bytes: 48_213_004 } },
  },
  {
    ...worker,
    ...{ entityType: 'PUBLICATION', entityId: 'pub_2039', brandId: 'nike', eventKey: 'publication.published' },
    ...{ message: 'Published on Instagram', visibility: 'CLIENT', payload: { url: 'https://instagram.example/p/C9x' } },
  },
  { ...mara, ...{ entityType: 'BRAND', entityId: 'aurora', brandId: 'aurora', eventKey: 'brand.updated' } },
  {
    ...jonas,
    ...{ entityType: 'USER', entityId: 'usr_theo', eventKey: 'user.invited', message: 'Theo Brandt invited as editor' },
  },
];

/** Entries of a workspace, from a few minutes before `now` back over a week, newest last. */
export function agencyEntries(workspaceId: string, now: number): ActivityLogInput[] {
  const entries: ActivityLogInput[] = [];
  for (let back = 0; back < 7; back += 1) {
    told.forEach((one, n) => {
      // The first ones of today even where the day has just begun.
      const ago = back === 0 && n < 3 ? (n + 1) * 1_000 : back * day + (n + 1) * 7 * minute;
      entries.push({ workspaceId, ...one, createdAt: new Date(now - ago).toISOString() });
    });
  }
  return entries.reverse();
}
