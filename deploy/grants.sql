-- What the service may do where it does not own its tables. Run it as their owner, after each "activity-log migrate":
--   psql "$OWNER_DATABASE_URL" --file deploy/grants.sql
-- The role is there before, for example: CREATE ROLE activity_log_service LOGIN PASSWORD '…'
-- See docs/security.md.

BEGIN;

GRANT USAGE ON SCHEMA public TO activity_log_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO activity_log_service;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO activity_log_service;
-- A build with other terms empties the index, and makes it anew.
GRANT TRUNCATE ON "TermPage" TO activity_log_service;

-- What is in the trail is never changed. (It is removed, where retention says so.)
REVOKE UPDATE ON "ActivityLog" FROM activity_log_service;
-- These are the owner's: which migrations there are, and the key that seals live cursors.
REVOKE INSERT, UPDATE, DELETE ON "_prisma_migrations", "FeedEpoch" FROM activity_log_service;

COMMIT;
