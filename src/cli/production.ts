/**
 * Imported before everything else: graphql-js, for one, decides as it is loaded whether it checks its own types at each
 * step, which takes a tenth of a large answer. Who develops sets NODE_ENV.
 */
process.env['NODE_ENV'] ??= 'production';
