/** What an answer of /export says of itself in headers and trailers. */
export const exportHeaders = {
  ticket: 'activity-log-export',
  cursor: 'activity-log-live-cursor',
  createdAt: 'activity-log-created-at',
  count: 'activity-log-count',
  bytes: 'activity-log-bytes',
  sha256: 'activity-log-sha256',
} as const;
