import type { SandboxAnswer } from "../../kernel/types.js";
import { ASSUMPTIONS } from "../assumptions.js";
import type { Call } from "../http/call.js";
import { badRequest, jsonAnswer, notFound } from "../http/refusal.js";
import { route, type Route } from "../http/router.js";
import { pageOf, pageUrl, type Page } from "../http/paging.js";
import {
  MESSAGE_STATUSES,
  MONITOR_CATEGORIES,
  MONITOR_STATUSES,
  type Monitor,
  type MonitorMessage,
} from "./monitors.js";

/** Process monitor API, below `/api`. @see developers.preservica.com, blog on the process monitor; pyPreservica monitorAPI */
export const MONITOR_ROUTES: readonly Route[] = [
  route("GET", "processmonitor/monitors", listMonitors, ["status", "category", "name", "start", "max"]),
  route("GET", "processmonitor/messages", listMessages, ["monitor", "status", "start", "max"]),
  route("GET", "processmonitor/monitors/:id/timeseries", timeSeries),
];

function listMonitors(call: Call): SandboxAnswer {
  const statuses = choices(call, "status", MONITOR_STATUSES);
  const categories = choices(call, "category", MONITOR_CATEGORIES);
  const name = call.query("name");
  const found = call.archive.monitors
    .all()
    .filter(
      (monitor) =>
        (statuses === undefined || statuses.includes(monitor.status)) &&
        (categories === undefined || categories.includes(monitor.category)),
    )
    .filter((monitor) => name === undefined || monitor.name.startsWith(name));
  const page = pageOf(call, found, ASSUMPTIONS.defaultPage.monitors);
  return envelope({ paging: paging(call, page), monitors: page.items.map(shownMonitor) });
}

function listMessages(call: Call): SandboxAnswer {
  const ids = call.query("monitor")?.split(",");
  if (ids === undefined) throw badRequest("monitor is needed");
  for (const id of ids) if (!call.archive.monitors.find(id)) throw notFound(`monitor ${id}`);
  const statuses = choices(call, "status", MESSAGE_STATUSES);
  const found = call.archive.monitors
    .messagesOf(ids)
    .filter((message) => statuses === undefined || statuses.includes(message.status));
  const page = pageOf(call, found, ASSUMPTIONS.defaultPage.monitors);
  return envelope({ paging: paging(call, page), messages: page.items.map((message) => shownMessage(call, message)) });
}

function timeSeries(call: Call): SandboxAnswer {
  const monitor = call.archive.monitors.find(call.param("id"));
  if (!monitor) throw notFound(`monitor ${call.param("id")}`);
  return envelope({
    timeseries: [
      {
        date: monitor.completed ?? monitor.started ?? call.archive.now(),
        filesProcessed: monitor.filesProcessed,
        filesPending: monitor.filesPending,
      },
    ],
  });
}

/** Several values are separated by commas. @throws Refusal 400 for an unknown one */
function choices(call: Call, name: string, known: readonly string[]): readonly string[] | undefined {
  const given = call.query(name)?.split(",");
  const wrong = given?.find((value) => !known.some((choice) => choice === value));
  if (wrong !== undefined) throw badRequest(`${name}=${wrong} is not known`);
  return given;
}

function envelope(value: unknown): SandboxAnswer {
  return jsonAnswer({ success: true, version: 1, value });
}

function paging(call: Call, page: Page<unknown>): Record<string, unknown> {
  return {
    ...(page.start > 0 ? { previous: pageUrl(call, Math.max(0, page.start - page.max), page.max) } : {}),
    ...(page.start + page.max < page.total ? { next: pageUrl(call, page.start + page.max, page.max) } : {}),
    totalResults: page.total,
  };
}

/** `percentComplete` is text. */
function shownMonitor(monitor: Monitor): Record<string, unknown> {
  const {
    id,
    name,
    status,
    started,
    completed,
    category,
    subcategory,
    filesPending,
    size,
    filesProcessed,
    warnings,
    errors,
  } = monitor;
  return {
    mappedId: id,
    name,
    status,
    ...(started === undefined ? {} : { started }),
    ...(completed === undefined ? {} : { completed }),
    category,
    subcategory,
    progressText: "",
    percentComplete: "",
    filesPending,
    size,
    filesProcessed,
    warnings,
    errors,
    canRetry: false,
  };
}

function shownMessage(call: Call, message: MonitorMessage): Record<string, unknown> {
  const { id, monitor, ...rest } = message;
  return {
    mappedId: id,
    mappedMonitorId: monitor,
    monitorName: call.archive.monitors.find(monitor)?.name ?? "",
    ...rest,
  };
}
