import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Editor } from "../support/editor.js";
import { NODE_RED_MAJORS, PACKAGE_ROOT } from "../../scripts/node-red.js";
import { closeStages, type EditorStage, stageOf, TEST_MS, WORKING } from "./stage.js";

after(closeStages);

for (const version of NODE_RED_MAJORS) {
  describe(`forms in the editor of Node-RED ${version}`, function () {
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
    });

    it("shows all working nodes in a palette category of their own, with their icons", async () => {
      const palette = editor.page
        .locator("#red-ui-palette-base-category-content_lifecycle, [id*='content_lifecycle']")
        .first();
      await palette.waitFor({ state: "attached" });
      const types = await palette
        .locator(".red-ui-palette-node")
        .evaluateAll((nodes) => nodes.map((node) => node.getAttribute("data-palette-type")));
      for (const type of WORKING) assert.ok(types.includes(type), type);
      for (const file of readdirSync(join(PACKAGE_ROOT, "icons"))) {
        const answer = await editor.page.request.get(`${stage.nodeRed.url}/icons/@content-lifecycle/node-red/${file}`);
        assert.equal(answer.status(), 200, file);
        assert.match(await answer.text(), /<svg/);
      }
    });

    it("opens older definitions complete: missing members get their defaults", async () => {
      const whole = stage.flow.find((node) => node.type === "preservica-ingest");
      assert.ok(whole);
      const { id, type, z, x, y, wires } = whole;
      const old = { id, type, z, x, y, wires, store: "clc-store", connection: "clc-preservica" };
      await stage.nodeRed.deploy(stage.flow.map((node) => (node.id === id ? old : node)));
      await editor.reload();
      assert.equal(await editor.isValid(id), true);
      await editor.edit(id);
      assert.equal(await editor.page.inputValue("#node-input-folderTag"), "closed");
      await editor.done();
      assert.equal(await editor.property(id, "verify"), "fixity");
      assert.equal(await editor.isValid(id), true);
      await stage.reset();
      await editor.reload();
    });

    it("names the row in which something is missing, and marks the node", async () => {
      const id = stage.id("otmm-asset-fetch");
      await editor.edit(id);
      const reason = editor.page.locator("#clc-rules li").nth(1).locator(".clc-indent input");
      await reason.fill("");
      await editor.done();
      assert.equal(await editor.isValid(id), false);
      assert.match(JSON.stringify(await editor.property(id, "validationErrors")), /Row 2: the reason is missing/);
      await stage.reset();
      await editor.reload();
    });

    it("sorts, copies and removes rows by keys alone", async () => {
      const id = stage.id("otmm-asset-fetch");
      await editor.edit(id);
      const row = (n: number) => editor.page.locator("#clc-conditions li").nth(n);
      const fields = () =>
        editor.page
          .locator("#clc-conditions li .clc-row > .clc-with-button input")
          .evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value));
      const [first, second] = await fields();
      await row(0).getByRole("button", { name: "Move down" }).press("Enter");
      assert.deepEqual(await fields(), [second, first]);
      await row(0).getByRole("button", { name: "Duplicate" }).press("Enter");
      assert.deepEqual(await fields(), [second, second, first]);
      await row(1).getByRole("button", { name: "Remove" }).press("Enter");
      await row(0).getByRole("button", { name: "Move down" }).press("Enter");
      assert.deepEqual(await fields(), [first, second]);
      await editor.done();
      assert.equal(await editor.isChanged(id), false, "back where it was");
    });

    it("warns while the connection key is changed", async () => {
      await editor.edit("clc-otmm");
      const warning = editor.page.locator("#clc-key-warning");
      assert.equal(await warning.isVisible(), false);
      await editor.page.fill("#node-config-input-key", "other");
      assert.equal(await warning.isVisible(), true);
      await editor.cancel();
    });

    it("shows the help of each node in English and German", async () => {
      const german = await stage.open({ language: "de" });
      for (const [window, word] of [
        [editor, "Inputs"],
        [german, "Eingaben"],
      ] as const) {
        await window.page.evaluate(() => RED.sidebar.show("help"));
        for (const type of WORKING) {
          await window.select(stage.id(type));
          await window.page
            .locator(".red-ui-help, .red-ui-sidebar-help-stack, #red-ui-sidebar-content, .red-ui-sidebar")
            .getByRole("heading", { name: word })
            .first()
            .waitFor();
        }
      }
      assert.deepEqual(german.takeFaults(), []);
      await german.close();
    });

    it("imports an example from the Import dialog, complete with its configuration and references to the environment", async () => {
      await stage.nodeRed.deploy([]);
      await editor.reload();
      await editor.importExample("nodes", "preservica-ingest");
      for (const id of ["clc-store", "clc-otmm", "clc-preservica", "clc-profile-campaign"])
        assert.equal(await editor.isValid(id), true, id);
      await editor.deploy();
      await editor.reload();
      await editor.edit("clc-otmm");
      assert.equal(await editor.page.inputValue("#node-config-input-username"), "${OTMM_USERNAME}");
      await editor.page.click("#clc-test");
      await editor.page.getByText("The connection works.").waitFor();
      await editor.cancel();
      await stage.reset();
      await editor.reload();
    });

    it("keeps a secret that a person enters, and never shows it again", async () => {
      const id = stage.id("preservica-access");
      await editor.edit(id);
      await editor.page.locator("details.clc-fold summary").click();
      await editor.page.fill("#clc-secret", "a secret of the test");
      await editor.done();
      assert.equal(await editor.isChanged(id), true);
      await editor.edit(id);
      await editor.page.locator("details.clc-fold summary").click();
      assert.equal(await editor.page.inputValue("#clc-secret"), "__PWRD__");
    });
  });
}
