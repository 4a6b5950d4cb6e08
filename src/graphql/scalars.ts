import { GraphQLError, GraphQLScalarType } from 'graphql';
import { GraphQLDateTime, GraphQLJSON } from 'graphql-scalars';
import { builder } from './builder.ts';

builder.addScalarType(
  'DateTime',
  new GraphQLScalarType({
    ...GraphQLDateTime.toConfig(),
    name: 'DateTime',
    description: 'A moment, as RFC 3339 text with a time zone: `2026-01-31T12:00:00.000Z`. Kept to the millisecond.',
    parseValue: (value) => {
      // Counting an operation's cost coerces variables that are coerced already.
      if (value instanceof Date) return value;
      // A number would be read as milliseconds or seconds, depending on who guesses.
      if (typeof value !== 'string')
        throw new GraphQLError('DateTime takes RFC 3339 text, like "2026-01-31T12:00:00Z"');
      return GraphQLDateTime.parseValue(value);
    },
  }),
);

builder.addScalarType(
  'JSON',
  new GraphQLScalarType({
    ...GraphQLJSON.toConfig(),
    name: 'JSON',
    description: 'Any JSON value.',
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  }),
);
