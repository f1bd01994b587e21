import { notFound } from "../answers.js";
import type { Call, Route } from "../call.js";
import { renderModel } from "../render/metadata.js";
import { loadPlan } from "../render/plan.js";
import type { DomainDefinition } from "../types.js";

function domainBody(domain: DomainDefinition): object {
  return {
    cacheable: true,
    datatype: "CHAR",
    domainId: domain.id,
    domainValues: domain.values.map(({ value, display, expired }) => ({
      active_from: "",
      active_to: "",
      description: display.trim(),
      display_value: display,
      expired_value: expired === true,
      field_value: { type: "string", value },
    })),
  };
}

function domain(call: Call) {
  const id = call.variable("id");
  const found = call.registry.domains.get(id);
  if (!found) throw notFound(`The lookup domain "${id}"`);
  return call.json({ lookup_domain_resource: { lookup_domain: domainBody(found) } });
}

function me({ user, json }: Pick<Call, "user"> & { json: (value: unknown) => ReturnType<Call["json"]> }) {
  const { id, login, fullName, role, roleId } = user;
  return json({
    user_resource: {
      user: { id, login_name: login, name: fullName, domain_name: "OTMM", role_name: role, user_role_id: roleId },
    },
  });
}

function securityPolicies(call: Call) {
  const list = call.parts.seed.policies.map((policy) => ({
    ...policy,
    create_date: "2019-03-01T08:00:00Z",
    last_update_date: "2019-03-01T08:00:00Z",
    last_updated_by: "mkeller",
    ownership_type: "GLOBAL",
    status: "ACTIVE",
  }));
  return call.json({ security_policies_resource: { security_policy_list: list } });
}

function collections(call: Call) {
  return Object.values(call.store.value.collections).map(({ id, name, owner }) => ({ id, name, owner_name: owner }));
}

async function collectionAssets(call: Call) {
  const collection = call.store.value.collections[call.variable("id")];
  if (!collection) throw notFound(`The collection "${call.variable("id")}"`);
  const assets = collection.assets.flatMap((id) => call.store.findAsset(id) ?? []);
  return call.json({ assets_resource: { asset_list: await call.renderAssets(assets, loadPlan(call.request.query)) } });
}

/** Domains, models, users, policies and collections. */
export const administrationRoutes: Route[] = [
  {
    method: "GET",
    pattern: "lookupdomains",
    run: (call) =>
      call.json({ lookup_domains_resource: { lookup_domains: [...call.registry.domains.values()].map(domainBody) } }),
  },
  { method: "GET", pattern: "lookupdomains/:id", run: domain },
  {
    method: "GET",
    pattern: "metadatamodels",
    run: (call) => {
      const list = [...call.registry.models.values()].map(({ id, name, legacyId }) => ({
        id,
        name,
        legacy_id: legacyId,
      }));
      return call.json({ metadata_models_resource: { metadata_model_list: list } });
    },
  },
  {
    method: "GET",
    pattern: "metadatamodels/:id",
    run: (call) =>
      call.json({ metadata_model_resource: { metadata_model: renderModel(call.registry.model(call.variable("id"))) } }),
  },
  { method: "GET", pattern: "users/me", run: (call) => me({ user: call.user, json: (value) => call.json(value) }) },
  { method: "GET", pattern: "securitypolicies", run: securityPolicies },
  {
    method: "GET",
    pattern: "collections",
    run: (call) => call.json({ collection_resource: { collection: collections(call) } }),
  },
  {
    method: "GET",
    pattern: "lightboxes",
    run: (call) => call.json({ lightboxes_resource: { lightbox: collections(call) } }),
  },
  { method: "GET", pattern: "collections/:id/assets", run: collectionAssets },
];
