import assert from "node:assert/strict";
import { exampleFlow } from "../../scripts/demo/stage.js";
import { NODE_RED_MAJORS } from "../../scripts/node-red.js";
import type { Editor } from "../support/editor.js";
import { closeStages, type EditorStage, stageOf } from "./stage.js";

const EXAMPLE = "otmm-preservica/06-archive-access-and-reuse.json";
const RAW_KEY = /\b(kit|otmm-asset-import|preservica-access)\.[a-z-]+/;

after(closeStages);

for (const version of NODE_RED_MAJORS) {
  // The texts are the same on every Node-RED; a look in the second language is enough once.
  const language = version === 5 ? "de" : "en-US";
  describe(`forms of scenario 6 in the editor of Node-RED ${version} (${language})`, function () {
    this.timeout(180_000);
    let stage: EditorStage;
    let editor: Editor;
    const flow = exampleFlow(EXAMPLE);
    const named = (name: string): string => flow.find((node) => node["name"] === name)?.id ?? "";

    before(async () => {
      stage = await stageOf(version);
      await stage.nodeRed.deploy(flow);
      editor = await stage.open({ language, dark: version === 5 });
    });
    after(async () => {
      await editor.close();
      await stage.reset();
    });

    for (const name of ["New asset", "Link for 15 minutes"]) {
      it(`"${name}" opens, is valid, and Done without a change leaves it unchanged`, async () => {
        await editor.edit(named(name));
        assert.doesNotMatch(await editor.formText(), RAW_KEY);
        await editor.done();
        assert.equal(await editor.isChanged(named(name)), false);
        assert.equal(await editor.isValid(named(name)), true);
        assert.deepEqual(editor.takeFaults(), []);
      });
    }

    it("keeps by what a content is known again, and shows the parts of the chosen kind only", async () => {
      await editor.edit(named("Copy to work with"));
      assert.equal(await editor.page.inputValue("#node-input-sameBy"), "source");
      await editor.page.selectOption("#node-input-sameBy", "bytes");
      await editor.page.selectOption("#node-input-mode", "version");
      assert.equal(await editor.page.isVisible("#node-input-model"), false);
      await editor.page.selectOption("#node-input-mode", "asset");
      assert.equal(await editor.page.isVisible("#node-input-model"), true);
      await editor.done();
      await editor.edit(named("Copy to work with"));
      assert.equal(await editor.page.inputValue("#node-input-sameBy"), "bytes");
      await editor.closeForms();
    });

    it("lines the controls of the access form up, and hides what a reference does not need", async () => {
      await editor.edit(named("Link for 15 minutes"));
      const lefts = await Promise.all(
        ["name", "mode", "minutes", "publicUrl", "tags"].map(async (property) => {
          const box = await editor.page.locator(`#node-input-${property}`).boundingBox();
          return Math.round(box?.x ?? 0);
        }),
      );
      assert.equal(new Set(lefts).size, 1, lefts.join());
      await editor.page.selectOption("#node-input-mode", "reference");
      assert.equal(await editor.page.isVisible("#node-input-minutes"), false);
      await editor.closeForms();
    });
  });
}
