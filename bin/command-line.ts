import { parseArgs } from "node:util";
import { asLifecycleError } from "../lib/messages/error.js";
import { exportTimeline } from "./export-command.js";
import { head } from "./head-command.js";
import { EXIT, usage } from "./shared.js";
import { verify } from "./verify-command.js";

const HELP = `content-lifecycle: looks into a lifecycle store without Node-RED

  content-lifecycle verify FILE [--anchor FILE] [--json]
      Verifies the hash chain of the timeline. FILE is a store that no running
      Node-RED owns, a backup of a store, or an exported timeline (JSON).
      --anchor  anchors kept elsewhere, as "head" or the query node writes
                them: only they show a tail that was cut off or rewritten
      --json    one JSON object instead of lines

  content-lifecycle export FILE --asset ID [--format json|premis]
  content-lifecycle export FILE --all
      Writes a timeline to the standard output: of the asset with that id (of
      any system) or key, as JSON that can be verified, or as PREMIS 3 XML;
      or all events, as JSON.

  content-lifecycle head FILE
      Writes the head of the chain as an anchor, one line of JSON. Keep it
      where nobody who can change the store can change it.

Exit codes: 0 fine; 1 not intact, or nothing found; 2 could not be done.
`;

interface Given {
  positionals: string[];
  values: { anchor?: string; asset?: string; format?: string; all?: boolean; json?: boolean; help?: boolean };
}

/** Runs one command. @returns the exit code; never throws */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const { positionals, values } = read(args);
    const [command, file, ...more] = positionals;
    if (values.help === true || command === undefined || command === "help") {
      process.stdout.write(HELP);
      return values.help === true || command === "help" ? EXIT.fine : EXIT.failed;
    }
    if (file === undefined || more.length > 0) throw usage(`"${command}" wants one file`);
    switch (command) {
      case "verify":
        return verify(file, { anchor: values.anchor, json: values.json === true });
      case "export":
        return await exportTimeline(file, { asset: values.asset, all: values.all === true, format: values.format });
      case "head":
        return head(file);
      default:
        throw usage(`there is no command "${command}"`);
    }
  } catch (thrown) {
    const { code, message } = asLifecycleError(thrown);
    console.error(`${code}: ${message}`);
    return EXIT.failed;
  }
}

function read(args: readonly string[]): Given {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        anchor: { type: "string" },
        asset: { type: "string" },
        format: { type: "string" },
        all: { type: "boolean" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (thrown) {
    throw usage(thrown instanceof Error ? (thrown.message.split(". ")[0] ?? "") : String(thrown));
  }
}
