import { LifecycleError } from "../messages/error.js";
import { stoppedError } from "./plain-error.js";

/** No byte moved for the idle time of the request. */
export class IdleError extends Error {
  override readonly name = "IdleError";
}

/** Causes that another try does not mend: what the peer shows as its certificate is not trusted. */
const CERTIFICATE =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)/;

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : "";
}

/**
 * Names what went wrong on the wire.
 *
 * @param what what was asked of whom, without query and secrets
 */
export function networkError(what: string, thrown: unknown, signal: AbortSignal): LifecycleError {
  if (thrown instanceof LifecycleError) return thrown;
  if (signal.aborted) return stoppedError(signal.reason);
  const cause = thrown instanceof Error ? new Error(thrown.message) : new Error(String(thrown));
  if (thrown instanceof IdleError) return new LifecycleError("TIMEOUT", `${what}: ${thrown.message}.`, { cause });
  const code = codeOf(thrown);
  if (CERTIFICATE.test(code)) {
    return new LifecycleError(
      "UNREACHABLE",
      `${what}: the certificate of the peer is not trusted (${code}); give the connection its private CA.`,
      { cause, retryable: false },
    );
  }
  return new LifecycleError("UNREACHABLE", `${what}: the connection failed (${code === "" ? cause.message : code}).`, {
    cause,
  });
}

/** May the same request succeed when simply repeated? Certificates and addresses that make no sense do not heal. */
export function worthRepeating(error: LifecycleError): boolean {
  return error.retryable && (error.code === "UNREACHABLE" || error.code === "TIMEOUT");
}
