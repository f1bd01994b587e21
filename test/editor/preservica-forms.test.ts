import assert from "node:assert/strict";
import { exampleFlow } from "../../scripts/demo/stage.js";
import type { Editor } from "../support/editor.js";
import { NODE_RED_MAJORS } from "../../scripts/node-red.js";
import { closeStages, type EditorStage, stageOf, TEST_MS } from "./stage.js";

const TYPES = [
  "preservica-fetch",
  "preservica-status",
  "preservica-access",
  "preservica-govern",
  "preservica-events",
] as const;
const RAW_KEY = /\b(kit|preservica-(fetch|status|access|govern|events))\.[a-z-]+/;

after(closeStages);

for (const version of NODE_RED_MAJORS) {
  describe(`forms of the archive's nodes in the editor of Node-RED ${version}`, function () {
    this.timeout(TEST_MS);
    let stage: EditorStage;
    let editor: Editor;
    const flow = new Map(
      TYPES.flatMap((type) => exampleFlow(`nodes/${type}.json`)).map((node) => [node.id, node] as const),
    );

    before(async () => {
      stage = await stageOf(version);
      await stage.nodeRed.deploy([...flow.values()]);
      editor = await stage.open();
    });
    after(async () => {
      await editor.close();
      await stage.reset();
    });

    for (const type of TYPES) {
      it(`${type}: opens, is valid, and Done without a change leaves it unchanged`, async () => {
        const id = [...flow.values()].find((node) => node.type === type)?.id ?? "";
        await editor.edit(id);
        assert.doesNotMatch(await editor.formText(), RAW_KEY);
        await editor.done();
        assert.equal(await editor.isChanged(id), false);
        assert.equal(await editor.isValid(id), true);
        assert.deepEqual(editor.takeFaults(), []);
      });
    }

    it("keeps a secret that a person enters, and never shows it again", async () => {
      const id = [...flow.values()].find(({ type }) => type === "preservica-access")?.id ?? "";
      await editor.edit(id);
      await editor.page.locator("details.clc-fold summary").click();
      await editor.page.fill("#clc-secret", "a secret of the test");
      await editor.done();
      assert.equal(await editor.isChanged(id), true);
      await editor.edit(id);
      await editor.page.locator("details.clc-fold summary").click();
      assert.equal(await editor.page.inputValue("#clc-secret"), "__PWRD__");
      await editor.closeForms();
    });
  });
}
