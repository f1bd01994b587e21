import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { exampleFlow } from "../../scripts/demo/stage.js";
import { PACKAGE_ROOT } from "../../scripts/node-red.js";
import type { Editor } from "../support/editor.js";
import { closeStages, type EditorStage, stageOf, TEST_MS } from "./stage.js";

after(closeStages);

describe("the scenarios' flows in the editor", function () {
  this.timeout(TEST_MS);
  const folders = ["otmm-preservica"];
  let stage: EditorStage;
  let editor: Editor;

  before(async () => {
    stage = await stageOf(5);
    editor = await stage.open();
  });
  after(async () => {
    await editor.close();
    await stage.reset();
  });

  for (const folder of folders) {
    for (const file of readdirSync(join(PACKAGE_ROOT, "examples", folder)).sort()) {
      it(`${folder}/${file}: every node is valid, and nothing is to be deployed`, async () => {
        await stage.nodeRed.deploy(exampleFlow(`${folder}/${file}`));
        await editor.reload();
        assert.deepEqual(await editor.invalid(), []);
        assert.deepEqual(editor.takeFaults(), []);
      });
    }
  }
});
