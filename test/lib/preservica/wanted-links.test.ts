import assert from "node:assert/strict";
import { linksFragment, readLinksFragment } from "../../../lib/preservica/ingest/wanted.js";

describe("links that an asset states", () => {
  const relation = "http://purl.org/dc/terms/isReplacedBy";

  it("come back as they were written, to assets, to folders and by reference", async () => {
    const links = [
      { relation, idType: "OTMM-Original", id: "a & b" },
      { relation, idType: "SKU", id: "AF-120", folder: true as const },
      { relation, ref: "0d8a5f1e-0000-5000-8000-000000000001" },
    ];
    assert.deepEqual(await readLinksFragment(linksFragment(links)), links);
  });
});
