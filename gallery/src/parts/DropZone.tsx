/** The whole page takes files: dropped or pasted. */

import { useLayoutEffect, useState } from "preact/hooks";
import { ofDrop, ofPaste } from "../upload/files";
import { useRoom } from "./context";

export function DropZone() {
  const room = useRoom();
  const [over, setOver] = useState(false);
  useLayoutEffect(() => {
    const stop = new AbortController();
    const on = <E extends Event>(type: string, act: (event: E) => void): void =>
      addEventListener(type, act as EventListener, { signal: stop.signal });
    let depth = 0;
    on<DragEvent>("dragenter", (event) => hasFiles(event) && setOver(++depth > 0));
    on<DragEvent>("dragleave", (event) => hasFiles(event) && setOver(--depth > 0));
    on<DragEvent>("dragover", (event) => hasFiles(event) && event.preventDefault());
    on<DragEvent>("drop", (event) => {
      if (!hasFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      void room.add(ofDrop(event.dataTransfer));
    });
    on<ClipboardEvent>("paste", (event) => {
      if (event.clipboardData?.files.length) void room.add(ofPaste(event.clipboardData));
    });
    return () => stop.abort();
  }, [room]);
  if (!over) return null;
  return (
    <div class="drop" aria-hidden="true">
      <p>Let go to develop</p>
    </div>
  );
}

const hasFiles = (event: DragEvent): boolean => Boolean(event.dataTransfer?.types.includes("Files"));
