/** The one Darkroom that every part of the page works with. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Darkroom } from "../state/darkroom";

export const Room = createContext<Darkroom | null>(null);

export function useRoom(): Darkroom {
  const room = useContext(Room);
  if (!room) throw new Error("There is no darkroom around this part.");
  return room;
}
