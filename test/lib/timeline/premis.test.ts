import assert from "node:assert/strict";
import { attribute, child, children, parseXml, textOf, type XmlNode } from "../../../lib/http/index.js";
import type { StoredEvent } from "../../../lib/store/index.js";
import { premisOf } from "../../../lib/timeline/index.js";
import { event } from "../store/timeline-support.js";

const KEY = "otmm:dam:a";
let seq = 0;
function stored(type: string, more: Partial<StoredEvent> = {}): StoredEvent {
  seq += 1;
  return { ...event("a", type), seq, learnt: "2026-03-01T10:00:01.000Z", hash: String(seq).padStart(64, "0"), ...more };
}

/**
 * Order and number of the parts of each element that an export uses, as the schema of PREMIS 3.0 lists them
 * (premis-v3-0.xsd, Library of Congress): `?` none or one, `*` any number, `+` one or more.
 */
const GRAMMAR: Readonly<Record<string, string>> = {
  premis: "object+ event* agent*",
  "object:intellectualEntity": "objectIdentifier+ relationship*",
  "object:representation": "objectIdentifier+ originalName? relationship*",
  "object:file": "objectIdentifier+ objectCharacteristics+ originalName? relationship*",
  objectIdentifier: "objectIdentifierType objectIdentifierValue",
  objectCharacteristics: "fixity* size? format+",
  fixity: "messageDigestAlgorithm messageDigest messageDigestOriginator?",
  format: "formatDesignation",
  formatDesignation: "formatName",
  relationship: "relationshipType relationshipSubType relatedObjectIdentifier+",
  relatedObjectIdentifier: "relatedObjectIdentifierType relatedObjectIdentifierValue",
  event:
    "eventIdentifier eventType eventDateTime eventDetailInformation* eventOutcomeInformation* linkingAgentIdentifier* linkingObjectIdentifier*",
  eventIdentifier: "eventIdentifierType eventIdentifierValue",
  eventDetailInformation: "eventDetail? eventDetailExtension*",
  eventOutcomeInformation: "eventOutcome eventOutcomeDetail*",
  eventOutcomeDetail: "eventOutcomeDetailNote",
  linkingAgentIdentifier: "linkingAgentIdentifierType linkingAgentIdentifierValue linkingAgentRole*",
  linkingObjectIdentifier: "linkingObjectIdentifierType linkingObjectIdentifierValue",
  agent: "agentIdentifier+ agentName* agentType? agentVersion?",
  agentIdentifier: "agentIdentifierType agentIdentifierValue",
};

/** Holds every element against the grammar; elements without a rule hold text only, extensions anything. */
function assertGrammar(node: XmlNode): void {
  if (node.name === "eventDetailExtension") return;
  const rule = GRAMMAR[node.name === "object" ? `object:${attribute(node, "type") ?? ""}` : node.name];
  const names = children(node)
    .map(({ name }) => `${name} `)
    .join("");
  const pattern = (rule ?? "").split(" ").filter((part) => part !== "");
  const expected = pattern.map((part) => `(${part.replace(/[?*+]$/, "")} )${/[?*+]$/.exec(part)?.[0] ?? ""}`).join("");
  assert.match(names, new RegExp(`^${expected}$`), `<${node.name}>`);
  for (const inner of children(node)) assertGrammar(inner);
}

const nested = (node: XmlNode | undefined, ...path: string[]): string => textOf(node, ...path) ?? "";
const read = async (xml: string): Promise<XmlNode> => await parseXml(xml, { system: "preservica", what: "export" });

describe("PREMIS export", () => {
  const events = [
    stored("message digest calculation", { object: "film.mp4", digest: "SHA-256:ab12", detail: { size: 42 } }),
    stored("hold on", { agent: "user:ines", basis: "reported", system: "preservica", outcome: "refused" }),
    stored('shown <in> the \u0001exhibition & "more"', { agent: "Night desk (@content-lifecycle/node-red 0.1.0)" }),
    stored("fixity check", {
      agent: "@content-lifecycle/node-red 0.1.0 preservica-ingest",
      object: "film.mp4",
      digest: "SHA-256:ab12",
      outcome: "failure",
      assetVersion: "2",
    }),
    stored("erased", { erased: true, agent: "" }),
  ];
  const identities = [
    { system: "otmm", connection: "dam", id: "a1", assetKey: KEY },
    { system: "preservica", connection: "archive", id: "ref-1", assetKey: KEY },
  ];
  const xml = premisOf({ assetKey: KEY, identities, events });
  let root: XmlNode;
  before(async () => {
    root = await read(xml);
  });

  it("has the parts of PREMIS 3 in the order of its schema", () => {
    assert.equal(root.name, "premis");
    assert.equal(attribute(root, "version"), "3.0");
    assert.equal(root.attributes.get("xmlns"), "http://www.loc.gov/premis/v3");
    assertGrammar(root);
  });

  it("keeps that order for an asset of which nothing happened yet", async () => {
    assertGrammar(await read(premisOf({ assetKey: KEY, identities: [], events: [] })));
  });

  it("names the asset by its key and by its ids in every system", () => {
    const asset = children(root, "object").find((object) => attribute(object, "type") === "intellectualEntity");
    const ids = children(asset, "objectIdentifier").map((id) => [
      nested(id, "objectIdentifierType"),
      nested(id, "objectIdentifierValue"),
    ]);
    assert.deepEqual(ids, [
      ["content-lifecycle asset key", KEY],
      ["otmm:dam", "a1"],
      ["preservica:archive", "ref-1"],
    ]);
  });

  it("states each file once a version, with its digest and size", () => {
    const files = children(root, "object").filter((object) => attribute(object, "type") === "file");
    assert.equal(files.length, 2);
    const [file] = files;
    assert.equal(nested(file, "originalName"), "film.mp4");
    assert.equal(nested(file, "objectCharacteristics", "fixity", "messageDigestAlgorithm"), "SHA-256");
    assert.equal(nested(file, "objectCharacteristics", "fixity", "messageDigest"), "ab12");
    assert.equal(nested(file, "objectCharacteristics", "size"), "42");
  });

  it("gives events their types of the LoC list, and words of the flow's own no authority", () => {
    const types = children(root, "event").map((one) => child(one, "eventType"));
    assert.deepEqual(
      types.map((type) => nested(type)),
      [
        "message digest calculation",
        "policy assignment",
        'shown <in> the exhibition & "more"',
        "fixity check",
        "erased",
      ],
    );
    assert.deepEqual(
      types.map((type) => attribute(type, "authority")),
      ["eventType", "eventType", undefined, "eventType", undefined],
    );
  });

  it("writes outcomes, and says nothing of an event whose payload was erased", () => {
    const outcomes = children(root, "event").map((one) => nested(one, "eventOutcomeInformation", "eventOutcome"));
    assert.deepEqual(outcomes, ["success", "refused", "success", "fail", ""]);
    const erased = children(root, "event").at(-1);
    assert.match(nested(erased, "eventDetailInformation", "eventDetail"), /was erased/);
    assert.equal(child(erased, "linkingAgentIdentifier"), undefined);
  });

  it("links every event to agents and objects that the document holds", () => {
    const held = (name: string, prefix: string): Set<string> =>
      new Set(
        children(root, name).flatMap((one) =>
          children(one, `${prefix}Identifier`).map(
            (id) => `${nested(id, `${prefix}IdentifierType`)} ${nested(id, `${prefix}IdentifierValue`)}`,
          ),
        ),
      );
    for (const [name, prefix] of [
      ["object", "object"],
      ["agent", "agent"],
    ] as const) {
      const known = held(name, prefix);
      const linking = prefix === "object" ? "linkingObject" : "linkingAgent";
      for (const link of held("event", linking)) assert.ok(known.has(link), link);
    }
  });

  it("names the copy that was destroyed, and takes the paper's digest for no file", async () => {
    const gone = (object: string): StoredEvent =>
      stored("destroyed", { system: "otmm:dam", object, digest: "SHA-256:cd34", detail: { paper: "CD-1" } });
    const [known, other] = [gone("a1"), gone("a2")];
    const document = await read(premisOf({ assetKey: KEY, identities, events: [known, other] }));
    assertGrammar(document);
    assert.ok(!children(document, "object").some((object) => attribute(object, "type") === "file"));
    const ids = children(child(document, "object"), "objectIdentifier").map((id) =>
      nested(id, "objectIdentifierValue"),
    );
    assert.deepEqual(ids, [KEY, "a1", "ref-1", "a2"]);
    const links = children(document, "event").map((one) =>
      children(one, "linkingObjectIdentifier").map((id) => nested(id, "linkingObjectIdentifierValue")),
    );
    assert.deepEqual(links, [
      [KEY, `${KEY} version 1`, "a1"],
      [KEY, `${KEY} version 1`, "a2"],
    ]);
  });

  it("tells people from software, with its version", () => {
    const agents = children(root, "agent").map((agent) => [
      nested(agent, "agentName"),
      nested(agent, "agentType"),
      nested(agent, "agentVersion"),
    ]);
    assert.deepEqual(agents, [
      ["@content-lifecycle/node-red 0.1.0", "software", "0.1.0"],
      ["ines", "person", ""],
      ["Night desk (@content-lifecycle/node-red 0.1.0)", "software", "0.1.0"],
      ["@content-lifecycle/node-red 0.1.0 preservica-ingest", "software", "0.1.0"],
    ]);
  });
});
