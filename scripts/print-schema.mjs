// Writes schema.graphql from the built schema.
import { writeFileSync } from 'node:fs';
import { printSchema } from 'graphql';
import { schema } from '../dist/graphql/schema.js';

writeFileSync(new URL('../schema.graphql', import.meta.url), `${printSchema(schema)}\n`);
