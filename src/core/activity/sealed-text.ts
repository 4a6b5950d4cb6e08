import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { CursorSeal } from './live-cursor.ts';

/**
 * Seals texts (AES-256-GCM) so that only a service on the same database, in the same epoch of its feed, reads them, and
 * nobody changes them. What is sealed for one purpose is nothing for another one, nor a live cursor.
 */
export class SealedText {
  readonly #key: Uint8Array;
  readonly #epoch: Buffer;

  constructor(seal: CursorSeal, purpose: string) {
    this.#key = new Uint8Array(hkdfSync('sha256', seal.key, seal.epoch, purpose, 32));
    this.#epoch = Buffer.from(seal.epoch);
  }

  /** As base64url. */
  close(text: string): string {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv).setAAD(this.#epoch);
    return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
  }

  /** Undefined where it is none of ours, or was changed. */
  open(sealed: string): string | undefined {
    const bytes = Buffer.from(sealed, 'base64url');
    if (bytes.length < 28 || bytes.toString('base64url') !== sealed) return undefined;
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, 12))
        .setAAD(this.#epoch)
        .setAuthTag(bytes.subarray(-16));
      return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
    } catch {
      return undefined;
    }
  }
}
