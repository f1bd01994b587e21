import { flag, records, text, within } from "../http/shape.js";
import type { OtmmGateway } from "./gateway.js";
import type { CallOptions, DomainValue } from "./types.js";

/** Controlled lists of the deployment. @see GET /lookupdomains, fact sheet 7.4 */
export async function lookupDomains(gateway: OtmmGateway, options: CallOptions): Promise<string[]> {
  const answer = await gateway.read({ method: "GET", path: "/lookupdomains", signal: options.signal });
  return records(within(answer, "lookup_domains_resource")["lookup_domains"]).flatMap(
    (domain) => text(domain["domainId"]) ?? [],
  );
}

/** Values of one controlled list. */
export async function lookupDomain(gateway: OtmmGateway, id: string, options: CallOptions): Promise<DomainValue[]> {
  const answer = await gateway.readOne("lookup domain", "/lookupdomains", id, undefined, options.signal);
  return records(within(answer, "lookup_domain_resource", "lookup_domain")["domainValues"]).flatMap((entry) => {
    const value = text(within(entry, "field_value")["value"]);
    const display = text(entry["display_value"]) ?? text(entry["description"]);
    const expired = flag(entry["expired_value"]) === true;
    return value === undefined ? [] : [{ value, display: display ?? value, expired }];
  });
}
