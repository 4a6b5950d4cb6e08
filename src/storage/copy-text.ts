const escapes: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const field = (value: string | null): string => {
  if (value === null) return '\\N';
  return /[\\\n\r\t]/.test(value) ? value.replace(/[\\\n\r\t]/g, (character) => escapes[character] as string) : value;
};

/** Rows in the text format of COPY (https://www.postgresql.org/docs/current/sql-copy.html), UTF-8. */
export function toCopyText(rows: readonly (readonly (string | null)[])[]): Buffer<ArrayBuffer> {
  let text = '';
  for (const row of rows) {
    for (const [at, value] of row.entries()) text += at === 0 ? field(value) : `\t${field(value)}`;
    text += '\n';
  }
  return Buffer.from(text);
}
