import { button, el } from "./dom.js";
import type { Text } from "./text.js";

/** A small dialog above the edit form: focus stays inside, Esc cancels, Enter on the default button confirms. */
export interface PickerDialog {
  readonly main: HTMLElement;
  /** Shows a failure in words, in place of what could not be loaded. */
  fail: (message: string) => void;
  /** Allows or forbids the confirming button. */
  ready: (is: boolean) => void;
  confirm: () => void;
}

/**
 * Opens a dialog and resolves when it closes: true = confirmed.
 *
 * @param fill puts the content in; runs after the dialog is open
 */
export async function openDialog(
  text: Text,
  title: string,
  fill: (dialog: PickerDialog) => void,
  confirmLabel?: string,
): Promise<boolean> {
  const opener = document.activeElement;
  const ok = button(confirmLabel ?? text("kit.dialog.choose"), { class: "primary" });
  const cancel = button(text("kit.dialog.cancel"));
  const main = el("main");
  const dialog = el(
    "dialog",
    { class: "clc-dialog", "aria-label": title },
    el("header", {}, title),
    main,
    el("footer", {}, cancel, ok),
  );
  document.body.append(dialog);

  return await new Promise<boolean>((done) => {
    let confirmed = false;
    const confirm = (): void => {
      if (ok.disabled) return;
      confirmed = true;
      dialog.close();
    };
    ok.addEventListener("click", confirm);
    cancel.addEventListener("click", () => dialog.close());
    // The editor's own shortcuts (delete, undo, leaving the form) must not act below an open dialog.
    dialog.addEventListener("keydown", (event) => event.stopPropagation());
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (opener instanceof HTMLElement) opener.focus();
      done(confirmed);
    });
    dialog.showModal();
    fill({
      main,
      confirm,
      ready: (is) => {
        ok.disabled = !is;
      },
      fail: (message) => {
        ok.disabled = true;
        main.replaceChildren(el("p", { class: "clc-error", role: "alert" }, message));
      },
    });
  });
}
