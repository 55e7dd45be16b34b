/** A promise that a test fulfils by hand. */
export interface Held<T> {
  promise: Promise<T>;
  release: (value: T) => void;
}

export function held<T>(): Held<T> {
  let release!: (value: T) => void;
  const promise = new Promise<T>((resolve) => (release = resolve));
  return { promise, release };
}

/** For `vi.waitFor`: a busy machine is no defect. */
export const PATIENCE = { timeout: 90_000 };
