export interface Panel {
  service: string;
  secret: Uint8Array;
  ttl: number | undefined;
}
export function serveExamples(panel: Panel, port?: number): Promise<{ url: string; close(): void }>;
