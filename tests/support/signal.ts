export interface Signal {
  /** Resolves once fire() was called. */
  readonly fired: Promise<void>;
  fire(): void;
}

/** Something a test waits for instead of sleeping. */
export function signal(): Signal {
  let fire = () => {};
  const fired = new Promise<void>((resolve) => {
    fire = resolve;
  });
  return { fired, fire };
}
