import type { TokenGrant } from '../support/server.ts';
import type { Row } from './torture-writers.ts';

/** Who follows workspace `torture`, and what of it comes to them. */
export interface Reader {
  name: string;
  grant: TokenGrant;
  filter: object;
  sees(row: Row): boolean;
}

export const operator: Reader = { name: 'operator', grant: { role: 'operator' }, filter: {}, sees: () => true };

export const readers: readonly Reader[] = [
  operator,
  {
    name: 'operator of one key',
    grant: { role: 'operator' },
    filter: { eventKeys: ['torture.step'] },
    sees: (row) => row.eventKey === 'torture.step',
  },
  {
    name: 'admin',
    grant: { role: 'admin', workspace: 'torture' },
    filter: {},
    sees: (row) => row.visibility !== 'SYSTEM',
  },
  {
    name: 'admin of a domain',
    grant: { role: 'admin', workspace: 'torture' },
    filter: { eventKeys: ['torture.*'] },
    sees: (row) => row.visibility !== 'SYSTEM' && row.eventKey.startsWith('torture.'),
  },
  {
    name: 'client',
    grant: { role: 'client', workspace: 'torture', brands: ['b1'] },
    filter: {},
    sees: (row) => row.visibility === 'CLIENT' && row.brandId === 'b1',
  },
  {
    name: 'client of two brands',
    grant: { role: 'client', workspace: 'torture', brands: ['b1', 'b2'] },
    filter: { visibilities: ['CLIENT', 'SYSTEM'] },
    sees: (row) => row.visibility === 'CLIENT' && row.brandId !== null,
  },
];
