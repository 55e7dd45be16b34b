/** When to look again: soon while pictures develop, seldom while nothing does, never unseen. */

const SOON_MS = 700;
const LONGEST_MS = 8_000;
const QUIET_MS = 5_000;
const IDLE_AFTER_MS = 10 * 60_000;
const GROWTH = 1.5;

export interface Situation {
  hidden: boolean;
  developing: boolean;
  sinceUserMs: number;
}

export class Patience {
  private next = SOON_MS;

  /** Something changed: look again soon. */
  renew(): void {
    this.next = SOON_MS;
  }

  /** Return how long to wait, or null to stop until somebody comes back. */
  wait({ hidden, developing, sinceUserMs }: Situation): number | null {
    if (hidden || sinceUserMs > IDLE_AFTER_MS) return null;
    if (!developing) return QUIET_MS;
    const now = this.next;
    this.next = Math.min(this.next * GROWTH, LONGEST_MS);
    return now;
  }
}
