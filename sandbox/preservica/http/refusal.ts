import type { SandboxAnswer } from "../../kernel/types.js";

/** An answer that is an error. Body shape: `{"success":false,"message":…}`, as clients of the real API log it. */
export class Refusal extends Error {
  override name = "Refusal";
  /**
   * @param status HTTP status
   * @param message what the body says
   * @param undocumented why the strict sandbox counts this request as one that no document or client knows
   */
  constructor(
    readonly status: number,
    message: string,
    readonly undocumented?: string,
  ) {
    super(message);
  }

  answer(): SandboxAnswer {
    return jsonAnswer({ success: false, message: this.message }, this.status);
  }
}

/** Refuses a request that is not in the documents, as the vendor would, and has it counted. */
export function undocumented(status: number, why: string): Refusal {
  return new Refusal(status, why, why);
}

export function badRequest(why: string): Refusal {
  return new Refusal(400, why);
}

export function notFound(what: string): Refusal {
  return new Refusal(404, `${what} was not found`);
}

export function jsonAnswer(value: unknown, status = 200): SandboxAnswer {
  return { status, headers: { "content-type": "application/json;charset=UTF-8" }, body: JSON.stringify(value) };
}

/** 202 with a bare progress token. */
export function acceptedAnswer(token: string, status = 202): SandboxAnswer {
  return { status, headers: { "content-type": "text/plain;charset=UTF-8" }, body: token };
}

export function noContent(): SandboxAnswer {
  return { status: 204 };
}
