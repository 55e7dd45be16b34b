/** The signed-in user's tokens: kept for this tab only, renewed before they run out. */

import * as oauth from "oauth4webapi";
import { type Config, redirectUri } from "../config";

const TOKENS = "darkroom.tokens";
const ATTEMPT = "darkroom.login";
const EARLY_SECONDS = 60;

interface Tokens {
  id_token: string;
  refresh_token?: string;
  expires_at: number;
}

interface Attempt {
  state: string;
  verifier: string;
  returnTo: string;
}

export class Session {
  private tokens: Tokens | null = read<Tokens>(TOKENS);
  private renewing: Promise<boolean> | null = null;
  onEnd: () => void = () => undefined;

  constructor(private readonly config: Config) {}

  get signedIn(): boolean {
    return this.tokens !== null;
  }

  get name(): string {
    const claims = claimsOf(this.tokens?.id_token);
    return String(claims.email ?? claims["cognito:username"] ?? claims.sub ?? "");
  }

  async token(): Promise<string | null> {
    const now = this.tokens;
    if (now && now.expires_at - EARLY_SECONDS < seconds()) await this.renew(now.id_token);
    return this.tokens?.id_token ?? null;
  }

  /**
   * Get new tokens in place of `old`, once for all who ask; false if that is not possible.
   *
   * A request that was sent with an older token may be refused after the renewal.
   */
  async renew(old: string): Promise<boolean> {
    if (this.tokens?.id_token !== old) return this.signedIn;
    this.renewing ??= this.renewOnce(this.tokens).finally(() => (this.renewing = null));
    return this.renewing;
  }

  end(): void {
    if (this.tokens) this.keep(null);
    this.onEnd();
  }

  async signIn(): Promise<void> {
    const attempt = await newAttempt();
    const url = await authorizeUrl(this.config, attempt);
    sessionStorage.setItem(ATTEMPT, JSON.stringify(attempt)); // at once with the address: a second click has its own
    location.assign(url);
  }

  signOut(): void {
    this.keep(null);
    this.onEnd = () => undefined; // a request that follows is refused, but the user has ended the session
    const url = new URL(this.config.logout_url, location.origin);
    url.searchParams.set("client_id", this.config.client_id);
    url.searchParams.set("logout_uri", redirectUri());
    location.assign(url.href);
  }

  /** Finish a login that the identity provider sent back here; returns the view to go back to. */
  async finish(): Promise<string | null> {
    const here = new URL(location.href);
    if (!here.searchParams.has("code") && !here.searchParams.has("error")) return null;
    const attempt = read<Attempt>(ATTEMPT);
    sessionStorage.removeItem(ATTEMPT);
    if (!attempt) return "/";
    const { as, client } = parties(this.config);
    const answer = oauth.validateAuthResponse(as, client, here, attempt.state);
    const response = await oauth.authorizationCodeGrantRequest(
      as, client, oauth.None(), answer, redirectUri(), attempt.verifier, insecure(this.config),
    ); // prettier-ignore
    this.take(await oauth.processAuthorizationCodeResponse(as, client, response));
    return attempt.returnTo;
  }

  private async renewOnce(old: Tokens): Promise<boolean> {
    const refresh = old.refresh_token;
    if (!refresh) return false;
    const { as, client } = parties(this.config);
    try {
      const response = await oauth.refreshTokenGrantRequest(
        as, client, oauth.None(), refresh, insecure(this.config),
      ); // prettier-ignore
      const answer = await oauth.processRefreshTokenResponse(as, client, response);
      if (this.tokens !== old) return false; // signed out meanwhile
      this.take(answer, refresh);
      return true;
    } catch {
      return false; // whatever it was, signing in again mends it
    }
  }

  private take(answer: oauth.TokenEndpointResponse, refresh?: string): void {
    if (!answer.id_token) throw new Error("The login gave no ID token.");
    this.keep({
      id_token: answer.id_token,
      refresh_token: answer.refresh_token ?? refresh,
      expires_at: seconds() + (answer.expires_in ?? 3600),
    });
  }

  private keep(tokens: Tokens | null): void {
    this.tokens = tokens;
    if (tokens) sessionStorage.setItem(TOKENS, JSON.stringify(tokens));
    else sessionStorage.removeItem(TOKENS);
  }
}

export async function newAttempt(): Promise<Attempt> {
  return {
    state: oauth.generateRandomState(),
    verifier: oauth.generateRandomCodeVerifier(),
    returnTo: location.search.includes("code=") ? "/" : `/${location.search}${location.hash}`,
  };
}

export async function authorizeUrl(
  config: Config,
  attempt: Pick<Attempt, "state" | "verifier">,
): Promise<string> {
  const url = new URL(config.authorize_url, location.origin);
  const asked = {
    response_type: "code",
    client_id: config.client_id,
    redirect_uri: redirectUri(),
    scope: config.scope,
    state: attempt.state,
    code_challenge: await oauth.calculatePKCECodeChallenge(attempt.verifier),
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  return url.href;
}

function parties(config: Config): { as: oauth.AuthorizationServer; client: oauth.Client } {
  const token_endpoint = new URL(config.token_url, location.origin).href;
  return {
    as: { issuer: config.issuer, token_endpoint },
    client: { client_id: config.client_id },
  };
}

/** Plain http is for the local cloud only: on loopback, and nowhere else. */
function insecure(config: Config): { [oauth.allowInsecureRequests]?: boolean } {
  const { hostname } = new URL(config.token_url, location.origin);
  const loopback = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  return { [oauth.allowInsecureRequests]: loopback };
}

export function claimsOf(token?: string): Record<string, unknown> {
  const part = token?.split(".")[1];
  if (!part) return {};
  try {
    const bytes = Uint8Array.from(atob(part.replace(/-/g, "+").replace(/_/g, "/")), (c) =>
      c.charCodeAt(0),
    );
    return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  } catch {
    return {}; // whether a token is good is for the API to say
  }
}

function read<T>(name: string): T | null {
  try {
    return JSON.parse(sessionStorage.getItem(name) ?? "null") as T | null;
  } catch {
    return null; // not ours: signing in again mends it
  }
}

const seconds = (): number => Date.now() / 1000;
