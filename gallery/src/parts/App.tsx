/** The page's frame, and which place is open in it. */

import { useEffect, useRef } from "preact/hooks";
import { Report } from "../figures/Report";
import { Usage } from "../figures/Usage";
import { Grid } from "../grid/Grid";
import { PicturePage } from "../picture/PicturePage";
import { view } from "../state/navigation";
import { announcement } from "../state/notices";
import { nameOf } from "../state/words";
import { useRoom } from "./context";
import { DropZone } from "./DropZone";
import { FilterBar } from "./FilterBar";
import { Header } from "./Header";
import { Help, useHelp } from "./Help";
import { Notices } from "./Notices";
import { Ended } from "./SignIn";
import { Tray } from "./Tray";
import { Trouble } from "./Trouble";

const TITLES = { grid: "Pictures", usage: "Usage", report: "Report", picture: "Picture" };

export function App() {
  const room = useRoom();
  const { place } = view.value;
  const help = useHelp();
  useTitle(place.name === "picture" ? place.id : null);
  const gridOpen = place.name === "grid" || place.name === "picture";
  return (
    <>
      <a class="skip" href="#main" inert={place.name === "picture"}>Skip to the pictures</a>
      <div class="shell" inert={place.name === "picture"}>
        <Header onHelp={help.open} />
        <main id="main" tabIndex={-1}>
          <h1 class="hidden">{TITLES[place.name]}</h1>
          {room.problem.value && <Trouble words={room.problem.value} again={() => void room.start()} />}
          <div hidden={!gridOpen}>{room.me.value && <><FilterBar /><Grid /></>}</div>
          {place.name === "usage" && room.me.value && <Usage />}
          {place.name === "report" && room.me.value && <Report />}
        </main>
      </div>
      {place.name === "picture" && <PicturePage key={place.id} id={place.id} />}
      {!room.online.value && <p class="offline" role="status">You are offline. What you see may be out of date.</p>}
      <DropZone />
      <Tray />
      <Notices />
      <Help {...help} />
      {room.ended.value && <Ended session={room.session} onClose={() => (room.ended.value = false)} />}
      <p class="hidden" role="status" aria-live="polite">{announcement.value}</p>
    </>
  );
}

function useTitle(id: string | null): void {
  const room = useRoom();
  const first = useRef(true);
  const { place } = view.value;
  const tile = id && room.album.tiles.value.find((one) => one.id === id);
  const title = tile ? nameOf(tile.key) : TITLES[place.name];
  useEffect(() => {
    document.title = `${title} · Darkroom`;
  }, [title]);
  useEffect(() => {
    if (!first.current && (place.name === "usage" || place.name === "report")) {
      scrollTo(0, 0);
      document.getElementById("main")?.focus();
    }
    first.current = false;
  }, [place.name]);
}
