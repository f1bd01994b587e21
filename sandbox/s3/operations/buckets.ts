import type { SandboxAnswer } from "../../kernel/types.js";
import { bucketOf, header, xmlAnswer, type Call } from "../call.js";
import { S3Error } from "../errors.js";
import { readPayload } from "../payload.js";
import type { BucketRecord } from "../model.js";
import { writeXml, XmlElement } from "../xml.js";

const NAME = /^(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]$/;

/** ListBuckets. */
export function listBuckets(call: Call): SandboxAnswer {
  const prefix = call.request.query.get("prefix") ?? "";
  const buckets = Object.values(call.store.value.buckets).filter(({ name }) => name.startsWith(prefix));
  buckets.sort((a, b) => (a.name < b.name ? -1 : 1));
  return xmlAnswer(
    writeXml("ListAllMyBucketsResult", {
      Owner: { ID: OWNER_ID, DisplayName: "sandbox" },
      Buckets: {
        Bucket: buckets.map(({ name, created, region }) => ({
          Name: name,
          CreationDate: created,
          BucketRegion: region,
        })),
      },
    }),
  );
}

/** Canonical user id of the one account. */
export const OWNER_ID = "3f2a9c1e7b8d4605a1c2e3f4b5d6978812ab34cd56ef7890aa11bb22cc33dd44";

/** HeadBucket. */
export function headBucket(call: Call): SandboxAnswer {
  return {
    status: 200,
    headers: { "x-amz-bucket-region": bucketOf(call).region, "x-amz-access-point-alias": "false" },
  };
}

/** CreateBucket; Object Lock switches versioning on. */
export async function createBucket(call: Call): Promise<SandboxAnswer> {
  const name = call.bucketName;
  if (!NAME.test(name)) throw new S3Error("InvalidBucketName", { fields: { BucketName: name } });
  if (call.store.findBucket(name)) throw new S3Error("BucketAlreadyOwnedByYou", { fields: { BucketName: name } });
  const body = await readPayload(call.request, call.principal.signer);
  const wanted = body === "" ? undefined : XmlElement.parse(body, "CreateBucketConfiguration");
  if (body !== "" && !wanted) throw new S3Error("MalformedXML");
  const objectLock = header(call, "x-amz-bucket-object-lock-enabled")?.toLowerCase() === "true";
  const bucket: BucketRecord = {
    name,
    created: call.store.now().toISOString(),
    region: wanted?.text("LocationConstraint") ?? call.principal.signer?.region ?? call.region,
    versioning: objectLock ? "enabled" : "off",
    objectLock,
  };
  await call.store.change((state) => {
    state.buckets[name] = bucket;
  });
  return { status: 200, headers: { location: `/${name}` } };
}

/** DeleteBucket; only an empty one, versions and delete markers counted. */
export async function deleteBucket(call: Call): Promise<SandboxAnswer> {
  const { name } = bucketOf(call);
  if (call.store.sortedKeys(name).length > 0) throw new S3Error("BucketNotEmpty", { fields: { BucketName: name } });
  await call.store.change((state) => delete state.buckets[name]);
  return { status: 204 };
}

/** GetBucketLocation: us-east-1 is told as nothing. */
export function bucketLocation(call: Call): SandboxAnswer {
  const { region } = bucketOf(call);
  return xmlAnswer(writeXml("LocationConstraint", region === "us-east-1" ? undefined : region));
}
