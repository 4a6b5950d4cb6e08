// The process that makes the rows of the data set and copies them into the table.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { serve } from '../support/child.mjs';
import { openClient } from '../support/database.mjs';
import { columnNames, columns, copyLine } from '../support/rows.mjs';
import { rowMaker } from './rows.mjs';

/** Rows of one COPY: of one transaction, as the feed sees it. */
const rowsOfCopy = 50_000;
/** Lines that go to the driver as one piece. */
const linesOfPiece = 250;
const linesShownEvery = 1_000_000;

function* piecesOf(make, first, end) {
  for (let at = first; at < end; at += linesOfPiece) {
    let text = '';
    for (let number = at; number < Math.min(at + linesOfPiece, end); number += 1) {
      const row = make(number);
      text += copyLine(columns.map((name) => row[name]));
    }
    yield Buffer.from(text);
  }
}

serve({
  fill: async ({ databaseUrl, rows }) => {
    const client = await openClient(databaseUrl);
    const make = rowMaker(rows);
    const began = Date.now();
    for (let first = 0; first < rows; first += rowsOfCopy) {
      const end = Math.min(first + rowsOfCopy, rows);
      await pipeline(
        Readable.from(piecesOf(make, first, end), { objectMode: true }),
        client.query(copyFrom(`COPY "ActivityLog" (${columnNames}) FROM STDIN`)),
      );
      if (end % linesShownEvery < rowsOfCopy || end === rows) {
        const rate = Math.round((end / (Date.now() - began)) * 1_000);
        process.stderr.write(`  ${end.toLocaleString('en')} rows, ${rate.toLocaleString('en')} a second\n`);
      }
    }
    await client.end();
  },
});
