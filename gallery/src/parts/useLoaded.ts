/** A value that is being fetched: there, not yet there, or why not. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Problem, wordsOf } from "../api/problem";

export interface Loaded<T> {
  value: T | null;
  problem: string;
  restorable: boolean;
  /** Whether the problem may be gone the next time: not so if the picture is. */
  passing: boolean;
  /** Load it again; while it is being loaded, that goes on. */
  reload: () => void;
}

export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, keys: unknown[]): Loaded<T> {
  const [value, setValue] = useState<T | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  const loading = useRef(false);
  useEffect(() => {
    const stop = new AbortController();
    const settle = (set: () => void): void => {
      if (stop.signal.aborted) return;
      loading.current = false;
      set();
    };
    loading.current = true;
    setProblem(null);
    load(stop.signal).then(
      (found) => settle(() => setValue(found)),
      (error: unknown) => settle(() => setProblem(error)),
    );
    return () => stop.abort();
  }, [...keys, turn]);
  const restorable = problem instanceof Problem && problem.restorable;
  const passing = !(problem instanceof Problem) || ![400, 403, 404].includes(problem.status);
  const words = problem ? wordsOf(problem) : "";
  const reload = useCallback(() => loading.current || setTurn((one) => one + 1), []);
  return { value, problem: words, restorable, passing, reload };
}
