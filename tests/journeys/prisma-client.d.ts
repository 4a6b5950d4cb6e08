// What `prisma generate` would put behind '@prisma/client' in an application; vitest.config.ts has the same alias.
declare module '.prisma/client/default' {
  export * from '@/storage/generated/prisma/client.ts';
}
