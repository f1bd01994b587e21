import assert from "node:assert/strict";
import { one, PreservicaBench } from "./preservica-support.js";
import { zipOf, type Entry } from "./preservica-zip.js";

const OPEX = "http://www.openpreservationexchange.org/opex/v1.2";
const sidecar = (inner: string): string => `<o:OPEXMetadata xmlns:o="${OPEX}">${inner}</o:OPEXMetadata>`;

describe("sandbox Preservica: OPEX and PAX", () => {
  let bench: PreservicaBench;
  let folder: string;
  before(async () => {
    bench = await PreservicaBench.start();
    folder = await bench.folder("In");
  });
  after(() => bench.stop());

  const download = (ref: string, headers: Record<string, string> = {}): ReturnType<PreservicaBench["call"]> =>
    bench.call("GET", `/api/content/download?id=sdb%3AIO%7C${ref.toUpperCase()}`, { headers });
  const opex = async (entries: Entry[], into = folder): Promise<{ status: string; text: string }> =>
    bench.ended(await bench.upload(zipOf(entries), into));

  it("ingests an OPEX zip: folders, files, sidecars; and matches what it knows", async () => {
    const meta = `<o:DescriptiveMetadata><c:c xmlns:c="urn:clc:schema:campaign:1"><c:code>OP-1</c:code></c:c></o:DescriptiveMetadata>`;
    const entries: Entry[] = [
      {
        name: "Spring/Spring.opex",
        content: sidecar(
          `<o:Transfer><o:SourceID>spring</o:SourceID><o:Manifest><o:Folders/><o:Files><o:File type="content" size="4">llama.jpg</o:File><o:File type="metadata">llama.jpg.opex</o:File></o:Files></o:Manifest></o:Transfer>`,
        ),
      },
      { name: "Spring/llama.jpg", content: "wool" },
      {
        name: "Spring/llama.jpg.opex",
        content: sidecar(
          `<o:Transfer><o:SourceID>llama#v1</o:SourceID><o:Fixities><o:Fixity type="MD5" value="5dd2f7ae2a4e8b1ac24a1ea5d3bf1d4e"/></o:Fixities></o:Transfer><o:Properties><o:Title>Llama</o:Title><o:SecurityDescriptor>internal</o:SecurityDescriptor><o:Identifiers><o:Identifier type="OTMM-Asset">llama#v1</o:Identifier></o:Identifiers></o:Properties>${meta}`,
        ),
      },
    ];
    const wrong = await opex(entries);
    assert.equal(wrong.status, "FAILED", "the digest is made up");
    assert.match(wrong.text, /fixity MD5 does not match/u);
    const sound = entries.map((entry) => ({
      ...entry,
      content: String(entry.content).replace(/<o:Fixities>.*<\/o:Fixities>/u, ""),
    }));
    assert.equal((await opex(sound)).status, "COMPLETED");
    const found = await bench.get("/api/entity/entities/by-identifier?type=SourceID&value=llama%23v1");
    const ref = /ref="([^"]+)" type="IO"/u.exec(found.text)?.[1] ?? "";
    const { text } = await bench.get(`/api/entity/information-objects/${ref}`);
    assert.deepEqual([one(text, "Title"), one(text, "SecurityTag")], ["Llama", "internal"]);
    assert.match((await bench.get(one(text, "Fragment"))).text, /OP-1/u);
    assert.equal((await opex(sound)).status, "COMPLETED");
    assert.equal(
      one((await bench.get("/api/entity/entities/by-identifier?type=SourceID&value=llama%23v1")).text, "TotalResults"),
      "1",
    );
    assert.equal(
      one((await bench.get("/api/entity/entities/by-identifier?type=SourceID&value=spring")).text, "TotalResults"),
      "1",
    );
    const monitors = await bench.get("/api/processmonitor/monitors?max=1");
    const { value } = JSON.parse(monitors.text) as { value: { monitors: { mappedId: string; subcategory: string }[] } };
    assert.equal(value.monitors[0]?.subcategory, "OPEX");
    assert.match(
      (await bench.get(`/api/processmonitor/messages?monitor=${value.monitors[0]?.mappedId ?? ""}`)).text,
      /Matched file Spring\/llama\.jpg to existing IO Llama via Source ID llama#v1/u,
    );
  });

  it("refuses an OPEX zip whose manifest and files differ, or that names no folder", async () => {
    const manifest = (name: string): string =>
      sidecar(
        `<o:Transfer><o:Manifest><o:Files><o:File type="content">${name}</o:File></o:Files></o:Manifest></o:Transfer>`,
      );
    const entries = (name: string): Entry[] => [
      { name: "M/M.opex", content: manifest(name) },
      { name: "M/a.txt", content: "a" },
    ];
    const missing = await opex(entries("b.txt"));
    assert.match(missing.text, /M\/b\.txt: in the manifest, but not there; ?|M\/a\.txt: not in the manifest/u);
    assert.equal(missing.status, "FAILED");
    const atTop = await opex([
      { name: "container.opex", content: manifest("b.txt") },
      { name: "a.txt", content: "a" },
    ]);
    assert.match(atTop.text, /b\.txt: in the manifest, but not there/u);
    const homeless = await bench.ended(await bench.upload(zipOf(entries("a.txt"))));
    assert.match(homeless.text, /names no existing folder/u);
  });

  it("ingests a PAX with two representations, as a zip and as a folder", async () => {
    const inside: Entry[] = [
      { name: "Representation_Preservation/hero/hero.mov", content: "master" },
      { name: "Representation_Access/hero/hero.mp4", content: "clip" },
    ];
    const asset = (id: string): string =>
      sidecar(
        `<o:Transfer><o:SourceID>${id}</o:SourceID></o:Transfer><o:Properties><o:Title>${id}</o:Title></o:Properties>`,
      );
    const into = await bench.folder("PAX");
    const entries: Entry[] = [
      { name: "zipped.pax.zip", content: zipOf(inside) },
      { name: "zipped.pax.zip.opex", content: asset("pax-zip") },
      ...inside.map((entry) => ({ ...entry, name: `plain.pax/${entry.name}` })),
      { name: "plain.pax.opex", content: asset("pax-folder") },
    ];
    const end = await opex(entries, into);
    assert.equal(end.status, "COMPLETED", end.text);
    for (const id of ["pax-zip", "pax-folder"]) {
      const found = await bench.get(`/api/entity/entities/by-identifier?type=SourceID&value=${id}`);
      const ref = /ref="([^"]+)"/u.exec(found.text)?.[1] ?? "";
      assert.equal((await download(ref)).text, "clip", id);
    }
  });

  it("takes plain folders and files", async () => {
    const into = await bench.folder("Plain");
    assert.equal((await opex([{ name: "Deep/er/note.txt", content: "n" }], into)).status, "COMPLETED");
    assert.match((await bench.get(`/api/entity/structural-objects/${into}/children`)).text, /title="Deep"/u);
  });

  it("starts the OPEX workflow on a container in the source bucket: its folders are matched by SourceID", async () => {
    const into = await bench.folder("Containers");
    const marked = await bench.call("POST", `/api/entity/structural-objects/${into}/identifiers`, {
      body: `<Identifier xmlns="http://preservica.com/XIP/v9.1"><Type>SourceID</Type><Value>containers</Value><Entity>${into}</Entity></Identifier>`,
    });
    assert.equal(marked.status, 200, marked.text);
    const put = async (key: string, body: string): Promise<void> => {
      const answer = await bench.call("PUT", `/api/s3/buckets/alder.opex.source/${key}`, {
        body,
        type: "application/octet-stream",
      });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.headers.get("preservica-progress-token"), null);
    };
    await put("opex/run1/In/a.txt", "content");
    await put("opex/run1/In/a.txt.opex", sidecar("<o:Transfer><o:SourceID>container#v1</o:SourceID></o:Transfer>"));
    await put("opex/run1/In/In.opex", sidecar("<o:Transfer><o:SourceID>containers</o:SourceID></o:Transfer>"));
    const start = (parameter: string): ReturnType<PreservicaBench["call"]> =>
      bench.call("POST", "/sdb/rest/workflow/instances", {
        body: `<StartWorkflowRequest  xmlns="http://workflow.preservica.com"><WorkflowContextId>42</WorkflowContextId><Parameter><Key>OpexContainerDirectory</Key><Value>opex/run1</Value></Parameter>${parameter}<CorrelationId>c1</CorrelationId></StartWorkflowRequest >`,
      });
    const other = await start(`<Parameter><Key>StructuralObjectRef</Key><Value>${into}</Value></Parameter>`);
    assert.equal(other.status, 400, "only one parameter is documented");
    const started = await start("");
    assert.equal(started.status, 201, started.text);
    await bench.until(
      async () =>
        one(
          (await bench.get("/api/entity/entities/by-identifier?type=SourceID&value=container%23v1")).text,
          "TotalResults",
        ) === "1",
    );
    await bench.until(
      async () =>
        one((await bench.get(`/sdb/rest/workflow/instances/${one(started.text, "Id")}`)).text, "State") === "Completed",
    );
    assert.match((await bench.get("/api/processmonitor/monitors?name=opex/run1")).text, /"subcategory":"OPEX"/u);
    assert.match((await bench.get(`/api/entity/structural-objects/${into}/children`)).text, /title="a\.txt"/u);
  });

  it("refuses a container whose asset stands at the root, or whose asset folder is not as its manifest says", async () => {
    const put = (key: string, body: string): ReturnType<PreservicaBench["call"]> =>
      bench.call("PUT", `/api/s3/buckets/alder.opex.source/opex/${key}`, { body, type: "application/octet-stream" });
    const ended = async (directory: string): Promise<string> => {
      const body = `<StartWorkflowRequest xmlns="http://workflow.preservica.com"><WorkflowContextId>42</WorkflowContextId><Parameter><Key>OpexContainerDirectory</Key><Value>opex/${directory}</Value></Parameter></StartWorkflowRequest>`;
      const { text } = await bench.call("POST", "/sdb/rest/workflow/instances", { body });
      let told = "";
      await bench.until(async () => {
        told = (await bench.get(`/sdb/rest/workflow/instances/${one(text, "Id")}?includeErrors=true`)).text;
        return one(told, "State") === "Failed";
      });
      return told;
    };
    await put("root/a.txt", "content");
    assert.match(await ended("root"), /stands in a folder/u);
    const manifest = `<o:Transfer><o:Manifest><o:Files><o:File type="content" size="9">Representation_Preservation/a/a.txt</o:File></o:Files></o:Manifest></o:Transfer>`;
    await put("pax/In/a.pax.opex", sidecar(manifest));
    await put("pax/In/a.pax/Representation_Preservation/a/a.txt", "content");
    await put("pax/In/a.pax/Representation_Preservation/b/b.txt", "content");
    assert.match(await ended("pax"), /the manifest says 9 bytes, the file has 7[\s\S]*b\.txt: not in the manifest/u);
  });
});
