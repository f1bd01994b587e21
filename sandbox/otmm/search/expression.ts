import type { Candidate } from "./fields.js";

export type Predicate = (candidate: Candidate) => boolean;

/** One condition between its neighbours: how it joins to the one before, and the parentheses that hang on it. */
export interface Term {
  joiner: "and" | "or";
  opens: number;
  closes: number;
  /** undefined: invalid, left out. */
  test: Predicate | undefined;
}

type Token = "(" | ")" | "and" | "or" | { test: Predicate | undefined };

/**
 * Joins conditions: parentheses first, `and` before `or`. Invalid conditions are left out of their group.
 *
 * @returns the test, and whether something was left out or the parentheses do not match
 */
export function combine(terms: Term[]): { matches: Predicate; invalid: boolean } {
  const tokens = terms.flatMap((term, n): Token[] => [
    ...(n === 0 ? [] : [term.joiner]),
    ...Array<Token>(term.opens).fill("("),
    { test: term.test },
    ...Array<Token>(term.closes).fill(")"),
  ]);
  const opens = tokens.filter((token) => token === "(").length;
  const unbalanced = opens !== tokens.filter((token) => token === ")").length;
  let at = 0;

  function expression(): Predicate | undefined {
    const parts = [conjunction()];
    while (tokens[at] === "or") {
      at += 1;
      parts.push(conjunction());
    }
    return any(parts);
  }
  function conjunction(): Predicate | undefined {
    const parts = [operand()];
    while (tokens[at] === "and") {
      at += 1;
      parts.push(operand());
    }
    return all(parts);
  }
  function operand(): Predicate | undefined {
    const token = tokens[at];
    at += 1;
    if (typeof token === "object") return token.test;
    if (token !== "(") return undefined;
    const inner = expression();
    if (tokens[at] === ")") at += 1;
    return inner;
  }

  const groups: (Predicate | undefined)[] = [];
  while (at < tokens.length) groups.push(expression());
  return { matches: all(groups) ?? (() => true), invalid: unbalanced || terms.some((term) => term.test === undefined) };
}

function present(parts: (Predicate | undefined)[]): Predicate[] {
  return parts.filter((part) => part !== undefined);
}

function all(parts: (Predicate | undefined)[]): Predicate | undefined {
  const tests = present(parts);
  if (tests.length < 2) return tests[0];
  return (candidate) => tests.every((test) => test(candidate));
}

function any(parts: (Predicate | undefined)[]): Predicate | undefined {
  const tests = present(parts);
  if (tests.length < 2) return tests[0];
  return (candidate) => tests.some((test) => test(candidate));
}
