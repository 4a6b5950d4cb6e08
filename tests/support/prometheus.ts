/** What `/metrics` of a server shows now, by name (without `activity_log_`) and labels, as they stand there. */
export async function readMetrics({ url }: { url: string }): Promise<(name: string) => number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const values = new Map(
    Array.from(text.matchAll(/^activity_log_(\S+) (\S+)$/gm), ([, name, value]) => [name as string, Number(value)]),
  );
  return (name) => {
    const value = values.get(name);
    // A counter with labels is not there before it has counted something.
    if (value === undefined && !name.includes('{')) throw new Error(`There is no metric ${name}.`);
    return value ?? 0;
  };
}
