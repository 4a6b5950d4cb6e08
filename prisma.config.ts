import { defineConfig } from 'prisma/config';

// Only for the Prisma CLI (`prisma generate`, `prisma migrate`); the service reads its own settings (src/config.ts).
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env['DATABASE_URL'] ?? 'postgresql://localhost:5432/activity_log' },
});
