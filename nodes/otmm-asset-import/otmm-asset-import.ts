import type { Node, NodeAPI, NodeDef } from "node-red";
import type { ContentRef } from "../../lib/messages/asset.js";
import type { OtmmClient } from "../../lib/otmm/index.js";
import { assetOf, registerJobNode, storeOf } from "../../lib/runtime/index.js";
import { otmmOf } from "../shared/clients.js";
import { imported } from "./claim.js";
import { migrate } from "./config.js";
import { heldBy } from "./held.js";
import { type ImportSettings, settingsOf } from "./settings.js";
import { importContent } from "./work.js";

/** Makes a new asset or a new version in OTMM from a content of the message, exactly once. */
function register(RED: NodeAPI): void {
  function OtmmAssetImportNode(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const config = migrate({ ...definition });
    const name = config.name || this.id;

    registerJobNode<ImportSettings>({
      RED,
      node: this,
      storeId: config.store,
      queue: config.queue,
      concurrency: config.concurrency,
      attempts: config.attempts,
      settings: async (msg) => {
        otmmOf(RED, config.connection);
        return await settingsOf(RED, this, config, { ...msg, asset: assetOf(msg) });
      },
      work: async (job) => await importContent(job, otmmOf(RED, config.connection), await storeOf(RED, config.store)),
      async plan(msg, settings) {
        const otmm = otmmOf(RED, config.connection);
        const there = await imported(await storeOf(RED, config.store), otmm, settings);
        const { size } = settings.content as unknown as ContentRef;
        const { becomes, fileName } = settings;
        const { target, held } =
          there === undefined
            ? await wouldMake(otmm, becomes, fileName)
            : { target: `${there.name} (${there.assetId})` };
        const action = there === undefined ? (becomes.kind === "asset" ? "import asset" : "check in version") : "keep";
        return {
          msg,
          planned: [
            {
              node: name,
              system: "otmm",
              action,
              target,
              ...(size === undefined ? {} : { bytes: size }),
              ...(held === undefined ? {} : { refused: `Held: ${held}.` }),
            },
          ],
        };
      },
    });
  }
  RED.nodes.registerType("otmm-asset-import", OtmmAssetImportNode);
}

/** What an import would make, in words, and what holds the asset that would get a version. */
async function wouldMake(
  otmm: OtmmClient,
  becomes: ImportSettings["becomes"],
  fileName: string,
): Promise<{ target: string; held?: string | undefined }> {
  if (becomes.kind === "asset") {
    return { target: `${fileName} in folder ${(await otmm.folder(becomes.folder)).name}` };
  }
  const asset = await otmm.asset(becomes.target, { fields: [] });
  return { target: `${fileName} as next version of ${asset.name}`, held: await heldBy(otmm, asset) };
}

export = register;
