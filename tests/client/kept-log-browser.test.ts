/** The client as a browser gets it: bundled, and run where there is nothing of Node. */
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { rolldown } from 'rolldown';
import { describe, expect, it } from 'vitest';
import type { createActivityLogClient } from '../../src/client/client.ts';
import { entry, startService } from './kept-service.ts';

describe('the client in a browser', () => {
  const bundle = async (format: 'esm' | 'iife') => {
    const input = fileURLToPath(new URL('../../src/client/client.ts', import.meta.url));
    const bundled = await rolldown({ input, platform: 'browser', logLevel: 'silent' });
    const { output } = await bundled.generate({ format, name: 'client', codeSplitting: format === 'esm' });
    await bundled.close();
    return output.flatMap((one) => (one.type === 'chunk' ? [one] : []));
  };

  it('comes without a module of Node, and without what checks and keeps entries for those who do not log', async () => {
    const chunks = await bundle('esm');
    const own = new Set(chunks.map(({ fileName }) => fileName));
    const imported = chunks.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports]);
    expect(imported.filter((name) => !own.has(name))).toEqual([]);
    for (const { fileName, code } of chunks) {
      const names = [...code.matchAll(/(?:\bfrom|\bimport|\brequire\w*\()\s*\(?["'`]([^"'`]+)["'`]/g)].map(
        ([, name]) => name as string,
      );
      expect(
        names.filter((name) => name.startsWith('node:') || builtinModules.includes(name)),
        fileName,
      ).toEqual([]);
    }
    const modulesOf = (isEntry: boolean) =>
      chunks.filter((one) => one.isEntry === isEntry).flatMap((one) => one.moduleIds);
    const forLogging = /kept-log\.ts|\/spool\/|\/zod\/|entry-schema/;
    expect(modulesOf(false).some((id) => forLogging.test(id))).toBe(true);
    expect(modulesOf(true).filter((id) => forLogging.test(id))).toEqual([]);
  });

  it('logs, keeps and delivers where there is nothing of Node', async () => {
    const service = await startService();
    const [chunk] = await bundle('iife');
    const { fetch, URL, TextEncoder, AbortController, AbortSignal, setTimeout, clearTimeout, console } = globalThis;
    const globals = { fetch, URL, TextEncoder, AbortController, AbortSignal, setTimeout, clearTimeout, console };
    const page = createContext({ ...globals, navigator: { userAgent: 'a browser' } });
    runInContext(`self = globalThis; ${chunk?.code}`, page);
    expect(runInContext('typeof process + typeof Buffer + typeof require', page)).toBe('undefined'.repeat(3));
    const { createActivityLogClient: create } = page['client'] as {
      createActivityLogClient: typeof createActivityLogClient;
    };
    const kinds: string[] = [];
    const token = await service.token();
    const client = create({ url: service.url, token, onProblem: ({ kind }) => void kinds.push(kind) });
    expect(await client.logActivity(entry('e1', { payload: 'ü' }))).toMatchObject({ entityId: 'e1' });
    expect(await client.logActivity(entry('bad', { eventKey: 'No Key' }))).toBeNull();
    await service.stop();
    expect(await client.logActivity(entry('e2'))).toBeNull();
    await service.startAgain();
    await client.flush();
    await client.close();
    expect(await service.trail()).toEqual(['e1', 'e2']);
    expect(kinds).toEqual(['refused', 'away', 'back']);
  });
});
