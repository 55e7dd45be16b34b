import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Routes, UploadAsk } from "../src/api/routes";
import type { Chosen } from "../src/upload/files";
import { previewOf } from "../src/upload/preview";
import { sendForm } from "../src/upload/transport";
import { Uploads } from "../src/upload/uploads";
import { config } from "./browser";
import { held, PATIENCE } from "./held";

vi.mock("../src/upload/preview", () => ({ previewOf: vi.fn(async () => null) }));
vi.mock("../src/upload/transport", async (original) => ({ ...(await original<object>()), sendForm: vi.fn(async () => undefined) }));

const grantsOf = async (files: UploadAsk[]): Promise<unknown> => ({
  uploads: files.map(({ name }) => ({ id: `id of ${name}`, key: name, url: "/s3", fields: {} })),
});
const grants = vi.fn<(files: UploadAsk[], owner?: string) => Promise<unknown>>(grantsOf);
const anyFile = (name: string): Chosen => ({ name, file: new File(["pixels"], name) });
const anyUploads = (): Uploads => new Uploads({ grants } as unknown as Routes, config);
const phases = (uploads: Uploads): string[] => uploads.list.value.map(({ name, phase }) => `${name} ${phase}`);
const idOf = (uploads: Uploads, name: string): string => uploads.list.value.find((one) => one.name === name)!.localId;

beforeEach(() => {
  grants.mockReset().mockImplementation(grantsOf);
  vi.mocked(sendForm).mockReset().mockResolvedValue();
});

/** Let a file fail, for want of a grant. */
async function withAFailure(name: string): Promise<Uploads> {
  const uploads = anyUploads();
  grants.mockRejectedValueOnce(new Error("busy"));
  await uploads.add([anyFile(name)]);
  expect(phases(uploads)).toEqual([`${name} failed`]);
  return uploads;
}

describe("a file", () => {
  it("is sent once when it is tried again twice", async () => {
    const uploads = await withAFailure("a.jpg");
    const localId = idOf(uploads, "a.jpg");
    await Promise.all([uploads.retry(localId), uploads.retry(localId)]);
    expect(sendForm).toHaveBeenCalledTimes(1);
    expect(phases(uploads)).toEqual(["a.jpg sent"]);
  });
  it("is not sent again with the next one while the catalog does not yet show it", async () => {
    const uploads = anyUploads();
    await uploads.add([anyFile("a.jpg")]);
    await uploads.add([anyFile("b.jpg")]);
    expect(sendForm).toHaveBeenCalledTimes(2);
    expect(grants.mock.calls.map(([files]) => files.map(({ name }) => name))).toEqual([["a.jpg"], ["b.jpg"]]);
  });
  it("that failed waits for its retry when others are added", async () => {
    const uploads = await withAFailure("a.jpg");
    await uploads.add([anyFile("b.jpg")]);
    expect(sendForm).toHaveBeenCalledTimes(1);
    expect(phases(uploads)).toEqual(["b.jpg sent", "a.jpg failed"]);
    await uploads.retry(idOf(uploads, "a.jpg"));
    expect(phases(uploads)).toEqual(["b.jpg sent", "a.jpg sent"]);
  });
  it("goes to the owner for whom it was added, whoever is chosen when it is sent", async () => {
    const uploads = await withAFailure("a.jpg");
    grants.mockClear();
    await Promise.all([uploads.add([anyFile("b.jpg")], "alice"), uploads.add([anyFile("b.jpg")], "bob")]);
    await uploads.retry(idOf(uploads, "a.jpg"));
    expect(grants.mock.calls.map(([files, owner]) => [files.map(({ name }) => name), owner])).toEqual([
      [["b.jpg"], "alice"], [["b.jpg"], "bob"], [["a.jpg"], undefined],
    ]);
  });
});

describe("a preview", () => {
  it("that is decoded after its file was cancelled is let go of", async () => {
    const decoded = held<{ preview: string; width: number; height: number } | null>();
    vi.mocked(previewOf).mockReturnValueOnce(decoded.promise);
    const revoke = vi.spyOn(URL, "revokeObjectURL");
    const uploads = anyUploads();
    const added = uploads.add([anyFile("a.jpg")]);
    uploads.cancel(idOf(uploads, "a.jpg"));
    decoded.release({ preview: "blob:a", width: 3, height: 2 });
    await added;
    await vi.waitFor(() => expect(revoke).toHaveBeenCalledWith("blob:a"), PATIENCE);
    expect(uploads.list.value).toEqual([]);
  });
});
