import { createHash } from "node:crypto";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Session, authorizeUrl, claimsOf, newAttempt } from "../src/auth/session";
import { config, idToken, keepTokens, stubBrowser, tokenAnswer } from "./browser";
import { held, PATIENCE } from "./held";

beforeEach(stubBrowser);

describe("a login", () => {
  it("sends the hash of a verifier that stays here", async () => {
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
    sessionStorage.setItem("darkroom.login", JSON.stringify({ state: "mine", verifier: "v", returnTo: "" }));
    location.href = "https://gallery.example/?code=abc&state=foreign";
    await expect(new Session(config).finish()).rejects.toThrow();
  });
  it("takes what is no token for a name that nobody has", async () => {
    expect(claimsOf("x.y.z")).toEqual({});
    sessionStorage.setItem("darkroom.tokens", "{no JSON");
    expect(new Session(config).signedIn).toBe(false);
  });
  it("has names in any script", async () => {
    const payload = Buffer.from(JSON.stringify({ email: "jürgen@日本.example" })).toString("base64url");
    expect(claimsOf(`e30.${payload}.x`).email).toBe("jürgen@日本.example");
  });
});

describe("the tokens", () => {
  it("stay away once the user has signed out, whenever a renewal is answered", async () => {
    keepTokens(idToken(1));
    const answer = held<Response>();
    vi.stubGlobal("fetch", () => answer.promise);
    const session = new Session(config);
    const renewal = session.renew(idToken(1));
    session.signOut();
    answer.release(tokenAnswer(idToken(2)));
    expect(await renewal).toBe(false);
    expect([session.signedIn, sessionStorage.getItem("darkroom.tokens")]).toEqual([false, null]);
  });
  it("are renewed once for all who ask meanwhile", async () => {
    keepTokens(idToken(1));
    const fetch = vi.fn(async () => tokenAnswer(idToken(2)));
    vi.stubGlobal("fetch", fetch);
    const session = new Session(config);
    expect(await Promise.all([session.renew(idToken(1)), session.renew(idToken(1))])).toEqual([true, true]);
    expect(await session.renew(idToken(1))).toBe(true);
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(await session.token()).toBe(idToken(2));
  });
});

describe("a login that is begun twice", () => {
  it("keeps the attempt of the address that was gone to last", async () => {
    const digests = [held<ArrayBuffer>(), held<ArrayBuffer>()];
    const waiting = [...digests];
    const digest = vi.spyOn(crypto.subtle, "digest").mockImplementation(() => waiting.shift()!.promise);
    const session = new Session(config);
    const both = [session.signIn(), session.signIn()];
    await vi.waitFor(() => expect(digest).toHaveBeenCalledTimes(2), PATIENCE);
    for (const one of digests.reverse()) one.release(new ArrayBuffer(32));
    await Promise.all(both);
    const gone = new URL(vi.mocked(location.assign).mock.lastCall![0] as string);
    const kept = JSON.parse(sessionStorage.getItem("darkroom.login")!) as { state: string };
    expect(kept.state).toBe(gone.searchParams.get("state"));
    vi.restoreAllMocks();
  });
});
