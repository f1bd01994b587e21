import { createHttp, failure, secrets } from "../http/index.js";
import { record, text } from "../http/shape.js";
import { clientSettings } from "./settings.js";
import type { OtmmCredentials, OtmmOptions } from "./types.js";

/**
 * Asks the directory service for a ticket for the OTMM resource.
 *
 * @returns the ticket, known to redaction
 * @throws LifecycleError DENIED, UNREACHABLE, UPSTREAM
 * @see fact sheet 1.6; POST {otds}/otdsws/rest/authentication/credentials and …/resource/ticketforresource
 */
export async function otdsTicket(
  options: OtmmOptions,
  { username, password }: OtmmCredentials,
  { otdsUrl, resourceId }: { otdsUrl: string; resourceId: string },
): Promise<string> {
  const http = createHttp({ ...clientSettings(options), baseUrl: otdsUrl });
  try {
    const answer = await http.request({
      method: "POST",
      path: "/otdsws/rest/authentication/credentials",
      json: { userName: username, password, ticketType: "OTDSTICKET" },
      expect: "json",
      idempotent: true,
    });
    const ticket = ticketOf(answer.json());
    const resource = await http.request({
      method: "POST",
      path: "/otdsws/rest/authentication/resource/ticketforresource",
      json: { ticket, targetResourceId: resourceId },
      expect: "json",
      idempotent: true,
    });
    return ticketOf(resource.json());
  } finally {
    http.close();
  }
}

function ticketOf(answer: unknown): string {
  const ticket = text(record(answer)["ticket"]);
  if (ticket === undefined || ticket === "")
    throw failure("UPSTREAM", "The directory service (OTDS) gave no ticket; is its address right?", { system: "otmm" });
  secrets.add(ticket);
  return ticket;
}
