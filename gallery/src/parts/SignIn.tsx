/** The doors: before signing in, when a session has ended, and when nothing works. */

import { useEffect, useRef } from "preact/hooks";
import type { Session } from "../auth/session";

export function SignIn({ session, stage, problem }: { session: Session; stage: string; problem: string }) {
  return (
    <main class="door">
      <div class="lamp" aria-hidden="true" />
      <h1>Darkroom</h1>
      <p>Drop photos in. See them develop.</p>
      {problem && <p class="problem" role="alert">{problem}</p>}
      <button class="button main" type="button" onClick={() => void session.signIn()}>Sign in</button>
      {stage && stage !== "production" && <p class="small">{stage}</p>}
    </main>
  );
}

export function Closed({ problem }: { problem: string }) {
  return (
    <main class="door">
      <div class="lamp" aria-hidden="true" />
      <h1>Darkroom</h1>
      <p class="problem" role="alert">{problem}</p>
      <button class="button" type="button" onClick={() => location.reload()}>Try again</button>
    </main>
  );
}

export function Ended({ session, onClose }: { session: Session; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="sheet" ref={dialog} aria-labelledby="ended" onClose={onClose}>
      <h2 id="ended">Your session has ended</h2>
      <p>Sign in again; you will come back to this view.</p>
      <button class="button main" type="button" onClick={() => void session.signIn()}>Sign in</button>
    </dialog>
  );
}
