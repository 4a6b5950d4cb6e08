import { assetNames, loadAssets } from './graphiql/assets.ts';
import { pagePolicy } from './graphiql/page.ts';
import { type Pages, pageName } from './pages.ts';

/** GraphiQL: for browsers that ask for HTML at the address of GraphQL. */
export const graphiql: Pages = {
  title: 'GraphiQL',
  path: '/graphql',
  assetPath: '/graphql/assets/',
  // Whoever does not ask for HTML gets GraphQL at the same address.
  headers: { 'content-security-policy': pagePolicy, vary: 'accept, accept-encoding' },
  find: async (name) => (name === pageName || assetNames.has(name) ? (await loadAssets()).get(name) : undefined),
};
