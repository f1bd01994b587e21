export { createHttp } from "./http.js";
export type {
  Http,
  HttpAnswer,
  HttpAuth,
  HttpOptions,
  HttpRequest,
  HttpTls,
  Method,
  QueryValue,
  RequestNote,
  ServerWords,
} from "./types.js";
export { failure, SYSTEM_TITLES, usualWords } from "./failure.js";
export { Limiter } from "./limiter.js";
export { queryString, segment } from "./prepare.js";
export { leanCause, redact, secrets } from "./redact.js";
export { REFUSAL_KEPT, RefusedLogin } from "./refused-login.js";
export { pause, type Backoff } from "./retry.js";
export { SingleFlight } from "./single-flight.js";
export { attribute, child, children, descendants, parseXml, textOf } from "./xml.js";
export type { XmlNode } from "./xml-node.js";
export { declarations, writeXml } from "./xml-write.js";
export { escapeXml, escapeXmlAttribute } from "../xml/escape.js";
