/** A failed write is seen where it was made; the event would end the process. */
export function ignoreClosedOutput(): void {
  process.stdout.on('error', () => {});
}

/**
 * Prints a line to standard output and waits until it is taken.
 * @returns false where nobody reads any more: the other end of the pipe is closed
 */
export async function print(line: string): Promise<boolean> {
  return await new Promise((resolve, reject) => {
    process.stdout.write(`${line}\n`, (error) => {
      if (error == null) resolve(true);
      else if ((error as NodeJS.ErrnoException).code === 'EPIPE') resolve(false);
      else reject(error);
    });
  });
}
