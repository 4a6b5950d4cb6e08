// PostGraphile 5 over the same table, as for production: nothing is watched, explained or drawn. (Its preset for those
// who come from version 4 is as fast.)
import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { TYPES } from 'postgraphile/@dataplan/pg';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { listen } from './listen.mjs';

/** It does not know the type of transaction ids, and says so at length. */
const transactionIds = {
  name: 'TransactionIdPlugin',
  gather: {
    hooks: {
      pgCodecs_findPgCodec: (_info, event) => {
        if (event.pgCodec === null && event.pgType.typname === 'xid8') event.pgCodec = TYPES.text;
      },
    },
  },
};

const preset = {
  extends: [PostGraphileAmberPreset],
  plugins: [transactionIds],
  pgServices: [
    makePgService({
      connectionString: process.env.BENCH_DATABASE_URL,
      schemas: ['public'],
      poolConfig: { max: 10 },
    }),
  ],
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false, websockets: false },
  grafast: { explain: false },
};

const server = createServer();
server.on('error', (error) => process.stderr.write(`${error.stack}\n`));
await postgraphile(preset).createServ(grafserv).addTo(server);
listen(server);
