import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Session } from "../src/auth/session";
import type { Chosen } from "../src/upload/files";
import { config, idToken, keepTokens, stubBrowser } from "./browser";
import { held, PATIENCE } from "./held";

stubBrowser(); // the view is read when the page is loaded
const { Darkroom } = await import("../src/state/darkroom");
const { go } = await import("../src/state/navigation");
const { notices } = await import("../src/state/notices");

const ALICE = { owner: "alice", admin: false };
const ADMIN = { owner: null, admin: true };
const anyFile = (name: string): Chosen => ({ name, file: new File(["pixels"], name) });
const page = { images: [], cursor: null, scanned: 0 };
const owners = { owners: [{ owner: "alice" }, { owner: "bob" }], cursor: null };

/** Answer requests by their path; an upload is asked for, but none is granted. */
function stubApi(me: () => Promise<unknown>): { asked: string[]; uploads: { files: { name: string }[]; owner?: string }[] } {
  const [asked, uploads] = [[] as string[], [] as { files: { name: string }[]; owner?: string }[]];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const path = url.replace("/api", "").split("?")[0] as string;
    asked.push(path);
    if (path === "/uploads") uploads.push(JSON.parse(init.body as string));
    const answers: Record<string, () => unknown> = { "/me": me, "/images": () => page, "/owners": () => owners };
    const answer = await answers[path]?.();
    return answer ? Response.json(answer) : Response.json({ detail: "busy" }, { status: 500 });
  });
  return { asked, uploads };
}
const anyRoom = (): InstanceType<typeof Darkroom> => new Darkroom(config, new Session(config));
const askedBeforeLeaving = (): boolean => {
  const calls = vi.mocked(addEventListener).mock.calls as unknown as [string, (event: unknown) => void][];
  const event = { preventDefault: vi.fn() };
  for (const [type, listen] of calls) if (type === "beforeunload") listen(event);
  return event.preventDefault.mock.calls.length > 0;
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }); // the album looks again and again
  stubBrowser();
  keepTokens(idToken(1));
  notices.value = [];
  go({ filters: {} });
});
afterEach(() => vi.useRealTimers());

describe("the page", () => {
  it("asks once who is there, however often it is started", async () => {
    const me = held<unknown>();
    const { asked } = stubApi(() => me.promise);
    const room = anyRoom();
    const starts = [room.start(), room.start(), room.add([anyFile("a.jpg")])];
    me.release(ALICE);
    await Promise.all([...starts, room.start()]);
    expect(asked.filter((path) => path === "/me")).toEqual(["/me"]);
    expect(asked.filter((path) => path === "/images")).toEqual(["/images"]);
  });
  it("asks again after a failure", async () => {
    const answers = [null, ALICE];
    stubApi(async () => answers.shift());
    const room = anyRoom();
    await room.start();
    expect([room.me.value, room.problem.value]).toEqual([null, "busy"]);
    await room.start();
    expect([room.me.value, room.problem.value]).toEqual([ALICE, ""]);
  });
});

describe("a session that has ended", () => {
  it("is not announced again until the user asks for something", async () => {
    stubApi(async () => ALICE);
    const room = anyRoom();
    await room.start();
    room.session.end();
    room.ended.value = false; // the user closes the dialog
    await vi.advanceTimersByTimeAsync(60_000);
    expect(room.ended.value).toBe(false);
    await expect(room.api.usage("alice")).rejects.toThrow();
    expect(room.ended.value).toBe(true);
  });
});

describe("files that are added before it is known who is there", () => {
  it("go to the owner whose pictures were shown then", async () => {
    const me = held<unknown>();
    const { uploads } = stubApi(() => me.promise);
    go({ filters: { owner: "alice" } });
    const room = anyRoom();
    const added = room.add([anyFile("a.jpg")]);
    go({ filters: { owner: "bob" } });
    me.release(ADMIN);
    await added;
    await vi.waitFor(() => expect(uploads.map(({ owner }) => owner)).toEqual(["alice"]), PATIENCE);
  });
  it("are on their way: the browser asks before one leaves", async () => {
    const me = held<unknown>();
    stubApi(() => me.promise);
    const room = anyRoom();
    const added = room.add([anyFile("a.jpg")]);
    expect(askedBeforeLeaving()).toBe(true);
    me.release(null);
    await added;
    expect(askedBeforeLeaving()).toBe(false);
  });
  it("are refused with the reason while that cannot be found out, and may be added again", async () => {
    const answers = [null, ALICE];
    const { uploads } = stubApi(async () => answers.shift());
    const room = anyRoom();
    await room.add([anyFile("a.jpg")]);
    expect(notices.value.map(({ text }) => text)).toEqual(["Busy. Nothing was taken in; please try again."]);
    await room.add([anyFile("a.jpg")]);
    await vi.waitFor(() => expect(uploads.map(({ files }) => files[0]?.name)).toEqual(["a.jpg"]), PATIENCE);
  });
  it("are refused with the reason if their folder cannot be read", async () => {
    stubApi(async () => ALICE);
    await anyRoom().add(Promise.reject(new Error("The folder is gone.")));
    expect(notices.value.map(({ text }) => text)).toEqual(["The folder is gone. Nothing was taken in; please try again."]);
  });
});

describe("signing out while files are on their way", () => {
  it.each([[false, true], [true, false]])("asks first: %s", async (agreed, staysSignedIn) => {
    const me = held<unknown>();
    stubApi(() => me.promise);
    const confirm = vi.fn(() => agreed);
    vi.stubGlobal("confirm", confirm);
    const room = anyRoom();
    const added = room.add([anyFile("a.jpg")]);
    room.signOut();
    expect(confirm).toHaveBeenCalledOnce();
    expect([room.session.signedIn, askedBeforeLeaving()]).toEqual([staysSignedIn, staysSignedIn]);
    me.release(null);
    await added;
  });
  it("does not ask when nothing is", () => {
    vi.stubGlobal("confirm", vi.fn());
    const room = anyRoom();
    room.signOut();
    expect(room.session.signedIn).toBe(false);
    expect(confirm).not.toHaveBeenCalled();
  });
});
