import assert from "node:assert/strict";
import { endOf } from "../../../lib/preservica/index.js";
import { addPeriod, formatDay, isLeapYear, parseDay, parsePeriod } from "../../../lib/retention/calendar.js";
import { calendarDate, retentionEnd, statedEnd } from "../../../lib/retention/index.js";
import { dayAt, endOfDay, instantOf, readDate, startOfDay } from "../../../lib/retention/zone.js";
import { governedEnd } from "../../../lib/systems/governed-end.js";
import { Random } from "../../support/random.js";

const BERLIN = "Europe/Berlin";
const LOS_ANGELES = "America/Los_Angeles";

function day(text: string): { year: number; month: number; day: number } {
  const parsed = parseDay(text);
  assert.ok(parsed, text);
  return parsed;
}

describe("golden retention arithmetic", () => {
  const table = [
    ["2021-02-28", "P5Y", BERLIN, "2026-02-28", "2026-02-28T23:00:00Z"],
    ["2021-10-31", "P5Y", BERLIN, "2026-10-31", "2026-10-31T23:00:00Z"],
    ["2021-11-01", "P5Y", LOS_ANGELES, "2026-11-01", "2026-11-02T08:00:00Z"],
    ["2021-11-01", "P5Y", "Asia/Tokyo", "2026-11-01", "2026-11-01T15:00:00Z"],
    ["2020-02-29", "P1Y", BERLIN, "2021-03-01", "2021-03-01T23:00:00Z"],
    ["2026-08-31", "P6M", BERLIN, "2027-03-01", "2027-03-01T23:00:00Z"],
    ["2020-10-15", "P6Y", BERLIN, "2026-10-15", "2026-10-15T22:00:00Z"],
    ["2023-11-20", "P3Y", BERLIN, "2026-11-20", "2026-11-20T23:00:00Z"],
  ] as const;
  for (const [start, period, zone, until, dueAt] of table) {
    it(`keeps ${start} + ${period} (${zone}) through ${until}`, () => {
      assert.deepEqual(retentionEnd({ start, period, zone }), { start, until, dueAt });
    });
  }

  it("ends the archive's own policies by the same rule", () => {
    assert.deepEqual(
      [
        endOf("2021-02-28", 5, "YEAR"),
        endOf("2020-02-29", 1, "YEAR"),
        endOf("2020-02-29", 4, "YEAR"),
        endOf("2026-08-31", 6, "MONTH"),
        endOf("2026-12-30", 2, "WEEK"),
        endOf("2026-12-31", 1, "DAY"),
        endOf("2026-12-31", 1, "DECADE"),
      ],
      ["2026-02-28", "2021-03-01", "2024-02-29", "2027-03-01", "2027-01-13", "2027-01-01", undefined],
    );
  });

  it("counts from the end of the calendar year", () => {
    const term = { zone: BERLIN, startAt: "calendar-year" } as const;
    assert.deepEqual(retentionEnd({ ...term, start: "2016-02-29", period: "P10Y" }), {
      start: "2016-12-31",
      until: "2026-12-31",
      dueAt: "2026-12-31T23:00:00Z",
    });
    assert.deepEqual(retentionEnd({ ...term, start: "2017-12-31", period: "P8Y" }), {
      start: "2017-12-31",
      until: "2025-12-31",
      dueAt: "2025-12-31T23:00:00Z",
    });
  });

  it("reads ECM's date without zone as a local day", () => {
    assert.deepEqual(statedEnd("2036-04-16T00:00:00", BERLIN), { until: "2036-04-16", dueAt: "2036-04-16T22:00:00Z" });
    assert.equal(statedEnd("2036-04-31T00:00:00", BERLIN), undefined);
  });

  it("gives nothing for a start or period that cannot be read", () => {
    for (const [start, period] of [
      ["", "P5Y"],
      ["2021-02-30", "P5Y"],
      ["28.02.2021", "P5Y"],
      ["2021-02-28", "5Y"],
      ["2021-02-28", "P"],
      ["2021-02-28", "P5Y6H"],
      ["2021-2-28", "P5Y"],
    ] as const) {
      assert.equal(retentionEnd({ start, period, zone: BERLIN }), undefined, `${start} ${period}`);
    }
  });

  it("takes the later of two results and tells the difference", () => {
    assert.deepEqual(governedEnd("2026-02-28", "2026-02-28"), { until: "2026-02-28", shorter: false });
    const cases = [
      ["2031-02-28", "2026-02-28", "2031-02-28", true, /through 2026-02-28.*through 2031-02-28.*shorter/],
      ["2026-02-28", "2026-03-01", "2026-03-01", false, /through 2026-03-01.*through 2026-02-28.*longer/],
      ["permanent", "2026-02-28", "permanent", true, /through 2026-02-28.*for good.*shorter/],
      ["2026-02-28", "permanent", "permanent", false, /for good.*through 2026-02-28.*longer/],
    ] as const;
    for (const [decided, governed, until, shorter, told] of cases) {
      const end = governedEnd(decided, governed, 'the policy "P"');
      assert.deepEqual([end.until, end.shorter], [until, shorter]);
      assert.match(end.difference ?? "", told);
      assert.match(end.difference ?? "", /^the policy "P" keeps/);
    }
  });
});

describe("calendar days of OTMM dates", () => {
  it("are read in the declared zone", () => {
    assert.equal(calendarDate("2021-11-01T07:00:00Z", LOS_ANGELES), "2021-11-01");
    assert.equal(calendarDate("2021-11-01T00:00:00Z", LOS_ANGELES), "2021-10-31");
    assert.equal(calendarDate("2021-02-27T23:00:00Z", BERLIN), "2021-02-28");
    assert.equal(calendarDate("2021-02-28", LOS_ANGELES), "2021-02-28");
    assert.equal(calendarDate("2021-02-28T22:30:00-08:00", BERLIN), "2021-03-01");
  });
  it("are refused when they do not exist", () => {
    for (const text of [
      "2021-02-29",
      "2021-13-01",
      "2021-02-28T24:00:00Z",
      "2021-02-28T10:61:00Z",
      "tomorrow",
      "2021-02-28T10:00:00+15:00",
      "2021-02-28 10:00",
    ]) {
      assert.equal(calendarDate(text, BERLIN), undefined, text);
    }
  });
});

describe("clock changes", () => {
  const iso = (instant: number): string => new Date(instant).toISOString();
  it("begin the day where midnight exists, is skipped, or comes twice", () => {
    assert.equal(iso(startOfDay(day("2026-03-29"), BERLIN)), "2026-03-28T23:00:00.000Z");
    assert.equal(iso(endOfDay(day("2026-03-29"), BERLIN)), "2026-03-29T22:00:00.000Z");
    assert.equal(iso(endOfDay(day("2026-10-25"), BERLIN)), "2026-10-25T23:00:00.000Z");
    // São Paulo skipped midnight of 4 November 2018.
    assert.equal(iso(startOfDay(day("2018-11-04"), "America/Sao_Paulo")), "2018-11-04T03:00:00.000Z");
    // St John's went back at 00:01: the day began twice, the second time counts.
    assert.equal(iso(startOfDay(day("2010-11-07"), "America/St_Johns")), "2010-11-07T03:30:00.000Z");
    // Samoa had no 30 December 2011.
    assert.equal(iso(startOfDay(day("2011-12-30"), "Pacific/Apia")), "2011-12-30T10:00:00.000Z");
  });
  it("tell a local time that does not exist", () => {
    const read = (text: string) => {
      const parsed = readDate(text);
      assert.ok(parsed);
      return instantOf(parsed, BERLIN);
    };
    assert.equal(read("2026-03-29T02:30:00").exists, false);
    assert.deepEqual(read("2026-10-25T02:30:00"), { instant: Date.parse("2026-10-25T00:30:00Z"), exists: true });
    assert.deepEqual(read("2026-07-01T12:00:00"), { instant: Date.parse("2026-07-01T10:00:00Z"), exists: true });
    assert.deepEqual(read("2026-12-31"), { instant: Date.parse("2026-12-30T23:00:00Z"), exists: true });
  });
});

describe("calendar properties", () => {
  const random = new Random(20_261_116);
  const zones = [
    BERLIN,
    LOS_ANGELES,
    "Asia/Tokyo",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Africa/Casablanca",
    "UTC",
  ];
  const anyDay = () => {
    const date = new Date(Date.UTC(1990, 0, random.between(1, 29_000)));
    return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  };

  it("the instant before the start of a day shows an earlier day, the start this day or a later one", () => {
    for (let round = 0; round < 400; round += 1) {
      const [date, zone] = [anyDay(), random.pick(zones)];
      const start = startOfDay(date, zone);
      assert.ok(formatDay(dayAt(start - 1000, zone)) < formatDay(date), `${zone} ${formatDay(date)} before`);
      assert.ok(formatDay(dayAt(start, zone)) >= formatDay(date), `${zone} ${formatDay(date)} at`);
      assert.ok(endOfDay(date, zone) >= start, "a day never ends before it begins");
    }
  });
  it("a longer period never ends earlier, and years keep the day where it exists", () => {
    for (let round = 0; round < 1000; round += 1) {
      const date = anyDay();
      const [years, months, days] = [random.between(0, 30), random.between(0, 24), random.between(0, 400)];
      const shorter = addPeriod(date, { years, months, days });
      assert.ok(formatDay(shorter) >= formatDay(date));
      assert.ok(formatDay(addPeriod(date, { years, months, days: days + 1 })) > formatDay(shorter));
      const inYears = addPeriod(date, { years, months: 0, days: 0 });
      const leapLost = date.month === 2 && date.day === 29 && !isLeapYear(date.year + years);
      assert.equal(inYears.day, leapLost ? 1 : date.day);
    }
  });
  it("reads back every period it is written in", () => {
    assert.deepEqual(parsePeriod("P1Y2M3W4D"), { years: 1, months: 2, days: 25 });
    assert.deepEqual(parsePeriod("P90D"), { years: 0, months: 0, days: 90 });
    assert.equal(parsePeriod("P1Y1Y"), undefined);
  });
});
