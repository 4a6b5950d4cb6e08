import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { expect, it } from 'vitest';

it.each(['spool.ts', 'memory-store.ts', 'spool-store.ts'])('%s runs in a browser', async (file) => {
  const input = fileURLToPath(new URL(`../../src/spool/${file}`, import.meta.url));
  const bundle = await rolldown({ input, platform: 'neutral', external: /^[^./]/, logLevel: 'silent' });
  const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
  await bundle.close();
  const [{ code, imports }] = output;
  expect(imports).toEqual([]);
  expect(code).not.toMatch(/\b(Buffer\.|process\.|setImmediate|require\()/);
  expect(code).toContain('class ');
});
