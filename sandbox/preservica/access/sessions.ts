import { randomUUID } from "node:crypto";
import type { SandboxContext, SandboxState } from "../../kernel/types.js";
import { ASSUMPTIONS } from "../assumptions.js";
import { userByLogin, type PreservicaUser } from "./users.js";

interface SessionState {
  /** Access token -> whose, until when. */
  tokens: Record<string, { login: string; expires: string }>;
  /** Refresh token -> whose, until when. Taken out when used. */
  refresh: Record<string, { login: string; expires: string }>;
  /** Continuation token of a login that waits for its second factor. */
  continuations: Record<string, { login: string; expires: string }>;
}

export type TokenState = { kind: "valid"; user: PreservicaUser } | { kind: "expired" } | { kind: "unknown" };

/** Tokens on the sandbox clock: moving the clock ages them. They survive a restart. */
export class Sessions {
  private constructor(
    private readonly context: SandboxContext,
    private readonly state: SandboxState<SessionState>,
  ) {}

  static async open(context: SandboxContext): Promise<Sessions> {
    return new Sessions(
      context,
      await context.state<SessionState>("sessions", () => ({ tokens: {}, refresh: {}, continuations: {} })),
    );
  }

  /** A new pair of tokens, each good for 15 minutes. */
  async start(user: PreservicaUser): Promise<{ token: string; refreshToken: string }> {
    const token = randomUUID();
    const refreshToken = randomUUID();
    const entry = { login: user.login, expires: this.inMinutes(ASSUMPTIONS.tokenMinutes) };
    await this.state.update((value) => {
      this.forgetLongDead(value);
      value.tokens[token] = { ...entry };
      value.refresh[refreshToken] = { ...entry };
    });
    return { token, refreshToken };
  }

  check(token: string): TokenState {
    const entry = Object.hasOwn(this.state.value.tokens, token) ? this.state.value.tokens[token] : undefined;
    const user = entry && userByLogin(entry.login);
    if (!entry || !user) return { kind: "unknown" };
    return this.isOver(entry.expires) ? { kind: "expired" } : { kind: "valid", user };
  }

  /** Uses up a refresh token. @returns its owner; undefined when it was used, is too old or unknown */
  takeRefresh(refreshToken: string): Promise<PreservicaUser | undefined> {
    return this.take("refresh", refreshToken);
  }

  async startContinuation(user: PreservicaUser): Promise<string> {
    const token = randomUUID();
    await this.state.update(
      (value) => (value.continuations[token] = { login: user.login, expires: this.inMinutes(5) }),
    );
    return token;
  }

  takeContinuation(token: string): Promise<PreservicaUser | undefined> {
    return this.take("continuations", token);
  }

  count(): number {
    return Object.values(this.state.value.tokens).filter((entry) => !this.isOver(entry.expires)).length;
  }

  private async take(kind: "refresh" | "continuations", token: string): Promise<PreservicaUser | undefined> {
    const known = this.state.value[kind];
    const entry = Object.hasOwn(known, token) ? known[token] : undefined;
    if (!entry) return undefined;
    await this.state.update((value) => delete value[kind][token]);
    return this.isOver(entry.expires) ? undefined : userByLogin(entry.login);
  }

  private inMinutes(minutes: number): string {
    return new Date(this.context.clock.now().getTime() + minutes * 60_000).toISOString();
  }

  private isOver(instant: string): boolean {
    return new Date(instant) <= this.context.clock.now();
  }

  /** Keeps what died less than an hour ago, so that "expired" can be told from "unknown". */
  private forgetLongDead(value: SessionState): void {
    const limit = this.context.clock.now().getTime() - 3_600_000;
    for (const kind of [value.tokens, value.refresh, value.continuations]) {
      for (const [token, entry] of Object.entries(kind))
        if (new Date(entry.expires).getTime() < limit) delete kind[token];
    }
  }
}
