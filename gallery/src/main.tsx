/** The page starts here: configuration, login, then the darkroom. */

import "./styles/index.css";
import { render } from "preact";
import { Session } from "./auth/session";
import { loadConfig } from "./config";
import { App } from "./parts/App";
import { Closed, SignIn } from "./parts/SignIn";
import { Room } from "./parts/context";
import { Darkroom } from "./state/darkroom";
import { startNavigation, view } from "./state/navigation";
import { readView } from "./state/view";
import { wordsOf } from "./api/problem";

const root = document.getElementById("root") as HTMLElement;

async function start(): Promise<void> {
  const config = await loadConfig();
  const session = new Session(config);
  const problem = await finishLogin(session);
  if (!session.signedIn) {
    render(<SignIn session={session} stage={config.stage} problem={problem} />, root);
    return;
  }
  startNavigation();
  const room = new Darkroom(config, session);
  render(
    <Room.Provider value={room}>
      <App />
    </Room.Provider>,
    root,
  );
  await room.start();
}

async function finishLogin(session: Session): Promise<string> {
  try {
    const returnTo = await session.finish();
    if (returnTo !== null) history.replaceState(null, "", returnTo || "/");
    view.value = readView(location);
    return "";
  } catch (error) {
    history.replaceState(null, "", "/");
    return `Signing in failed: ${wordsOf(error)}`;
  }
}

start().catch((error: unknown) => render(<Closed problem={wordsOf(error)} />, root));
