/** Files out of what people drop, paste or choose: folders are walked. */

export interface Chosen {
  file: File;
  name: string;
}

const UNWANTED = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini)$/;

export function ofInput(input: HTMLInputElement): Chosen[] {
  const chosen = [...(input.files ?? [])].map((file) => ({
    file,
    name: file.webkitRelativePath || file.name,
  }));
  input.value = "";
  return wanted(chosen);
}

export async function ofDrop(data: DataTransfer): Promise<Chosen[]> {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry()); // before any await: then it is empty
  const plain = [...data.files].map((file) => ({ file, name: file.name }));
  if (!entries.some((entry) => entry)) return wanted(plain);
  const found = await Promise.all(entries.map((entry) => (entry ? walk(entry) : [])));
  return wanted(found.flat());
}

/** Pasted pictures are all called image.png: the time of day tells them apart. */
export function ofPaste(data: DataTransfer, now = new Date()): Chosen[] {
  const stamp = now.toISOString().slice(0, 19).replace(/[:T]/g, "-");
  return wanted(
    [...data.files].map((file, at) => ({
      file,
      name: /^image\.\w+$/.test(file.name)
        ? `pasted-${stamp}${at ? `-${at + 1}` : ""}.${file.name.split(".")[1]}`
        : file.name,
    })),
  );
}

const wanted = (chosen: Chosen[]): Chosen[] => chosen.filter(({ name }) => !UNWANTED.test(name));

async function walk(entry: FileSystemEntry): Promise<Chosen[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [{ file, name: entry.fullPath.replace(/^\//, "") }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: Chosen[] = [];
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (!batch.length) return found;
    for (const child of batch) found.push(...(await walk(child)));
  }
}
