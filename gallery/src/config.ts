/** Where the page finds its API and its login: /config.json, written by whoever deploys the page. */

export interface Config {
  api: string;
  issuer: string;
  authorize_url: string;
  token_url: string;
  logout_url: string;
  client_id: string;
  scope: string;
  max_bytes: number;
  multipart_from_bytes: number;
  stage: string;
}

const DEFAULTS = {
  scope: "openid email profile",
  max_bytes: 64 * 1024 * 1024,
  multipart_from_bytes: 16 * 1024 * 1024,
  stage: "",
};

export async function loadConfig(): Promise<Config> {
  const answer = await fetch("/config.json", { cache: "no-store" });
  if (!answer.ok) throw new Error("The page's configuration, /config.json, is missing.");
  return { ...DEFAULTS, ...((await answer.json()) as Config) };
}

export const redirectUri = (): string => `${location.origin}/`;
