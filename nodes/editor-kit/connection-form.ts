import type { Endpoint } from "./api.js";
import { el, field, type FieldPrefix, place } from "./dom.js";
import { pickFields } from "./pick-field.js";
import type { Text } from "./text.js";

/**
 * Warns while the connection key differs from the stored one: assets already in the archive and in the store are known
 * by the old key, so under a new one everything would be taken for new.
 */
export function prepareKeyWarning(stored: string): void {
  const box = field("node-config-input", "key");
  const warning = place("clc-key-warning");
  const show = (): void => {
    warning.hidden = stored === "" || box.value === stored;
  };
  box.addEventListener("input", show);
  show();
}

/** Offers the browser's list of IANA zones in the zone field. */
export function prepareZones(): void {
  const list = place("clc-zones");
  const zones = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];
  list.replaceChildren(...zones.map((zone) => el("option", { value: zone })));
}

/** Wires the browse button `#clc-<property>-browse` of a field that holds a field id of the connection's system. */
export function chooseField(
  text: Text,
  property: string,
  endpoint: () => Endpoint | undefined,
  prefix: FieldPrefix = "node-config-input",
): void {
  const box = field(prefix, property);
  place(`clc-${property}-browse`).addEventListener("click", () => {
    void pickFields(
      text,
      endpoint() ?? { type: "otmm-connection", id: "" },
      box.value === "" ? [] : [box.value],
      false,
    ).then((chosen) => {
      const first = chosen?.[0];
      if (first === undefined) return;
      box.value = first.id;
      $(box).trigger("change");
    });
  });
}
