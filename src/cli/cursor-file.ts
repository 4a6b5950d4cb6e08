import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { ActivityLogError } from '../errors.ts';

/** A file that holds one cursor and is never seen half written. */
export class CursorFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** The cursor in it; undefined where there is no file. @throws ActivityLogError where it cannot be read or is empty */
  read(): string | undefined {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8').trim();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw this.#refuse('read', error);
    }
    if (text !== '') return text;
    throw new ActivityLogError(
      'BAD_USER_INPUT',
      `The cursor file ${this.#path} is empty. Delete it to begin from now.`,
    );
  }

  /** Puts the cursor in the place of what is there. @throws ActivityLogError where it cannot be written */
  write(cursor: string): void {
    const beside = `${this.#path}.${process.pid}.tmp`;
    try {
      writeFileSync(beside, `${cursor}\n`);
      renameSync(beside, this.#path);
    } catch (error) {
      throw this.#refuse('written', error);
    }
  }

  #refuse(what: string, error: unknown): ActivityLogError {
    const message = `The cursor file ${this.#path} cannot be ${what}: ${(error as Error).message}.`;
    return new ActivityLogError('BAD_USER_INPUT', message, { cause: error });
  }
}
