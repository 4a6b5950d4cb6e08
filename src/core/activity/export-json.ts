import type { ShownActivity } from './activity.ts';
import { momentText } from './moment-text.ts';

const text = (value: string | null): string => (value === null ? 'null' : JSON.stringify(value));

/**
 * A payload to the letter. Line breaks can stand between its parts only, where any blank means the same; the lines of an
 * export are its records.
 */
const payload = (value: string | null): string =>
  value === null ? 'null' : value.includes('\n') || value.includes('\r') ? value.replaceAll(/[\r\n]/g, ' ') : value;

/** An entry as a JSON object on one line, with the fields of the CSV in the same order. */
export function jsonRecord(entry: ShownActivity): string {
  return `{"id":${text(entry.id)},"workspaceId":${text(entry.workspaceId)},"brandId":${text(entry.brandId)},"entityType":"${entry.entityType}","entityId":${text(entry.entityId)},"eventKey":${text(entry.eventKey)},"message":${text(entry.message)},"context":${text(entry.context)},"actorType":"${entry.actorType}","actorUserId":${text(entry.actorUserId)},"actorLabel":${text(entry.actorLabel)},"payload":${payload(entry.payloadText)},"visibility":"${entry.visibility}","severity":"${entry.severity}","createdAt":"${momentText(entry.createdAt)}"}`;
}
