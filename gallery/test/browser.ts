/** The few things of a browser that the page's state needs, for tests without one. */

import { vi } from "vitest";
import type { Config } from "../src/config";

export const config: Config = {
  api: "/api", issuer: "https://issuer.example", authorize_url: "https://login.example/oauth2/authorize",
  token_url: "https://login.example/oauth2/token", logout_url: "https://login.example/logout",
  client_id: "page", scope: "openid", max_bytes: 1000, multipart_from_bytes: 1000, stage: "test",
}; // prettier-ignore

export function stubBrowser(): void {
  const kept = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  });
  const origin = "https://gallery.example";
  const href = `${origin}/`;
  vi.stubGlobal("location", { origin, search: "?state=READY", hash: "", pathname: "/", href, assign: vi.fn() });
  vi.stubGlobal("history", { pushState: vi.fn(), replaceState: vi.fn() });
  vi.stubGlobal("document", { hidden: false, addEventListener: vi.fn() });
  vi.stubGlobal("navigator", { onLine: true });
  vi.stubGlobal("addEventListener", vi.fn());
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** An ID token as the issuer of the configuration would give it; `number` tells it from others. */
export function idToken(number: number): string {
  const claims = { iss: config.issuer, aud: config.client_id, sub: "alice", iat: 0, exp: 2 ** 40, jti: number };
  return `${part({ alg: "RS256" })}.${part(claims)}.c2lnbmVk`;
}

/** Keep the tokens of a login; they are valid for an hour unless said otherwise. */
export function keepTokens(id_token: string, seconds = 3600): void {
  const expires_at = Date.now() / 1000 + seconds;
  sessionStorage.setItem("darkroom.tokens", JSON.stringify({ id_token, refresh_token: "r1", expires_at }));
}

export function tokenAnswer(id_token: string): Response {
  const body = { id_token, access_token: "unused", refresh_token: "r2", token_type: "Bearer", expires_in: 3600 };
  return Response.json(body);
}
