/** Notices at the foot of the page, newest last; some can be acted on. */

import { act, dismiss, notices } from "../state/notices";
import { Icon } from "./icons";

export function Notices() {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map((notice) => (
        <div key={notice.number} class={notice.bad ? "notice bad" : "notice"}>
          <span>{notice.text}</span>
          {notice.action && <button class="link" type="button" onClick={() => act(notice)}>{notice.action.label}</button>}
          <button class="round" type="button" aria-label="Dismiss" onClick={() => dismiss(notice.number)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
