import { NAMED_VALUES, type TargetDescription, type TargetUse } from "../../../lib/mapping/types.js";
import { type Endpoint, send } from "../api.js";
import { el, place } from "../dom.js";
import type { Text } from "../text.js";

/** Gives each target's field box its list of known fields, as the engine describes them. */
export function drawTargetLists(text: Text, endpoint: Endpoint, targets: readonly TargetUse[]): void {
  const home = place("clc-target-lists");
  send<{ targets: (TargetDescription | null)[] }>(text, endpoint, "targets", { targets }).then(
    ({ targets: described }) => {
      const lists = targets.map((use, index) => {
        const fields = [...(described[index]?.fields ?? []), ...(described[index]?.patterns ?? [])];
        const options = fields.map(({ field, label }) => el("option", { value: field, label }));
        return el("datalist", { id: `clc-target-${use.name}` }, ...options);
      });
      home.replaceChildren(...lists, el("datalist", { id: `clc-target-${NAMED_VALUES}` }));
    },
    // Without the runtime the boxes stay plain text fields; the preview reports what is wrong with the connection.
    () => home.replaceChildren(),
  );
}
