import { TENANT } from "./access/users.js";
import type { Archive } from "./archive.js";
import type { Asset, EntityRecord } from "./model.js";

/** Plain JSON of the tenant, for people and the live page: no bytes, no secrets. */
export function archiveState(archive: Archive): unknown {
  const records = [...archive.repository.all()];
  return {
    tenant: TENANT,
    version: archive.version,
    profile: archive.settings.profile,
    folders: records.filter((record) => record.type === "SO").map((record) => shown(archive, record)),
    assets: records
      .filter((record) => record.type === "IO")
      .map((record) => ({ ...shown(archive, record), ...assetFacts(archive, record) })),
    policies: archive.governance.policies(),
    holds: archive.governance.holds(),
    monitors: archive.monitors.all(),
    jobs: archive.jobs.all().map((job) => {
      const { kind, token, status, user, created, errors } = job;
      return { kind, token, status, user, created, errors, ...(kind === "deletion" ? { entity: job.entity } : {}) };
    }),
    webhooks: archive.webhooks.subscriptions().map(({ id, url, triggerType }) => ({ id, url, triggerType })),
    deliveries: archive.webhooks.deliveries,
  };
}

function shown(archive: Archive, record: EntityRecord): Record<string, unknown> {
  const { ref, title, securityTag, parent, created, modified, deleted, identifiers, links } = record;
  const path = [
    ...archive.repository
      .ancestors(record)
      .toReversed()
      .map((above) => archive.repository.find(above)?.title ?? above),
    title,
  ].join("/");
  const fragments = record.metadata.map(({ schema, xml }) => ({ schema, xml }));
  return {
    ref,
    title,
    path,
    securityTag,
    parent,
    created,
    modified,
    deleted,
    identifiers: identifiers.map(({ type, value }) => ({ type, value })),
    links: links.map(({ type, to }) => ({ type, to })),
    metadata: fragments,
  };
}

function assetFacts(archive: Archive, asset: Asset): Record<string, unknown> {
  return {
    indexed: asset.indexed,
    representations: asset.representations.map((representation) => ({
      type: representation.type,
      name: representation.name,
      files: asset.contentObjects
        .filter((content) => representation.contentObjects.includes(content.ref))
        .flatMap((content) =>
          content.generations
            .filter((generation) => generation.active)
            .flatMap((generation) =>
              generation.bitstreams.map(({ filename, size, fixities }) => ({ filename, size, fixities })),
            ),
        ),
    })),
    retention: asset.retention.map((assignment) => {
      const { start, expired } = archive.governance.clockOf(assignment, (field) =>
        archive.index.value(asset.ref, field),
      );
      return {
        policy: archive.governance.policy(assignment.policy)?.name ?? assignment.policy,
        start: start?.toISOString(),
        expired,
      };
    }),
    holds: asset.holds.map((assignment) => archive.governance.hold(assignment.hold)?.name ?? assignment.hold),
  };
}

/** Short facts for the live page. */
export function archiveSummary(archive: Archive): Record<string, string | number> {
  const records = [...archive.repository.all()].filter((record) => record.deleted === undefined);
  const monitors = archive.monitors.all();
  return {
    version: archive.settings.profile,
    folders: records.filter((record) => record.type === "SO").length,
    assets: records.filter((record) => record.type === "IO").length,
    "assets on hold": records.filter((record) => record.type === "IO" && record.holds.length > 0).length,
    "ingests running": monitors.filter((monitor) => monitor.status === "Pending" || monitor.status === "Running")
      .length,
    "ingests failed": monitors.filter((monitor) => monitor.status === "Failed").length,
    sessions: archive.sessions.count(),
  };
}
