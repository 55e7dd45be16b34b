/** A step that several callers need and that runs once. */

/** Return a function whose callers share one promise; after a failure the next call starts again. */
export function kept<T>(make: () => Promise<T>): () => Promise<T> {
  let promise: Promise<T> | null = null;
  const again = (error: unknown): never => {
    promise = null;
    throw error;
  };
  return () => (promise ??= make().catch(again));
}
