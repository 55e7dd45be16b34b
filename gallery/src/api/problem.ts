/** What went wrong, in words: RFC 9457 problems, lost connections and ended sessions. */

interface Finding {
  where?: string;
  what?: string;
  allowed?: unknown;
}

interface ProblemBody {
  title?: string;
  detail?: string;
  allowed?: unknown[];
  errors?: Finding[];
  restorable?: boolean;
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly retryAfterSeconds?: number,
    readonly restorable = false,
  ) {
    super(message);
    this.name = "Problem";
  }
}

const WORDS: Record<number, string> = {
  0: "No connection. Please try again.",
  401: "Your session has ended. Please sign in again.",
  403: "You may not see this.",
  404: "This picture does not exist, or it is not yours.",
  413: "That is too large.",
  429: "Too many requests at once. Trying again in a moment.",
  503: "The service is busy. Please try again.",
};

export async function problemOf(answer: Response): Promise<Problem> {
  const body = (await answer.json().catch(() => ({}))) as ProblemBody;
  const after = Number(answer.headers.get("retry-after")) || undefined;
  return new Problem(answer.status, inWords(answer.status, body), after, body.restorable);
}

export function inWords(status: number, body: ProblemBody): string {
  const findings = (body.errors ?? []).map(sentence).filter(Boolean);
  const allowed = body.allowed?.length ? `Possible: ${body.allowed.join(", ")}.` : "";
  const said = findings.length ? findings.join(" ") : (body.detail ?? body.title ?? "");
  const words = status === 401 || status === 429 ? WORDS[status] : said || WORDS[status];
  return [words || `Something went wrong (${status}).`, allowed].filter(Boolean).join(" ");
}

function sentence({ where, what, allowed }: Finding): string {
  const choice = Array.isArray(allowed) ? allowed.join(", ") : allowed;
  const text = [where && `${placeInWords(where)}:`, what].filter(Boolean).join(" ");
  return choice ? `${text} (possible: ${String(choice)}).` : text && ensureStop(text);
}

/** `body.files[0].name` is where a program would look; a person knows it as the name. */
const placeInWords = (where: string): string =>
  sentenceCase((where.split(".").at(-1) ?? where).replaceAll("_", " "));

const sentenceCase = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const ensureStop = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

export function wordsOf(error: unknown): string {
  if (error instanceof Problem) return error.message;
  return error instanceof Error && error.message ? error.message : "Something went wrong.";
}

export const offline = (): Problem => new Problem(0, WORDS[0] as string);
/** A browser remembers a module that failed to load until the page is loaded anew: github.com/whatwg/html/issues/6768. */
export const notLoaded = (): Problem => new Problem(0, "A part of the page did not load. Please reload the page.");
export const signedOut = (): Problem => new Problem(401, WORDS[401] as string);
