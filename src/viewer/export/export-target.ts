import type { ActivityExportFormat } from '../../client/client.ts';
import { exportFormats } from './export-formats.ts';

/** Bytes that are collected in the page where it cannot write a file itself. */
export const mostInMemory = 250_000_000;

/** More has come than the page may collect. */
export class TooLargeForPage extends Error {
  override readonly name = 'TooLargeForPage';
}

/** Where an export goes. Nothing of it is left unless it is finished. */
export interface ExportTarget {
  write(bytes: Uint8Array): Promise<void>;
  finish(): Promise<void>;
  discard(): Promise<void>;
}

/** Not in every browser, hence not in TypeScript's library. */
type SavePicker = (options: {
  suggestedName: string;
  types: { accept: Record<string, string[]> }[];
}) => Promise<FileSystemFileHandle & { remove?(): Promise<void> }>;

const asChunk = (bytes: Uint8Array) => bytes as Uint8Array<ArrayBuffer>;

/** Lets the browser save what an address leads to, as it does with any download. */
export function downloadFrom(href: string, fileName = ''): void {
  const link = document.createElement('a');
  link.href = href;
  link.download = fileName;
  link.rel = 'noreferrer';
  link.click();
}

async function fileTarget(pick: SavePicker, fileName: string, format: ActivityExportFormat): Promise<ExportTarget> {
  const { name, type } = exportFormats[format];
  const handle = await pick({ suggestedName: fileName, types: [{ accept: { [type]: [`.${name}`] } }] });
  // Into a file of the browser's own, which takes the place of the chosen one when it is closed.
  const file = await handle.createWritable();
  return {
    write: (bytes) => file.write(asChunk(bytes)),
    finish: () => file.close(),
    async discard() {
      await file.abort().catch(() => undefined);
      // Choosing it has made it, without anything in it: it would look like an export of nothing.
      if ((await handle.getFile()).size === 0) await handle.remove?.();
    },
  };
}

/** Collects an export in the page, and saves it at the end. Throws TooLargeForPage. @param most bytes */
export function pageTarget(fileName: string, format: ActivityExportFormat, most = mostInMemory): ExportTarget {
  let parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  return {
    async write(bytes) {
      size += bytes.length;
      if (size > most) throw new TooLargeForPage();
      parts.push(asChunk(bytes));
    },
    async finish() {
      const href = URL.createObjectURL(new Blob(parts, { type: exportFormats[format].type }));
      parts = [];
      downloadFrom(href, fileName);
      // Nobody says when it has been saved.
      setTimeout(() => URL.revokeObjectURL(href), 60_000);
    },
    async discard() {
      parts = [];
    },
  };
}

/** True where the page can write a file of any size. */
export const canWriteFiles = (): boolean => 'showSaveFilePicker' in window;

/**
 * Asks where the export is to go, where the browser lets pages write files; otherwise it is collected in the page, and
 * saved as a download at the end. To be called by a click.
 * @returns undefined where whoever was asked wants none
 */
export async function chooseTarget(fileName: string, format: ActivityExportFormat): Promise<ExportTarget | undefined> {
  const { showSaveFilePicker } = window as { showSaveFilePicker?: SavePicker };
  if (showSaveFilePicker === undefined) return pageTarget(fileName, format);
  try {
    return await fileTarget((options) => showSaveFilePicker.call(window, options), fileName, format);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined;
    // A frame of another origin may not ask, for one.
    return pageTarget(fileName, format);
  }
}
