import assert from "node:assert/strict";
import { claimsOf, isSigned, rangeOf, reasonsAgainst, signLink } from "../../../lib/access/index.js";

const SECRET = "s".repeat(64);
const claims = { node: "a.b-1", grant: "9f3c", expires: 1_800_000_000 };

describe("signed links", () => {
  it("carry their claims and prove them", () => {
    const link = signLink(claims, SECRET);
    assert.deepEqual(claimsOf(link), claims);
    assert.equal(isSigned(link, SECRET), true);
    assert.notEqual(signLink(claims, SECRET), link);
  });

  it("are refused when any character is changed, cut off or signed with another secret", () => {
    const link = signLink(claims, SECRET);
    for (let place = 0; place < link.length; place += 1) {
      const other = link[place] === "A" ? "B" : "A";
      assert.equal(
        isSigned(`${link.slice(0, place)}${other}${link.slice(place + 1)}`, SECRET),
        false,
        `place ${place}`,
      );
    }
    assert.equal(isSigned(link.slice(0, -1), SECRET), false);
    assert.equal(isSigned(link, SECRET.slice(1)), false);
    for (const odd of ["", ".", "....", "a.b.c.d", `${link}.x`, "x".repeat(600)])
      assert.equal(claimsOf(odd), undefined, odd);
  });
});

describe("the rules of access", () => {
  const rules = { tags: ["open", "internal"], refuseHeld: true };
  const free = { deleted: false, tag: "internal", holds: "clear" as const, accessFiles: 1 };
  const now = new Date("2026-11-21T12:00:00Z");
  const why = (facts: object) => reasonsAgainst({ ...free, ...facts }, rules, now);

  it("give out what is free", () => {
    assert.deepEqual(why({}), []);
    assert.deepEqual(why({ embargoUntil: "2026-11-19" }), []);
  });

  it("refuse, with every reason, what is closed, embargoed, held, unknown or without access copy", () => {
    assert.equal(why({ tag: "closed" }).length, 1);
    assert.equal(why({ tag: "" }).length, 1);
    assert.equal(why({ embargoUntil: "2026-11-21" }).length, 1);
    assert.equal(why({ embargoUntil: "some day" }).length, 1);
    assert.equal(why({ holds: "held" }).length, 1);
    assert.equal(why({ holds: "unknown" }).length, 1);
    assert.equal(why({ accessFiles: 0 }).length, 1);
    assert.equal(why({ tag: "closed", holds: "held", accessFiles: 0 }).length, 3);
  });
});

describe("ranges", () => {
  it("are read as RFC 9110 says", () => {
    assert.deepEqual(rangeOf("bytes=0-9", 100), { start: 0, end: 9 });
    assert.deepEqual(rangeOf("bytes=90-", 100), { start: 90, end: 99 });
    assert.deepEqual(rangeOf("bytes=-5", 100), { start: 95, end: 99 });
    assert.deepEqual(rangeOf("bytes=0-1000", 100), { start: 0, end: 99 });
    assert.equal(rangeOf("bytes=100-", 100), "outside");
    assert.equal(rangeOf("bytes=-0", 100), "outside");
    for (const odd of [undefined, "", "bytes=", "bytes=5-1", "bytes=0-1,3-4", "lines=1-2"])
      assert.equal(rangeOf(odd, 100), "whole");
  });
});
