/** Where developers find GraphiQL; undefined where the service has none. The page says it, so that the service decides. */
export const graphiql = document.querySelector('link[rel="help"]')?.getAttribute('href') ?? undefined;
