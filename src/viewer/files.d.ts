/** A file of the page, by the address that it is served by. */
declare module '*.svg' {
  const address: string;
  export default address;
}

/** The text of a style sheet, with what it imports. */
declare module '*.css?inline' {
  const text: string;
  export default text;
}

declare module '*.css';
