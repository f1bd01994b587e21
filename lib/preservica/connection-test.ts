import { asLifecycleError } from "../messages/error.js";
import { atLeast, type Gateway } from "./gateway.js";
import type { Retention } from "./retention.js";
import type { ConnectionCheck, ConnectionReport, EntityRef, UserDetails } from "./types.js";
import type { UploadEndpoint } from "./upload.js";

/** The calls that the test tries. */
interface Tried {
  readonly retention: Retention;
  login(): Promise<void>;
  userDetails(): Promise<UserDetails>;
  children(): AsyncGenerator<EntityRef>;
  securityTags(): Promise<string[]>;
}

/**
 * Tries, reading only, what flows will need, and names the permission that is missing. Never throws; when the login
 * fails nothing else is asked.
 */
export async function testConnection(
  client: Tried,
  gateway: Gateway,
  upload: UploadEndpoint,
): Promise<ConnectionReport> {
  const checks: ConnectionCheck[] = [];
  const check = async (
    what: ConnectionCheck["what"],
    missing: string,
    ask: () => Promise<string>,
  ): Promise<boolean> => {
    try {
      checks.push({ what, ok: true, text: await ask() });
      return true;
    } catch (thrown) {
      const error = asLifecycleError(thrown);
      checks.push({
        what,
        ok: false,
        text: error.code === "DENIED" && what !== "login" ? `${missing} (${error.message})` : error.message,
      });
      return false;
    }
  };
  const loggedIn = await check("login", "", async () => {
    await client.login();
    return "Login works.";
  });
  if (loggedIn) {
    await check(
      "version",
      "The user may not read the server's version.",
      async () => `Preservica ${await gateway.version(true)}.`,
    );
    await check("roles", "The user may not read its own details.", async () => {
      const { roles } = await client.userDetails();
      return roles.length === 0
        ? "The user has no roles; an administrator must give it some."
        : `Roles: ${roles.join(", ")}.`;
    });
    await check("read", "The user lacks the right to see the repository's folders.", async () => {
      let seen = 0;
      for await (const _entry of client.children()) {
        seen += 1;
        if (seen >= 1) break;
      }
      return seen > 0 ? "The repository's folders are visible." : "No folder is visible at the top level.";
    });
    await check("upload", "The user lacks the right to ingest.", async () => {
      if ((await upload.buckets()).includes(upload.bucket)) return `Upload bucket ${upload.bucket} is visible.`;
      throw new Error(
        `The upload bucket ${upload.bucket} is not visible: check the tenant's name, and that the user may ingest.`,
      );
    });
    await check("security tags", "The user may not read the security tags.", async () => {
      const tags = await client.securityTags();
      if (tags.includes(gateway.assumptions.closedTag)) return `Security tags: ${tags.join(", ")}.`;
      throw new Error(
        `The user does not see the security tag "${gateway.assumptions.closedTag}", which unknown values fall back to: give its roles that tag.`,
      );
    });
    await check("legal holds", "The user may not read legal holds, so every asset will count as held.", async () => {
      if (!atLeast(await gateway.version(), gateway.assumptions.legalHoldsSince)) {
        return `Before ${gateway.assumptions.legalHoldsSince}: policies named "${gateway.assumptions.holdPolicyPrefix}…" count as legal holds.`;
      }
      for await (const _hold of client.retention.legalHolds()) break;
      return "Legal holds can be read.";
    });
  }
  return { ok: checks.every((one) => one.ok), checks };
}
