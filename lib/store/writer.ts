import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from "node:worker_threads";
import type { LifecycleError } from "../messages/error.js";
import { Database, codedError } from "./database.js";
import { ALONE, OPERATIONS } from "./operations.js";
import {
  packedAnswers,
  unpackedCalls,
  type Answer,
  type Call,
  type ErrorAnswer,
  type FromWriter,
  type ToWriter,
} from "./protocol.js";

/**
 * The writer thread: the only one that touches the file. All calls that have arrived are done in one transaction, so
 * that many jobs share one fsync (group commit); answers leave only after the commit.
 */
const MAX_BATCH = 256;

function answerOf(error: LifecycleError): ErrorAnswer {
  return { code: error.code, message: error.message, retryable: error.retryable };
}

/** An operation throws coded errors only before its first write, so the others of its batch are untouched. */
function perform(db: Database, call: Call): Answer {
  try {
    return { id: call.id, value: OPERATIONS[call.name](db, Date.now(), call.args) };
  } catch (thrown) {
    const error = codedError(thrown);
    if (error.code === "NOT_FOUND" || (error.code === "CONFLICT" && !error.retryable)) {
      return { id: call.id, error: answerOf(error) };
    }
    throw error;
  }
}

function commit(db: Database, calls: readonly Call[]): Answer[] {
  try {
    db.exec("BEGIN IMMEDIATE");
    const answers = calls.map((call) => perform(db, call));
    db.exec("COMMIT");
    return answers;
  } catch (thrown) {
    const error = answerOf(codedError(thrown));
    try {
      db.exec("ROLLBACK");
    } catch {
      // SQLite has already rolled back by itself (a full disk does that): nothing is left to undo.
    }
    return calls.map(({ id }) => ({ id, error }));
  }
}

/** A batch that failed as a whole is done again one by one: one poisonous call must not fail its neighbours. */
function work(db: Database, calls: readonly Call[]): Answer[] {
  const alone = calls.filter((call) => ALONE.has(call.name));
  const together = calls.filter((call) => !ALONE.has(call.name));
  const answers = together.length === 0 ? [] : commit(db, together);
  const failed =
    together.length > 1 && answers.every((answer) => "error" in answer && answer.error.code !== "NOT_FOUND");
  const settled = failed ? together.flatMap((call) => commit(db, [call])) : answers;
  return [
    ...settled,
    ...alone.map((call): Answer => {
      try {
        return { id: call.id, value: OPERATIONS[call.name](db, Date.now(), call.args) };
      } catch (thrown) {
        return { id: call.id, error: answerOf(codedError(thrown)) };
      }
    }),
  ];
}

function serve(port: MessagePort): void {
  const say = (message: FromWriter): void => port.postMessage(message);
  let db: Database;
  try {
    db = new Database((workerData as { file: string }).file);
  } catch (thrown) {
    say({ failed: answerOf(codedError(thrown)) });
    return;
  }
  say({ opened: true });
  port.on("message", (first: ToWriter) => {
    const calls: Call[] = [];
    let closing = false;
    for (let next: ToWriter | undefined = first; next !== undefined;) {
      if ("close" in next) closing = true;
      else calls.push(...unpackedCalls(next.calls));
      next = closing ? undefined : (receiveMessageOnPort(port)?.message as ToWriter | undefined);
    }
    for (let start = 0; start < calls.length; start += MAX_BATCH) {
      say({ answers: packedAnswers(work(db, calls.slice(start, start + MAX_BATCH))) });
    }
    if (closing) {
      db.close();
      say({ closed: true });
      port.close();
    }
  });
}

if (parentPort !== null) serve(parentPort);
