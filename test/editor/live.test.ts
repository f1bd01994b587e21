import assert from "node:assert/strict";
import type { Editor } from "../support/editor.js";
import { NODE_RED_MAJORS } from "../../scripts/node-red.js";
import { closeStages, type EditorStage, stageOf, TEST_MS } from "./stage.js";

after(closeStages);

for (const version of NODE_RED_MAJORS) {
  describe(`what the editor of Node-RED ${version} asks the systems`, function () {
    this.timeout(TEST_MS);
    let stage: EditorStage;
    let editor: Editor;

    before(async () => {
      stage = await stageOf(version);
      await stage.reset();
      editor = await stage.open();
    });
    after(() => editor.close());
    afterEach(async () => {
      await editor.closeForms();
      assert.deepEqual(editor.takeFaults(), []);
      editor.tolerate();
    });

    for (const id of ["clc-otmm", "clc-preservica"]) {
      it(`${id}: Test connection shows each check`, async () => {
        await editor.edit(id);
        await editor.page.getByRole("button", { name: "Test connection" }).press("Enter");
        const report = editor.page.locator("#clc-test-report");
        await report.getByText("The connection works.").waitFor();
        assert.ok((await report.locator(".clc-ok").count()) > 4);
        await editor.screenshot(`${version}-${id}-test`);
        await editor.cancel();
      });
    }

    it("Test connection says what is wrong with the password, and never tests what is not deployed", async () => {
      await editor.edit("clc-otmm");
      await editor.page.fill("#node-config-input-password", "wrong");
      await editor.done();
      await editor.edit("clc-otmm");
      const report = editor.page.locator("#clc-test-report");
      await editor.page.click("#clc-test");
      await report.getByText("Deploy first").waitFor();
      await editor.cancel();
      await editor.deploy();
      await editor.edit("clc-otmm");
      await editor.page.click("#clc-test");
      await report.getByText("The connection does not do all that is needed.").waitFor();
      assert.match((await report.locator(".clc-fail").first().textContent()) ?? "", /^Sign in: /);
      await editor.cancel();
      await stage.reset();
      await editor.reload();
    });

    it("chooses a field from the live list by keyboard", async () => {
      const id = stage.id("otmm-asset-update");
      await editor.edit(id);
      await editor.page
        .locator("#clc-changes")
        .getByRole("button", { name: "Choose from the system's fields" })
        .press("Enter");
      const search = editor.page.getByRole("combobox", { name: "Search by name or id" });
      await search.waitFor();
      await search.fill("archive id");
      await search.press("Enter");
      await editor.page.locator("dialog.clc-dialog").waitFor({ state: "detached" });
      await editor.done();
      const [row] = (await editor.property(id, "rows")) as { field: string }[];
      assert.equal(row?.field, "ACME.FIELD.ARCHIVE ID");
    });

    it("leaves everything as it was when a picker is cancelled by Escape, and the form stays open", async () => {
      await editor.edit("clc-otmm");
      await editor.page.click("#clc-holdField-browse");
      await editor.page.locator("dialog.clc-dialog [role=option]").first().waitFor();
      await editor.page.keyboard.press("Escape");
      await editor.page.locator("dialog.clc-dialog").waitFor({ state: "detached" });
      assert.equal(await editor.page.inputValue("#node-config-input-holdField"), "ACME.FIELD.LEGAL HOLD");
      await editor.cancel();
    });

    it("chooses a folder from the tree by keyboard, level by level", async () => {
      const id = stage.id("otmm-asset-fetch");
      await editor.edit(id);
      await editor.page.selectOption("#node-input-mode", "folder");
      await editor.page.click("#clc-folder-browse");
      const tree = editor.page.locator("dialog.clc-dialog .red-ui-treeList");
      await tree.getByText("Public Folders").waitFor();
      await editor.page.keyboard.press("ArrowDown");
      await editor.page.keyboard.press("ArrowRight");
      await tree.getByText("Campaigns").waitFor();
      await editor.page.keyboard.press("ArrowDown");
      await editor.screenshot(`${version}-folder-picker`);
      await tree.getByText("Campaigns").click();
      await editor.page.getByRole("button", { name: "Choose", exact: true }).press("Enter");
      await editor.page.locator("dialog.clc-dialog").waitFor({ state: "detached" });
      await editor.done();
      assert.equal(await editor.property(id, "folderPath"), "Public Folders / Campaigns");
      assert.match(String(await editor.property(id, "folder")), /^\S+$/);
    });

    it("shows readably when the system cannot be reached", async () => {
      await stage.nodeRed.deploy(
        stage.flow.map((node) => (node.id === "clc-otmm" ? { ...node, url: "http://127.0.0.1:9" } : node)),
      );
      await editor.reload();
      editor.tolerate(/502|Bad Gateway/);
      await editor.edit("clc-otmm");
      await editor.page.click("#clc-holdField-browse");
      const alert = editor.page.locator("dialog.clc-dialog [role=alert]");
      await alert.waitFor();
      assert.doesNotMatch((await alert.textContent()) ?? "", /\[object|undefined|<html/);
      await editor.page.keyboard.press("Escape");
      await editor.cancel();
      await stage.reset();
      await editor.reload();
    });
  });
}
