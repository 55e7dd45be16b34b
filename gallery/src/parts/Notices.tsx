/** Notices at the foot of the page, newest last; some can be acted on. */

import { dismiss, notices } from "../state/notices";
import { Icon } from "./icons";

export function Notices() {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map(({ number, text, bad, action }) => (
        <div key={number} class={bad ? "notice bad" : "notice"}>
          <span>{text}</span>
          {action && (
            <button class="link" type="button" onClick={() => (dismiss(number), action.run())}>{action.label}</button>
          )}
          <button class="round" type="button" aria-label="Dismiss" onClick={() => dismiss(number)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
