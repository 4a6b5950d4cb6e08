import { builder } from './builder.ts';
import './scalars.ts';
import './enums.ts';
import './inputs.ts';
import './viewer.ts';
import './workspace.ts';
import './activity.ts';
import './timeline.ts';
import './activity-mutations.ts';
import './activity-added.ts';

/** The whole GraphQL schema; schema.graphql is its text. */
export const schema = builder.toSchema();
