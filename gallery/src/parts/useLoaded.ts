/** A value that is being fetched: there, not yet there, or why not. */

import { useCallback, useEffect, useState } from "preact/hooks";
import { wordsOf } from "../api/problem";

export interface Loaded<T> {
  value: T | null;
  problem: string;
  reload: () => void;
}

export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, keys: unknown[]): Loaded<T> {
  const [value, setValue] = useState<T | null>(null);
  const [problem, setProblem] = useState("");
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setProblem("");
    load(stop.signal).then(
      (found) => !stop.signal.aborted && setValue(found),
      (error: unknown) => !stop.signal.aborted && setProblem(wordsOf(error)),
    );
    return () => stop.abort();
  }, [...keys, turn]);
  return { value, problem, reload: useCallback(() => setTurn((one) => one + 1), []) };
}
