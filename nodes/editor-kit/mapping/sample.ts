import type { LifecycleAsset } from "../../../lib/messages/asset.js";
import { ask, type Endpoint, send } from "../api.js";
import { el, place } from "../dom.js";
import type { Text } from "../text.js";

export interface Sample {
  asset: () => LifecycleAsset | undefined;
  /** The OTMM connection chosen for samples and field pickers. */
  connection: () => Endpoint | undefined;
  say: (problems: readonly string[]) => void;
  fail: (message: string) => void;
}

/** Samples that were loaded, by profile node, while the page is open. */
const loaded = new Map<string, LifecycleAsset>();

/** Wires the sample bar: an asset fetched by id through a deployed connection, or the last one that passed the mapper. */
export function prepareSample(text: Text, endpoint: Endpoint, changed: () => void): Sample {
  const chooser = place("clc-sample-connection") as HTMLSelectElement;
  const id = place("clc-sample-asset") as HTMLInputElement;
  const status = place("clc-sample-status");
  for (const node of connections()) chooser.append(el("option", { value: node.id }, node.label));
  if (chooser.options.length === 0) chooser.append(el("option", { value: "" }, text("kit.sample.no-connection")));

  const connection = (): Endpoint | undefined =>
    chooser.value === "" ? undefined : { type: "otmm-connection", id: chooser.value };
  const fail = (message: string): void => {
    status.className = "clc-error";
    status.textContent = message;
  };
  const say = (problems: readonly string[]): void => {
    const asset = loaded.get(endpoint.id);
    status.className = problems.length > 0 ? "clc-error" : "clc-muted";
    const about =
      asset === undefined
        ? text("kit.sample.none")
        : text("kit.sample.of", { name: asset.name, version: asset.version });
    status.textContent = [about, ...problems].join(" · ");
  };
  const take = (asked: Promise<{ asset: LifecycleAsset }>): void => {
    status.className = "clc-muted";
    status.textContent = text("kit.dialog.loading");
    asked.then(
      ({ asset }) => {
        loaded.set(endpoint.id, asset);
        say([]);
        changed();
      },
      (error: Error) => fail(error.message),
    );
  };
  const byId = (): void => {
    const from = connection();
    if (from === undefined || id.value.trim() === "") fail(text("kit.sample.choose"));
    else take(send<{ asset: LifecycleAsset }>(text, from, "asset", { id: id.value.trim() }));
  };
  place("clc-sample-load").addEventListener("click", byId);
  id.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    byId();
  });
  place("clc-sample-last").addEventListener("click", () =>
    take(ask<{ asset: LifecycleAsset }>(text, endpoint, "sample")),
  );
  say([]);
  return { asset: () => loaded.get(endpoint.id), connection, say, fail };
}

function connections(): { id: string; label: string }[] {
  const found: { id: string; label: string }[] = [];
  RED.nodes.eachConfig((node: unknown) => {
    const config = node as { id: string; type: string; name?: string; key?: string };
    if (config.type === "otmm-connection") found.push({ id: config.id, label: config.name || config.key || config.id });
    return true;
  });
  return found;
}
