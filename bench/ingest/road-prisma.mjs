// Prisma as an application uses it without the library: the generated client, ids and times by its own defaults.
import { PrismaPg } from '@prisma/adapter-pg';
import { ofDist } from '../support/dist.mjs';

export async function open(connectionString) {
  const { PrismaClient } = await import(ofDist('storage/generated/prisma/client.js'));
  // A pool of 10 connections, pg's default.
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString }) });
  return { write: (data) => prisma.activityLog.create({ data }) };
}
