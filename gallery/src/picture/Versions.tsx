/** What the bucket keeps under the picture's key. */

import type { Version } from "../api/types";
import { bytesInWords, timeInWords } from "../state/words";

export function Versions({ versions }: { versions: Version[] }) {
  if (versions.length < 2) return null;
  return (
    <section class="versions">
      <h2>Versions</h2>
      <ol role="list">
        {versions.map((version) => (
          <li key={version.version_id} title={version.version_id}>
            <span>{timeInWords(version.last_modified)}</span>
            <span>{version.delete_marker ? "deleted" : bytesInWords(version.size ?? 0)}</span>
            <span>{version.is_latest ? "now" : ""}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
