/** The API over fetch: the token, one renewal at 401, patience at 429. */

import type { Session } from "../auth/session";
import { offline, Problem, problemOf, signedOut } from "./problem";

const TRIES = 3;
const LONGEST_WAIT_SECONDS = 20;

export type Query = Record<string, string | number | null | undefined>;

export class Client {
  constructor(
    private readonly base: string,
    private readonly session: Session,
    private readonly wait: (ms: number) => Promise<unknown> = sleep,
  ) {}

  get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
    return this.ask<T>("GET", path + queryString(query), undefined, signal);
  }

  send<T>(method: "POST" | "DELETE", path: string, body?: unknown): Promise<T> {
    return this.ask<T>(method, path, body);
  }

  private async ask<T>(method: string, path: string, body?: unknown, signal?: AbortSignal) {
    for (let attempt = 1; ; attempt++) {
      const token = await this.token();
      const answer = await this.once(token, method, path, body, signal);
      if (answer.ok) return (answer.status === 204 ? undefined : await answer.json()) as T;
      const problem = await problemOf(answer);
      if (problem.status === 401 && attempt === 1 && (await this.session.renew(token))) continue;
      if (problem.status === 401) this.session.end();
      if (!mayPass(problem, method) || attempt === TRIES) throw problem;
      await this.wait(secondsToWait(problem, attempt) * 1000);
    }
  }

  private async token(): Promise<string> {
    const token = await this.session.token();
    if (token) return token;
    this.session.end();
    throw signedOut();
  }

  private async once(token: string, method: string, path: string, body: unknown, signal?: AbortSignal) {
    const headers: Record<string, string> = { authorization: `Bearer ${token}` };
    if (body !== undefined) headers["content-type"] = "application/json";
    const text = body === undefined ? undefined : JSON.stringify(body);
    return fetch(this.base + path, { method, headers, body: text, signal }).catch((error) => {
      if (signal?.aborted) throw error;
      throw offline();
    });
  }
}

export function queryString(query: Query): string {
  const pairs = Object.entries(query).filter(([, value]) => value != null && value !== "");
  const text = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]));
  return pairs.length ? `?${text}` : "";
}

const mayPass = (problem: Problem, method: string): boolean =>
  problem.status === 429 || (problem.status === 503 && method === "GET");

const secondsToWait = (problem: Problem, attempt: number): number =>
  Math.min(problem.retryAfterSeconds ?? 2 ** (attempt - 1), LONGEST_WAIT_SECONDS);

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
