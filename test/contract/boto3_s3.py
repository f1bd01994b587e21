"""boto3, unmodified, against the sandbox's S3: one line per check. Runs on a fresh sandbox; moves its clock by two days."""

import io
import json
import os
from datetime import datetime, timezone

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

from checks import READY, check, control, equal, finish

S3 = READY["s3"]
PARTS = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=6 << 20)


def client(region=None):
    return boto3.client(
        "s3",
        endpoint_url=S3["endpoint"],
        region_name=region or S3["region"],
        aws_access_key_id=S3["accessKeyId"],
        aws_secret_access_key=S3["secretAccessKey"],
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
    )


s3 = client()


def code(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def body(**arguments):
    return s3.get_object(**arguments)["Body"].read()


def pages(operation, **arguments):
    return s3.get_paginator(operation).paginate(**arguments)


@check("lists the seeded buckets")
def _():
    names = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    equal(names >= {"af-work", "af-records", "af-archive", "af-evidence", "af-publish", "af-us"}, True)


@check("puts and gets under a difficult key")
def _():
    key = "a b/ü+é&(1)'~.txt"
    s3.put_object(Bucket="af-work", Key=key, Body=b"hello", Metadata={"x": "1"})
    got = s3.get_object(Bucket="af-work", Key=key, ChecksumMode="ENABLED")
    equal((got["Body"].read(), got["Metadata"], got["ChecksumCRC32"]), (b"hello", {"x": "1"}, "NhCmhg=="))
    equal(body(Bucket="af-work", Key=key, Range="bytes=1-2"), b"el")


@check("checks SHA-1 and SHA-256")
def _():
    for algorithm, value in (("SHA1", "98O8HYCOBHMq32eZZczDTKeuNEE="), ("SHA256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=")):
        put = s3.put_object(Bucket="af-work", Key="sum", Body=b"123456789", ChecksumAlgorithm=algorithm)
        equal(put[f"Checksum{algorithm}"], value)
    equal(code(s3.put_object, Bucket="af-work", Key="sum", Body=b"12345678X", ChecksumSHA1="98O8HYCOBHMq32eZZczDTKeuNEE="), "BadDigest")


@check("uploads, copies and downloads in parts")
def _():
    content = os.urandom(30 << 20)
    s3.upload_fileobj(io.BytesIO(content), "af-work", "m ü.bin", Config=PARTS, ExtraArgs={"Metadata": {"m": "v"}})
    equal(s3.head_object(Bucket="af-work", Key="m ü.bin")["Metadata"], {"m": "v"})
    s3.copy({"Bucket": "af-work", "Key": "m ü.bin"}, "af-publish", "copied", Config=PARTS)
    back = io.BytesIO()
    s3.download_fileobj("af-publish", "copied", back, Config=PARTS)
    equal(back.getvalue() == content, True)
    told = s3.get_object_attributes(Bucket="af-publish", Key="copied", ObjectAttributes=["ObjectSize", "ObjectParts"])
    equal((told["ObjectSize"], told["ObjectParts"]["TotalPartsCount"]), (30 << 20, 5))


@check("lists open uploads and their parts, and aborts them")
def _():
    upload = {"Bucket": "af-work", "Key": "open"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    s3.upload_part(**upload, PartNumber=3, Body=b"part")
    found = [one["UploadId"] for page in pages("list_multipart_uploads", Bucket="af-work") for one in page.get("Uploads", [])]
    equal(found, [upload["UploadId"]])
    equal([part["PartNumber"] for page in pages("list_parts", **upload) for part in page["Parts"]], [3])
    s3.abort_multipart_upload(**upload)
    equal(code(s3.list_parts, **upload), "NoSuchUpload")


@check("pages through objects and versions")
def _():
    drafts = [one["Key"] for page in pages("list_objects_v2", Bucket="af-work", Prefix="drafts/", PaginationConfig={"PageSize": 7}) for one in page["Contents"]]
    equal((len(drafts), drafts), (40, sorted(drafts)))
    equal(len(s3.list_objects(Bucket="af-work", Prefix="drafts/")["Contents"]), 40)
    versions = markers = 0
    for page in pages("list_object_versions", Bucket="af-records", Prefix="claims/K-20-0815/", PaginationConfig={"PageSize": 2}):
        versions += len(page.get("Versions", []))
        markers += len(page.get("DeleteMarkers", []))
    equal((versions, markers), (8, 1))


@check("writes under conditions")
def _():
    s3.put_object(Bucket="af-work", Key="once", Body=b"1", IfNoneMatch="*")
    equal(code(s3.put_object, Bucket="af-work", Key="once", Body=b"2", IfNoneMatch="*"), "PreconditionFailed")


@check("protects locked versions")
def _():
    bucket = "boto-lock"
    s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True, CreateBucketConfiguration={"LocationConstraint": S3["region"]})
    equal(s3.get_bucket_versioning(Bucket=bucket)["Status"], "Enabled")
    until = datetime(2027, 1, 1, tzinfo=timezone.utc)
    put = s3.put_object(Bucket=bucket, Key="k", Body=b"x", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=until)
    version = {"Bucket": bucket, "Key": "k", "VersionId": put["VersionId"]}
    equal(s3.head_object(**version)["ObjectLockRetainUntilDate"], until)
    equal(code(s3.delete_object, **version), "AccessDenied")
    batch = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k", "VersionId": put["VersionId"]}]})
    equal(batch["Errors"][0]["Code"], "AccessDenied")
    s3.put_object_legal_hold(**version, LegalHold={"Status": "ON"})
    equal(code(s3.delete_object, **version, BypassGovernanceRetention=True), "AccessDenied")
    s3.put_object_legal_hold(**version, LegalHold={"Status": "OFF"})
    s3.delete_object(**version, BypassGovernanceRetention=True)
    s3.delete_bucket(Bucket=bucket)


@check("restores archived content in sandbox time")
def _():
    cold = {"Bucket": "af-archive", "Key": "cold/old.bin"}
    equal(code(s3.get_object, **cold), "InvalidObjectState")
    s3.restore_object(**cold, RestoreRequest={"Days": 1, "GlacierJobParameters": {"Tier": "Bulk"}})
    equal(s3.head_object(**cold)["Restore"], 'ongoing-request="true"')
    control("POST", "/clock", {"advance": "P2D"})
    equal(len(body(**cold)), 2 << 20)


@check("changes the storage class by a copy, and then refuses to copy the archived object")
def _():
    s3.put_object(Bucket="af-work", Key="class", Body=b"x" * 1000)
    s3.copy_object(Bucket="af-work", Key="class", CopySource={"Bucket": "af-work", "Key": "class"}, StorageClass="GLACIER")
    equal(s3.head_object(Bucket="af-work", Key="class")["StorageClass"], "GLACIER")
    equal(code(s3.copy_object, Bucket="af-work", Key="other", CopySource={"Bucket": "af-work", "Key": "class"}), "ObjectNotInActiveTierError")


@check("keeps tags with blanks, lifecycle rules and policies")
def _():
    tags = [{"Key": "a", "Value": " b "}]
    s3.put_object(Bucket="af-publish", Key="tagged", Body=b"x")
    s3.put_object_tagging(Bucket="af-publish", Key="tagged", Tagging={"TagSet": tags})
    equal(s3.get_object_tagging(Bucket="af-publish", Key="tagged")["TagSet"], tags)
    rule = {"ID": "a", "Status": "Enabled", "Filter": {"And": {"Prefix": "x/", "Tags": [{"Key": "t", "Value": "v"}]}}}
    rule["Transitions"] = [{"Days": 30, "StorageClass": "GLACIER"}]
    s3.put_bucket_lifecycle_configuration(Bucket="af-publish", LifecycleConfiguration={"Rules": [rule]})
    equal(s3.get_bucket_lifecycle_configuration(Bucket="af-publish")["Rules"], [rule])
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::af-publish/tagged"}
    s3.put_bucket_policy(Bucket="af-publish", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    equal(code(s3.get_object, Bucket="af-publish", Key="tagged"), "AccessDenied")


@check("follows a bucket to its own region")
def _():
    equal(client("us-west-2").put_object(Bucket="af-us", Key="k", Body=b"1")["ResponseMetadata"]["HTTPStatusCode"], 200)
    equal(s3.put_object(Bucket="af-us", Key="k2", Body=b"1")["ResponseMetadata"]["HTTPStatusCode"], 200)


@check("refuses wrong secrets and what it does not do")
def _():
    wrong = boto3.client("s3", endpoint_url=S3["endpoint"], region_name=S3["region"], aws_access_key_id=S3["accessKeyId"], aws_secret_access_key="wrong")
    equal(code(wrong.list_buckets), "SignatureDoesNotMatch")
    equal(code(s3.put_object, Bucket="af-work", Key="kms", Body=b"", ServerSideEncryption="aws:kms"), "NotImplemented")
    refused = [entry["refused"] for entry in control("GET", "/log?refused=1&system=s3")["entries"]]
    equal(len(refused), 1)


finish()
