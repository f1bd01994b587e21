import { undocumented } from "./refusal.js";
import { route, type Handler, type Method, type Route } from "./router.js";

/** Calls of the Entity API that exist, but whose payload nobody has seen, or that no flow needs. They answer 501 and are counted. */
export const UNSIMULATED_ENTITY_ROUTES: readonly Route[] = [
  absent("POST", "structural-objects/:ref/ingests"),
  absent("POST", "root/ingests"),
  absent("POST", "actions/merges"),
  absent("POST", "actions/metadata-csv-edits"),
  absent("POST", "actions/metadata-edits"),
  absent("PUT", "progress/:token/status"),
];

/** The same below `/api`. */
export const UNSIMULATED_ROUTES: readonly Route[] = [
  absent("GET", "location/upload"),
  absent("GET", "location/upload/:id/upload-credentials"),
  absent("POST", "admin/security/tags"),
  absent("POST", "admin/temporary-users"),
];

function absent(method: Method, pattern: string): Route {
  const refuse: Handler = () => {
    throw undocumented(501, `${method} ${pattern} exists, but the sandbox does not simulate it`);
  };
  return route(method, pattern, refuse);
}
