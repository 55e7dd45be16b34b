/** A value that is being fetched: there, not yet there, or why not. */

import { useCallback, useEffect, useState } from "preact/hooks";
import { Problem, wordsOf } from "../api/problem";

export interface Loaded<T> {
  value: T | null;
  problem: string;
  restorable: boolean;
  /** Whether the problem may be gone the next time: not so if the picture is. */
  passing: boolean;
  reload: () => void;
}

export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, keys: unknown[]): Loaded<T> {
  const [value, setValue] = useState<T | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setProblem(null);
    load(stop.signal).then(
      (found) => !stop.signal.aborted && setValue(found),
      (error: unknown) => !stop.signal.aborted && setProblem(error),
    );
    return () => stop.abort();
  }, [...keys, turn]);
  const restorable = problem instanceof Problem && problem.restorable;
  const passing = !(problem instanceof Problem) || ![400, 403, 404].includes(problem.status);
  const words = problem ? wordsOf(problem) : "";
  return { value, problem: words, restorable, passing, reload: useCallback(() => setTurn((one) => one + 1), []) };
}
