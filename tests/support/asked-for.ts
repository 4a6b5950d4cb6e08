/** What came back of what a test has asked for. */
// biome-ignore lint/suspicious/noExplicitAny: its shape is that of the query.
export type AskedFor = any;
