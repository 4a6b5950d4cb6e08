/** What a request to /export asks for. */
import type { IncomingMessage } from 'node:http';
import { type ExportFormat, exportFormats, type FormulaRule, formulaRules } from '../core/activity/export-format.ts';
import type { ExportMoment, ExportOrder, ExportSeals } from '../core/activity/export-ticket.ts';
import { type ActivityFilter, checkFilter } from '../core/activity/filter.ts';
import { needReadScope, type Viewer } from '../core/activity/visibility.ts';
import { ActivityLogError, shorten } from '../errors.ts';
import { readFilter } from '../graphql/filter-json.ts';

export interface AskedExport {
  order: ExportOrder;
  filter: ActivityFilter;
  subject: string;
  by: 'token' | 'link';
  /** The moment that it shows; undefined for now. */
  moment: ExportMoment | undefined;
  /** The id of the entry that it goes on behind. */
  after: string | undefined;
  /** True where the manifest is asked for, not the export. */
  manifestOnly: boolean;
}

const ofToken = ['workspaceId', 'format', 'filter', 'formulas', 'export', 'after', 'manifest'];
const ofLink = ['link', 'after', 'manifest'];

function bad(field: string, message: string): never {
  throw new ActivityLogError('BAD_USER_INPUT', message, { field });
}

function oneOf<const T extends string>(field: string, values: readonly T[], given: string | null, otherwise: T): T {
  const value = given === null ? otherwise : values.find((one) => one === given);
  return value ?? bad(field, `${field} takes one of ${values.join(', ')}, got ${shorten(given)}`);
}

function readJson(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Said below.
  }
  return bad('filter', `filter must be an ActivityFilter as JSON, like {"severities":["ERROR"]}, got ${shorten(text)}`);
}

function checkNames(query: URLSearchParams): void {
  const known = query.has('link') ? ofLink : ofToken;
  for (const name of query.keys()) {
    if (!known.includes(name)) bad(name.slice(0, 64), `/export takes ${known.join(', ')}, got ${shorten(name)}`);
    if (query.getAll(name).length > 1) bad(name, `${name} can be given once only`);
  }
}

function readOrder(query: URLSearchParams, viewer: Viewer): ExportOrder {
  const workspaceId = query.get('workspaceId') ?? bad('workspaceId', 'workspaceId is needed');
  return {
    scope: needReadScope(viewer, workspaceId),
    filter: readJson(query.get('filter') ?? '{}'),
    format: oneOf<ExportFormat>('format', exportFormats, query.get('format'), 'csv'),
    formulas: oneOf<FormulaRule>('formulas', formulaRules, query.get('formulas'), 'escaped'),
  };
}

/**
 * Reads and checks all of it.
 * @throws ActivityLogError BAD_USER_INPUT, UNAUTHENTICATED, FORBIDDEN or LIMIT_EXCEEDED with the field at fault
 */
export async function readExportRequest(
  { url = '', headers }: IncomingMessage,
  seals: ExportSeals,
  viewerOf: (authorization: string | undefined) => Promise<Viewer | undefined>,
): Promise<AskedExport> {
  const query = new URL(url, 'http://localhost').searchParams;
  const link = query.get('link');
  // Who is nobody is told nothing about parameters.
  // A request by a link counts as one of nobody's.
  const viewer = await viewerOf(link === null ? headers.authorization : undefined);
  if (link === null && viewer === undefined) throw new ActivityLogError('UNAUTHENTICATED');
  checkNames(query);
  const after = query.get('after') ?? undefined;
  const manifestOnly = oneOf('manifest', ['only'], query.get('manifest'), 'only') === 'only' && query.has('manifest');
  if (link !== null) {
    const { order, subject, ...moment } = seals.openLink(link);
    return { order, filter: checked(order), subject, by: 'link', moment, after, manifestOnly };
  }
  const { subject } = viewer as Viewer;
  const order = readOrder(query, viewer as Viewer);
  const filter = checked(order);
  const ticket = query.get('export');
  const moment = ticket === null ? undefined : seals.openTicket(ticket, order);
  if (after !== undefined && moment === undefined)
    bad('export', 'after goes on with an export: give what its Activity-Log-Export said as export');
  return { order, filter, subject, by: 'token', moment, after, manifestOnly };
}

function checked({ scope, filter: given }: ExportOrder): ActivityFilter {
  const filter = readFilter(given);
  checkFilter(filter, scope);
  return filter;
}
