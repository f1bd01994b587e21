import type { SandboxContext } from "../kernel/types.js";
import { Sessions } from "./access/sessions.js";
import { SearchIndex } from "./content/search-index.js";
import { Jobs } from "./jobs/jobs.js";
import { Monitors } from "./jobs/monitors.js";
import type { EventRecord } from "./model.js";
import { newRef } from "./ids.js";
import { Repository } from "./repository.js";
import { Governance } from "./retention/governance.js";
import { DEFAULT_SETTINGS, serverVersion, type PreservicaSettings } from "./settings.js";
import { Webhooks } from "./webhooks/webhooks.js";
import { Workflows } from "./workflow/workflows.js";

/** One tenant of the simulated server: everything that handlers read and change. */
export class Archive {
  private constructor(
    readonly context: SandboxContext,
    readonly settings: PreservicaSettings,
    readonly repository: Repository,
    readonly sessions: Sessions,
    readonly jobs: Jobs,
    readonly monitors: Monitors,
    readonly governance: Governance,
    readonly webhooks: Webhooks,
    readonly workflows: Workflows,
    readonly index: SearchIndex,
  ) {}

  static async open(context: SandboxContext): Promise<Archive> {
    const settings = context.settings<PreservicaSettings>(structuredClone(DEFAULT_SETTINGS));
    const [repository, sessions, jobs, monitors, governance, webhooks, workflows] = await Promise.all([
      Repository.open(context),
      Sessions.open(context),
      Jobs.open(context),
      Monitors.open(context),
      Governance.open(context),
      Webhooks.open(context),
      Workflows.open(context),
    ]);
    const index = new SearchIndex(context, settings, repository, governance);
    return new Archive(context, settings, repository, sessions, jobs, monitors, governance, webhooks, workflows, index);
  }

  /** Sandbox time as the API writes it. */
  now(): string {
    return this.context.clock.now().toISOString();
  }

  /** Three-part version of the server. */
  get version(): string {
    return serverVersion(this.settings.profile);
  }

  newEvent(type: string, user: string): EventRecord {
    return { ref: newRef(), type, date: this.now(), user };
  }

  close(): void {
    this.jobs.close();
    this.webhooks.close();
  }
}
