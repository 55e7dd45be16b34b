/** A promise that a test settles by hand. */
export interface Held<T> {
  promise: Promise<T>;
  release: (value: T) => void;
  refuse: (error: unknown) => void;
}

export function held<T>(): Held<T> {
  let release!: (value: T) => void;
  let refuse!: (error: unknown) => void;
  const promise = new Promise<T>((resolve, reject) => ([release, refuse] = [resolve, reject]));
  return { promise, release, refuse };
}
