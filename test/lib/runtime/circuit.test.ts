import assert from "node:assert/strict";
import { type ErrorCode, LifecycleError, type LifecycleErrorOptions } from "../../../lib/messages/error.js";
import { Circuit } from "../../../lib/runtime/circuit.js";

const away = (code: ErrorCode = "UNREACHABLE", options: LifecycleErrorOptions = {}): LifecycleError =>
  new LifecycleError(code, "away", options);

/** A circuit that three jobs have found the system away with, at time 0. */
function opened(): Circuit {
  const circuit = new Circuit();
  for (const job of ["a", "b", "c"]) circuit.failed(job, away(), 0);
  return circuit;
}
/** One job is let through and fails. @returns the pause after it */
function tried(circuit: Circuit, job: string): number {
  const now = circuit.paused?.until ?? 0;
  assert.equal(circuit.room(now - 1), 0);
  assert.equal(circuit.room(now), 1);
  circuit.begun(job, now);
  assert.equal(circuit.room(now), 0, "one at a time");
  circuit.failed(job, away(), now);
  circuit.left(job);
  return (circuit.paused?.until ?? 0) - now;
}

describe("the circuit of a queue", () => {
  it("opens after three failures of the system in a row, and not when something passes in between", () => {
    const circuit = new Circuit();
    circuit.failed("a", away(), 0);
    circuit.failed("b", away("TIMEOUT"), 0);
    circuit.passed("c", "parked");
    circuit.failed("a", away(), 0);
    circuit.failed("b", away("UPSTREAM", { status: 502, retryable: true }), 0);
    assert.equal(circuit.room(0), Number.POSITIVE_INFINITY);
    assert.equal(circuit.failed("d", away("THROTTLED"), 0).opened, true);
    assert.equal(circuit.room(0), 0);
    assert.equal(circuit.paused?.code, "THROTTLED");
  });

  it("does not open by failures that speak of one asset, of a lasting mistake or of the server's own", () => {
    const circuit = new Circuit();
    for (const error of [
      away("INGEST_FAILED", { retryable: true }),
      away("LOCKED", { retryable: true }),
      away("UNREACHABLE", { retryable: false }),
      away("UPSTREAM", { status: 500, retryable: true }),
    ])
      for (const job of ["a", "b", "c"]) assert.equal(circuit.failed(job, error, 0).counts, true);
    assert.equal(circuit.paused, undefined);
  });

  it("lets one job through at a time, after pauses that grow up to five minutes", () => {
    const circuit = opened();
    const pauses = ["d", "e", "f", "g", "h", "i"].map((job) => tried(circuit, job));
    assert.deepEqual(pauses, [5_000, 15_000, 60_000, 300_000, 300_000, 300_000]);
  });

  it("waits longer when it is asked to, by jobs that were begun before the pause, too", () => {
    const circuit = opened();
    circuit.failed("late", away("THROTTLED", { retryAfter: 20_000 }), 0);
    assert.equal(circuit.paused?.until, 20_000);
    circuit.begun("d", 20_000);
    circuit.failed("d", away("THROTTLED", { retryAfter: 90_000 }), 20_000);
    assert.equal(circuit.paused?.until, 110_000);
  });

  it("puts the job that failed behind the others", () => {
    const circuit = opened();
    circuit.begun("d", 1_000);
    const { notBefore } = circuit.failed("d", away(), 1_000);
    assert.ok((notBefore ?? 0) > (circuit.paused?.until ?? 0));
  });

  it("closes at the first success, also of a job that was begun before the pause, and at a refusal by the system", () => {
    const circuit = opened();
    assert.equal(circuit.passed("late", "ended"), true);
    assert.equal(circuit.room(0), Number.POSITIVE_INFINITY);
    assert.equal(circuit.passed("next", "ended"), false);
    const refusing = opened();
    refusing.begun("d", 1_000);
    refusing.failed("d", away("DENIED", { status: 403 }), 1_000);
    assert.equal(refusing.paused, undefined);
  });

  it("tries the next at once after one that tells nothing: cancelled, or failed without having asked", () => {
    const circuit = opened();
    circuit.begun("d", 1_000);
    circuit.left("d");
    assert.equal(circuit.room(1_000), 1);
    circuit.begun("e", 1_000);
    circuit.failed("e", away("FIXITY_MISMATCH"), 1_000);
    circuit.left("e");
    assert.equal(circuit.room(1_000), 1);
    assert.equal(tried(circuit, "f"), 5_000);
  });

  it("tries another beside one that takes long", () => {
    const circuit = opened();
    circuit.begun("large", 1_000);
    assert.equal(circuit.room(60_999), 0);
    assert.equal(circuit.room(61_000), 1);
  });

  it("counts no failure as an attempt, however many there are, unless another job has ended since the last one", () => {
    const circuit = new Circuit();
    const counts = (job: string): boolean => circuit.failed(job, away(), 0).counts;
    assert.deepEqual(["a", "b", "a", "b", "a"].map(counts), [false, false, false, false, false]);
    circuit.passed("b", "ended");
    assert.deepEqual(["a", "b", "a"].map(counts), [true, false, false]);
    circuit.passed("a", "ended");
    assert.equal(counts("a"), false, "its own success says nothing against the system");
    circuit.passed("b", "parked");
    assert.equal(counts("a"), false, "what is parked may have waited for something else");
  });
});
