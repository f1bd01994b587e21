import { randomBytes } from "node:crypto";
import type { NodeRedUser } from "./node-red.js";

/** Somebody of the sandboxed start, with what they are there for. */
export interface Person extends NodeRedUser {
  does: string;
}

/**
 * The people of a sandboxed Node-RED: one who works in it, and two who only look and approve. Their passwords are made
 * at each start and told on the console; they open nothing but this sandbox.
 */
export function sandboxPeople(): Person[] {
  const approver = ["*.read", "content-lifecycle.write"];
  return [
    { username: "records", permissions: "*", does: "edits flows, runs them, requests approvals" },
    { username: "approver-1", permissions: approver, does: "looks, approves or rejects" },
    { username: "approver-2", permissions: approver, does: "looks, approves or rejects" },
  ].map((person) => ({ ...person, password: randomBytes(9).toString("base64url") }));
}

/** What the start prints of them. */
export function peopleLines(people: readonly Person[]): string[] {
  return [
    "  People who sign in; the passwords are of this start and of this sandbox alone:",
    ...people.map(({ username, password, does }) => `    ${username.padEnd(12)} ${password}   ${does}`),
  ];
}
