/**
 * The readers of the demo ask the vendors' interfaces by themselves: plain fetch, none of the package's own code, so
 * that a mistake in a client cannot hide in what checks it.
 */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

/** @throws Error naming the request when the answer is not 2xx */
export async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const answer = await fetch(url, init);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${init.method ?? "GET"} ${url} answered ${answer.status}: ${text.slice(0, 300)}`);
  return { status: answer.status, headers: answer.headers, text };
}

/** SHA-256 and length of a body, streamed. */
export async function digest(url: string, headers: Record<string, string>): Promise<{ sha256: string; size: number }> {
  const { createHash } = await import("node:crypto");
  const answer = await fetch(url, { headers });
  if (!answer.ok || answer.body === null) throw new Error(`GET ${url} answered ${answer.status}`);
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of answer.body) {
    hash.update(chunk);
    size += chunk.byteLength;
  }
  return { sha256: hash.digest("hex"), size };
}

export function form(values: Record<string, string>): RequestInit {
  return {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(values).toString(),
  };
}
