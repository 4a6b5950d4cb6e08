import { expect, vi } from 'vitest';

/** What the service says of itself: the statuses of /health/live and /health/ready. */
export async function healthOf(url: string): Promise<{ live: number; ready: number }> {
  const [live, ready] = await Promise.all(['live', 'ready'].map((name) => fetch(`${url}/health/${name}`)));
  return { live: live?.status ?? 0, ready: ready?.status ?? 0 };
}

/** Asks until it says so, for at most 15 s, as whoever watches it does. */
export async function untilReady(url: string, status: 200 | 503): Promise<void> {
  await vi.waitFor(async () => expect(await healthOf(url)).toEqual({ live: 200, ready: status }), {
    timeout: 15_000,
    interval: 50,
  });
}
