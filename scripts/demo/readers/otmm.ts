import { ask, digest, form } from "./http.js";

interface Login {
  url: string;
  username: string;
  password: string;
}
type Tree = { [name: string]: unknown };

/** One asset as OTMM shows it. */
export interface OtmmView {
  id: string;
  originalId: string;
  version: number;
  latest: boolean;
  /** Marked for deletion. */
  deleted: boolean;
  name: string;
  lastUpdated: string;
  /** Field id -> value id or plain value; multi-valued fields and table columns as lists. */
  fields: Record<string, string | string[]>;
}

const object = (value: unknown): Tree => (value !== null && typeof value === "object" ? (value as Tree) : {});
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Reads OTMM over its REST API with a session of its own (apis: sessions, assets, search/text, state, jobs, renditions). */
export class OtmmReader {
  readonly #base: string;
  readonly #headers: Record<string, string>;

  private constructor(base: string, headers: Record<string, string>) {
    this.#base = base;
    this.#headers = headers;
  }

  static async login({ url, username, password }: Login): Promise<OtmmReader> {
    const base = `${url}/otmmapi/v6`;
    const answer = await ask(`${base}/sessions`, form({ username, password }));
    const session = object(object(object(JSON.parse(answer.text))["session_resource"])["session"]);
    const cookie = answer.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
    return new OtmmReader(base, { cookie, "x-requested-by": String(session["id"]), accept: "application/json" });
  }

  async asset(id: string): Promise<OtmmView> {
    const load = encodeURIComponent(JSON.stringify({ data_load_request: { load_metadata: true } }));
    const answer = await this.#get(`assets/${id}?load_type=custom&level_of_detail=full&data_load_request=${load}`);
    return view(object(object(answer["asset_resource"])["asset"]));
  }

  /** Every asset there is, paged by what the server returns. */
  async all(): Promise<OtmmView[]> {
    const found = new Map<string, OtmmView>();
    for (let after = 0; ;) {
      const query = new URLSearchParams({
        keyword_query: "*",
        search_config_id: "3",
        load_type: "metadata",
        level_of_detail: "full",
        sort: "asc_ARTESIA.FIELD.ASSET ID",
        after: String(after),
        limit: "200",
      });
      const resource = object((await this.#get(`search/text?${query.toString()}`))["search_result_resource"]);
      const result = object(resource["search_result"]);
      for (const asset of list(resource["asset_list"]).map((item) => view(object(item)))) found.set(asset.id, asset);
      const hits = Number(result["hit_count"] ?? 0);
      after += hits;
      if (hits === 0 || after >= Number(result["total_hit_count"] ?? 0)) return [...found.values()];
    }
  }

  /** Length and digest of an asset's preview, downloaded. */
  async preview(id: string): Promise<{ size: number; sha256: string }> {
    return digest(`${this.#base}/assets/${id}/contents?rendition_type=preview`, this.#headers);
  }

  /** Length and digest of an asset's master, downloaded. */
  async master(id: string): Promise<{ size: number; sha256: string }> {
    return digest(`${this.#base}/assets/${id}/contents`, this.#headers);
  }

  /** Links from an asset to others. */
  async links(id: string): Promise<{ type: string; to: string }[]> {
    const answer = object(object((await this.#get(`assets/${id}/links`))["links_resource"])["links"]);
    return list(answer["links"]).map((link) => ({
      type: String(object(link)["link_type_id"]),
      to: String(object(link)["destination_id"]),
    }));
  }

  /** Links an asset to another, as a person would. */
  async link(id: string, to: string, type: string): Promise<void> {
    await ask(`${this.#base}/assets/${id}/links`, {
      method: "POST",
      headers: { ...this.#headers, "content-type": "application/json" },
      body: JSON.stringify({ link_type_id: type, source_id: id, destination_id: to }),
    });
  }

  /** The master's bytes. */
  async masterBytes(id: string): Promise<Buffer> {
    const answer = await fetch(`${this.#base}/assets/${id}/contents`, { headers: this.#headers });
    if (!answer.ok) throw new Error(`the master of ${id}: ${answer.status}`);
    return Buffer.from(await answer.arrayBuffer());
  }

  /** Ids of the folders in which an asset stands. */
  async parents(id: string): Promise<string[]> {
    const answer = await this.#get(`assets/${id}/parents`);
    return list(object(answer["folders_resource"])["folder_list"]).map((folder) => String(object(folder)["asset_id"]));
  }

  /** Makes a folder below the first root folder; resolves with its id. */
  async makeFolder(name: string): Promise<string> {
    const roots = object((await this.#get("folders/rootfolders"))["folders_resource"]);
    const root = String(object(list(roots["folder_list"])[0])["asset_id"]);
    const answer = await ask(`${this.#base}/folders/${root}`, {
      method: "POST",
      headers: { ...this.#headers, "content-type": "application/json; charset=UTF-8" },
      body: JSON.stringify({ folder_resource: { folder: { name, metadata: { metadata_element_list: [] } } } }),
    });
    return String(object(object(object(JSON.parse(answer.text))["folder_resource"])["folder"])["asset_id"]);
  }

  /** A call that OTMM's interface does not know; resolves with the status. */
  async undocumented(): Promise<number> {
    return (await fetch(`${this.#base}/no-such-resource`, { headers: this.#headers })).status;
  }

  /** The current version of the asset that began with this id. */
  async latest(originalId: string): Promise<OtmmView> {
    const found = (await this.all()).find((asset) => asset.originalId === originalId && asset.latest);
    if (found === undefined) throw new Error(`OTMM shows no current version of ${originalId}`);
    return found;
  }

  /** Changes fields as a person would: lock, edit, unlock. */
  async edit(id: string, fields: Record<string, string>): Promise<void> {
    await this.state(id, "lock");
    try {
      const metadata = Object.entries(fields).map(([field, value]) => ({
        id: field,
        type: "com.artesia.metadata.MetadataField",
        value: { value: { type: "string", value } },
      }));
      await ask(`${this.#base}/assets/${id}`, {
        method: "PATCH",
        headers: { ...this.#headers, "content-type": "application/json; charset=UTF-8" },
        body: JSON.stringify({ edited_asset: { data: { metadata } } }),
      });
    } finally {
      await this.state(id, "unlock");
    }
  }

  async state(id: string, action: "lock" | "unlock" | "check_out"): Promise<void> {
    const selection = {
      selection_context_param: {
        selection_context: {
          type: "com.artesia.asset.selection.AssetIdsSelectionContext",
          asset_ids: [id],
          include_descendants: "NONE",
          child_type: "ASSETS",
          include_deleted_assets: false,
        },
      },
    };
    const body = form({ action, selection_context: JSON.stringify(selection) });
    await ask(`${this.#base}/assets/state`, {
      ...body,
      method: "PUT",
      headers: { ...this.#headers, ...(body.headers as Record<string, string>) },
    });
  }

  /** Checks a new version in: check out, import job, upload, commit; resolves with the new asset. */
  async checkIn(id: string, fileName: string, bytes: Buffer): Promise<OtmmView> {
    const before = await this.asset(id);
    await this.state(id, "check_out");
    const started = await this.#form("POST", "jobs/imports", { file_name: fileName });
    const job = String(object(started["job_handle"])["job_id"]);
    const upload = new FormData();
    upload.set("import_job_id", job);
    upload.set("file_name", fileName);
    upload.set("file", new Blob([new Uint8Array(bytes)]), fileName);
    await ask(`${this.#base}/renditions`, { method: "POST", headers: this.#headers, body: upload });
    const commit = new FormData();
    commit.set("import_job_id", job);
    commit.set("file_name", fileName);
    const manifest = { upload_manifest: { master_files: [{ file: { file_name: fileName }, uoi_id: id }] } };
    commit.set("manifest", new Blob([JSON.stringify(manifest)], { type: "application/json" }));
    await ask(`${this.#base}/jobs/imports/${job}`, { method: "PUT", headers: this.#headers, body: commit });
    await this.#ended(job);
    const found = await this.latest(before.originalId);
    if (found.id === id) throw new Error(`no new version of ${id} after the check-in`);
    return found;
  }

  /** Brings a file in as a new asset, as a person would by the upload page; resolves with it. */
  async bringIn(folder: string, fileName: string, bytes: Buffer): Promise<OtmmView> {
    const json = (value: object) => new Blob([JSON.stringify(value)], { type: "application/json" });
    const order = new FormData();
    order.set("parent_folder_id", folder);
    const asset = {
      metadata: { metadata_element_list: [] },
      metadata_model_id: "ACME.MODEL.CAMPAIGN",
      security_policy_list: [{ id: 2 }],
    };
    order.set("asset_representation", json({ asset_resource: { asset } }));
    order.set("manifest", json({ upload_manifest: { master_files: [{ file: { file_name: fileName } }] } }));
    order.set("files", new Blob([new Uint8Array(bytes)]), fileName);
    const init = { method: "POST", headers: this.#headers, body: order };
    const handle = object(JSON.parse((await ask(`${this.#base}/assets`, init)).text))["job_handle"];
    await this.#ended(String(object(handle)["job_id"]));
    const found = (await this.all()).find(({ name }) => name === fileName);
    if (found === undefined) throw new Error(`OTMM shows no "${fileName}" after the import`);
    return found;
  }

  async #ended(job: string): Promise<void> {
    for (let tries = 0; tries < 150; tries += 1) {
      const answer = object(object((await this.#get(`jobs/${job}`))["job_resource"])["job"]);
      if (answer["status"] === "COMPLETED") return;
      if (answer["status"] === "FAILED") throw new Error(`import job ${job}: ${String(answer["error_message"])}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`import job ${job} did not end in 30 s`);
  }

  async #get(path: string): Promise<Tree> {
    return object(JSON.parse((await ask(`${this.#base}/${path}`, { headers: this.#headers })).text));
  }
  async #form(method: string, path: string, values: Record<string, string>): Promise<Tree> {
    const body = form(values);
    const headers = { ...this.#headers, ...(body.headers as Record<string, string>) };
    return object(JSON.parse((await ask(`${this.#base}/${path}`, { ...body, method, headers })).text));
  }
}

function view(asset: Tree): OtmmView {
  const fields: OtmmView["fields"] = {};
  collect(object(asset["metadata"]), fields);
  return {
    id: String(asset["asset_id"]),
    originalId: String(asset["original_asset_id"]),
    version: Number(asset["version"]),
    latest: asset["latest_version"] === true,
    deleted: asset["deleted"] === true,
    name: String(asset["name"]),
    lastUpdated: String(asset["date_last_updated"]),
    fields,
  };
}

function collect(element: Tree, fields: OtmmView["fields"]): void {
  for (const child of list(element["metadata_element_list"]).map(object)) {
    const id = String(child["id"]);
    const single = valueOf(child["value"]);
    if (single !== undefined) fields[id] = single;
    if (Array.isArray(child["values"])) {
      fields[id] = child["values"].map((entry) => valueOf(entry)).filter((value) => value !== undefined);
    }
    collect(child, fields);
  }
}

function valueOf(outer: unknown): string | undefined {
  const inner = object(object(outer)["value"]);
  const value = inner["value"] ?? object(inner["field_value"])["value"];
  return value === undefined ? undefined : String(value);
}
