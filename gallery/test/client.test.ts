import { beforeEach, describe, expect, it, vi } from "vitest";
import { Client } from "../src/api/client";
import { Session } from "../src/auth/session";
import { config, idToken, keepTokens, stubBrowser, tokenAnswer } from "./browser";
import { held, type Held } from "./held";

const REFUSED = new Response("{}", { status: 401 });
const bearer = (init?: RequestInit): string => (init?.headers as Record<string, string>).authorization ?? "";

beforeEach(() => {
  stubBrowser();
  keepTokens(idToken(1));
});

describe("a request that is refused for a token that was renewed meanwhile", () => {
  it("is repeated with the new token, and the session goes on", async () => {
    const late: Held<Response> = held();
    let renewals = 0;
    vi.stubGlobal("fetch", async (url: string | URL, init?: RequestInit) => {
      if (String(url) === config.token_url)
        return renewals++ ? Response.json({ error: "invalid_grant" }, { status: 400 }) : tokenAnswer(idToken(2));
      if (bearer(init) !== `Bearer ${idToken(1)}`) return Response.json({ at: String(url) });
      return String(url) === "/api/late" ? late.promise : REFUSED.clone();
    });
    const session = new Session(config);
    const onEnd = (session.onEnd = vi.fn());
    const client = new Client("/api", session);
    const second = client.get("/late");
    expect(await client.get("/first")).toEqual({ at: "/api/first" });
    late.release(REFUSED.clone());
    expect(await second).toEqual({ at: "/api/late" });
    expect(onEnd).not.toHaveBeenCalled();
  });
});

describe("a request after signing out", () => {
  it("fails without a word about a session that has ended", async () => {
    vi.stubGlobal("fetch", vi.fn());
    const session = new Session(config);
    const onEnd = (session.onEnd = vi.fn());
    session.signOut();
    await expect(new Client("/api", session).get("/images")).rejects.toThrow();
    expect(onEnd).not.toHaveBeenCalled();
    expect(fetch).not.toHaveBeenCalled();
  });
});
