import assert from "node:assert/strict";
import { leanCause, redact, secrets } from "../../../lib/http/index.js";

describe("redaction", () => {
  const canary = 'kanarie/8f2b "x y"+z';
  before(() => secrets.add(canary));

  const hidden: Record<string, string> = {
    "a known secret as it is": `before ${canary} after`,
    "a known secret in an address": `https://h/p?x=${encodeURIComponent(canary)}`,
    "a known secret in a form": new URLSearchParams({ x: canary }).toString(),
    "a known secret in JSON": JSON.stringify({ x: canary }),
    "a known secret in base64": Buffer.from(canary).toString("base64"),
  };
  for (const [what, text] of Object.entries(hidden)) {
    it(`hides ${what}`, () => {
      const left = redact(text);
      assert.doesNotMatch(left, /kanarie|8f2b|a2FuYXJpZS/);
      assert.match(left, /\[hidden\]/);
    });
  }

  const shapes = [
    "Authorization: Bearer UNSEEN0001",
    "authorization=Basic UNSEEN0001==",
    '"Authorization":"Bearer UNSEEN0001"',
    "Cookie: JSESSIONID=UNSEEN0001; route=UNSEEN0001",
    "Set-Cookie: a=UNSEEN0001; Path=/",
    "X-Requested-By: UNSEEN0001",
    "otmmauthtoken: UNSEEN0001",
    "OTDSToken: UNSEEN0001",
    "OTCSTicket: UNSEEN0001",
    "Preservica-Access-Token: UNSEEN0001",
    "https://joe:UNSEEN0001@dam.example.com/x",
    "GET /x?password=UNSEEN0001&a=1",
    '{"password": "UNSEEN0001"}',
    '{"accessToken":"UNSEEN0001","refreshToken":"UNSEEN0001"}',
    "grant_type=password&client_secret=UNSEEN0001",
    "https://b.s3.amazonaws.com/k?X-Amz-Credential=UNSEEN0001&X-Amz-Signature=UNSEEN0001",
    "https://h/x?a=b&sig=UNSEEN0001",
    "token eyJhbGciOiJIUNSEEN0001.eyJzdWIiOiJ1.UNSEEN0001",
  ];
  for (const text of shapes) {
    it(`hides the value in ${text.replaceAll("UNSEEN0001", "…")}`, () =>
      assert.doesNotMatch(redact(text), /UNSEEN0001/));
  }

  it("leaves plain text alone", () => {
    const plain =
      "Asset 5b1d0c4e is locked by keller.maria; the access token of the session has ended. See https://dam.example.com/a?x=1";
    assert.equal(redact(plain), plain);
  });

  it("makes a cause that keeps name and code, and nothing else", () => {
    const thrown = Object.assign(new TypeError("Bearer UNSEEN0001 failed"), {
      code: "EX",
      config: { headers: { Authorization: "UNSEEN0001" } },
    });
    const lean = leanCause(thrown);
    assert.equal(lean.name, "TypeError");
    assert.equal("code" in lean ? lean.code : undefined, "EX");
    assert.ok(!("config" in lean));
    assert.doesNotMatch(`${lean.stack} ${lean.message}`, /UNSEEN0001/);
  });
});
