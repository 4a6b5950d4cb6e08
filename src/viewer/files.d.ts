/** A file of the page, by the address that it is served by. */
declare module '*.svg' {
  const address: string;
  export default address;
}
