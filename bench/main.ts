import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { ProgressBar } from "../scripts/demo/progress.js";
import { FIGURE_NAMES, type Figure, type FigureName, GOALS, holds } from "./figure.js";
import { type Figures, FULL, QUICK, SECTIONS } from "./sections.js";

const USAGE = `npm run bench [-- --json] [-- --only NAME] [-- --quick]
Measures speed and memory against limits of the same run. --quick: small sizes, to see that it runs.
Figures: ${FIGURE_NAMES.join(", ")}`;

interface Choice {
  only: FigureName | undefined;
  json: boolean;
  quick: boolean;
}

function choose(): Choice {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      json: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
    },
  });
  const only = FIGURE_NAMES.find((name) => name === values.only);
  if (values.only !== undefined && only === undefined)
    throw new Error(`There is no figure "${values.only}".\n${USAGE}`);
  return { only, json: values.json, quick: values.quick };
}

function line(name: FigureName, figure: Figure): string {
  const good = holds(name, figure);
  const goal = GOALS[name];
  const wanted =
    goal === undefined
      ? "(no goal)"
      : `(goal: ${goal.is === "least" ? "at least" : "at most"} ${goal.ratio.toFixed(2)}, ${good === true ? "met" : "missed"})`;
  const mark = good === undefined ? " " : good ? "✔" : "✘";
  const number = (value: number): string => value.toFixed(value >= 100 ? 0 : 1).padStart(8);
  return `${mark} ${name.padEnd(20)} ${number(figure.value)} ${figure.unit.padEnd(14)} of ${number(figure.limit)}   ratio ${figure.ratio.toFixed(2)} ${wanted}`;
}

async function measure({ only, quick }: Choice): Promise<Figures> {
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const sections = SECTIONS.filter(({ names }) => only === undefined || names.includes(only));
  const bar = new ProgressBar();
  const figures: Figures = {};
  const started = Date.now();
  for (const [index, section] of sections.entries()) {
    bar.show(`${index + 1}/${sections.length} ${section.title.slice(0, 40)}`, index, sections.length);
    const step = (done: number, total: number): void => bar.show(section.title.slice(0, 40), done, total);
    const notes: string[] = [];
    const found = await section.run(quick ? QUICK : FULL, figures, step, (why) => notes.push(why));
    bar.end();
    for (const name of section.names) {
      const figure = found[name];
      if (figure === undefined || (only !== undefined && only !== name)) continue;
      figures[name] = {
        value: round(figure.value),
        unit: figure.unit,
        limit: round(figure.limit),
        ratio: round(figure.ratio),
      };
      say(line(name, figure));
    }
    for (const note of notes) say(`  ${note}`);
  }
  const load = loadavg()[0] ?? 0;
  say(
    `${((Date.now() - started) / 1000).toFixed(0)} s; load average ${load.toFixed(1)}${quick ? "; --quick: too little work to be believed" : ""}`,
  );
  return figures;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

async function main(): Promise<void> {
  const choice = choose();
  const figures = await measure(choice);
  if (choice.json) {
    process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
    return;
  }
  for (const name of FIGURE_NAMES) {
    const figure = figures[name];
    if (figure !== undefined) process.stdout.write(`${line(name, figure)}\n`);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
