import { createHash } from "node:crypto";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Config } from "../src/config";

const config: Config = {
  api: "/api", issuer: "https://issuer.example", authorize_url: "https://login.example/oauth2/authorize",
  token_url: "https://login.example/oauth2/token", logout_url: "https://login.example/logout",
  client_id: "page", scope: "openid", max_bytes: 1, multipart_from_bytes: 1, stage: "test",
};

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  });
  vi.stubGlobal("location", { origin: "https://gallery.example", search: "?state=READY", hash: "", href: "https://gallery.example/", assign: vi.fn() });
});

describe("a login", () => {
  it("sends the hash of a verifier that stays here", async () => {
    const { authorizeUrl, newAttempt } = await import("../src/auth/session");
    const attempt = await newAttempt();
    const url = new URL(await authorizeUrl(config, attempt));
    const hash = createHash("sha256").update(attempt.verifier).digest("base64url");
    expect(url.searchParams.get("code_challenge")).toBe(hash);
    expect(url.searchParams.get("code_challenge_method")).toBe("S256");
    expect(url.searchParams.get("redirect_uri")).toBe("https://gallery.example/");
    expect(url.href).not.toContain(attempt.verifier);
    expect(attempt.returnTo).toBe("/?state=READY");
  });
  it("is refused if its answer was not asked for here", async () => {
    const { Session } = await import("../src/auth/session");
    sessionStorage.setItem("darkroom.login", JSON.stringify({ state: "mine", verifier: "v", returnTo: "" }));
    location.href = "https://gallery.example/?code=abc&state=foreign";
    await expect(new Session(config).finish()).rejects.toThrow();
  });
  it("takes what is no token for a name that nobody has", async () => {
    const { claimsOf, Session } = await import("../src/auth/session");
    expect(claimsOf("x.y.z")).toEqual({});
    sessionStorage.setItem("darkroom.tokens", "{no JSON");
    expect(new Session(config).signedIn).toBe(false);
  });
  it("has names in any script", async () => {
    const { claimsOf } = await import("../src/auth/session");
    const payload = Buffer.from(JSON.stringify({ email: "jürgen@日本.example" })).toString("base64url");
    expect(claimsOf(`e30.${payload}.x`).email).toBe("jürgen@日本.example");
  });
});
