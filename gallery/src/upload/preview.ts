/** A first look at a file that is still on its way, if the browser can show it. */

const SHOWABLE = new Set(["image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/bmp"]);
const LARGEST_BYTES = 40 * 1024 * 1024;

export interface Preview {
  preview: string;
  width: number;
  height: number;
}

export async function previewOf(file: File): Promise<Preview | null> {
  if (!SHOWABLE.has(file.type) || file.size > LARGEST_BYTES) return null;
  const url = URL.createObjectURL(file);
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
    return { preview: url, width: image.naturalWidth, height: image.naturalHeight };
  } catch {
    URL.revokeObjectURL(url); // it is no picture after all: the pipeline will say so
    return null;
  }
}
