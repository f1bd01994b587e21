import type { MappingProfile, ProfileProblem } from "../../../lib/mapping/types.js";
import { ask, type Endpoint, send } from "../api.js";
import { openDialog } from "../dialog.js";
import { button, el, place, select } from "../dom.js";
import type { Text } from "../text.js";

type Format = "json" | "csv";

/** Wires "start from a shipped profile", import and export. */
export function prepareTransfer(
  text: Text,
  endpoint: Endpoint,
  read: () => MappingProfile,
  fill: (profile: MappingProfile) => void,
): void {
  prepareDefaults(text, endpoint, fill);
  place("clc-profile-import").addEventListener("click", () => void importProfile(text, endpoint, fill));
  place("clc-profile-export").addEventListener("click", () => void exportProfile(text, endpoint, read()));
}

function prepareDefaults(text: Text, endpoint: Endpoint, fill: (profile: MappingProfile) => void): void {
  const chooser = place("clc-profile-default") as HTMLSelectElement;
  const start = place("clc-profile-start") as HTMLButtonElement;
  chooser.replaceChildren(el("option", { value: "" }, text("mapping-profile.start.choose")));
  start.disabled = true;
  ask<{ profiles: { name: string; description?: string }[] }>(text, endpoint, "defaults").then(
    ({ profiles }) => {
      for (const { name, description } of profiles)
        chooser.append(el("option", { value: name, title: description }, name));
    },
    () => chooser.replaceChildren(el("option", { value: "" }, text("kit.call.no-answer"))),
  );
  chooser.addEventListener("change", () => {
    start.disabled = chooser.value === "";
  });
  start.addEventListener("click", () => {
    ask<{ profile: MappingProfile }>(text, endpoint, `defaults/${encodeURIComponent(chooser.value)}`).then(
      ({ profile }) => fill(profile),
      (error: Error) => notifyOf([error.message]),
    );
  });
}

async function importProfile(text: Text, endpoint: Endpoint, fill: (profile: MappingProfile) => void): Promise<void> {
  const box = el("textarea", {
    spellcheck: "false",
    "aria-label": text("mapping-profile.import.text"),
    placeholder: text("mapping-profile.import.text"),
  });
  const file = el("input", { type: "file", accept: ".json,.csv", "aria-label": text("mapping-profile.import.file") });
  file.addEventListener("change", () => {
    void file.files?.[0]?.text().then((content) => {
      box.value = content;
    });
  });
  const confirmed = await openDialog(
    text,
    text("mapping-profile.import.title"),
    (dialog) => dialog.main.append(el("p", {}, file), box),
    text("mapping-profile.import.button"),
  );
  if (!confirmed) return;
  const format: Format = box.value.trimStart().startsWith("{") ? "json" : "csv";
  try {
    const { profile, problems } = await send<{ profile?: MappingProfile; problems: ProfileProblem[] }>(
      text,
      endpoint,
      "parse",
      { format, text: box.value },
    );
    if (profile !== undefined) fill(profile);
    if (problems.length > 0)
      notifyOf(problems.slice(0, 8).map(({ row, field, message }) => `${row ?? ""} ${field}: ${message}`.trim()));
  } catch (error) {
    notifyOf([error instanceof Error ? error.message : String(error)]);
  }
}

/** As elements, never as HTML text: the words may come from a file or a system. */
function notifyOf(lines: readonly string[]): void {
  RED.notify($(el("div", {}, ...lines.map((line) => el("p", {}, line)))), { type: "error", timeout: 10_000 });
}

async function exportProfile(text: Text, endpoint: Endpoint, profile: MappingProfile): Promise<void> {
  const box = el("textarea", {
    spellcheck: "false",
    readonly: true,
    "aria-label": text("mapping-profile.export.title"),
  });
  const format = select(
    [
      { value: "json", label: "JSON" },
      { value: "csv", label: "CSV" },
    ],
    "json",
    text("mapping-profile.export.format"),
  );
  const save = button(text("mapping-profile.export.save"), { icon: "fa-download" });
  let asked = 0;
  const show = async (): Promise<void> => {
    const turn = ++asked;
    const shown = await send<{ text: string }>(text, endpoint, "format", { format: format.value, profile }).then(
      (answer) => answer.text,
      (error: Error) => error.message,
    );
    // An answer that was overtaken must not replace the text in the format that is chosen now.
    if (turn === asked) box.value = shown;
  };
  format.addEventListener("change", () => void show());
  save.addEventListener("click", () => {
    const address = URL.createObjectURL(
      new Blob([box.value], { type: format.value === "csv" ? "text/csv" : "application/json" }),
    );
    el("a", { href: address, download: `${profile.name}-${profile.version}.${format.value}` }).click();
    URL.revokeObjectURL(address);
  });
  await openDialog(
    text,
    text("mapping-profile.export.title"),
    (dialog) => {
      dialog.main.append(el("div", { class: "clc-bar" }, format, save), box);
      void show();
    },
    text("kit.dialog.close"),
  );
}
