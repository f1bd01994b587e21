"""pyPreservica, unmodified, against the sandbox's Preservica: one line per check."""

import hashlib
import os
import tempfile
import threading
import uuid
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlparse

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

import pyPreservica as pres
from pyPreservica.common import HTTPException
from checks import READY, check, control, equal, finish, until

ARCHIVE = READY["preservica"]
SERVER = ARCHIVE["url"].removeprefix("http://")
MANAGER = ("manager.one", "archive-Manager-0001")
SECOND_MANAGER = ("manager.two", "archive-Manager-0002")
FOLDER = tempfile.mkdtemp(prefix="contract-")
os.chdir(FOLDER)


def api(kind, who=None):
    username, password = who or (ARCHIVE["username"], ARCHIVE["password"])
    return kind(username=username, password=password, tenant=ARCHIVE["tenant"], server=SERVER, protocol="http")


def sha(path, algorithm="sha1"):
    digest = hashlib.new(algorithm)
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def file_of(name, size):
    path = os.path.join(FOLDER, name)
    with open(path, "wb") as file:
        file.write(os.urandom(size))
    return path


def ingested(upload, token):
    """Waits for an upload's end and gives its progress word."""
    return until(lambda: (word := entity.get_async_progress(token)) not in ("ACTIVE", "PENDING") and word, "the end of the ingest")


def asset_by(identifier):
    found = until(lambda: entity.identifier("OTMM-Asset", identifier), f"asset {identifier}")
    return entity.asset(next(iter(found)).reference)


control("POST", "/settings", {"system": "preservica", "ingestMs": 400, "indexDelayMs": 300})
entity = api(pres.EntityAPI)
upload = api(pres.UploadAPI)
content = api(pres.ContentAPI)
monitor = api(pres.MonitorAPI)
retention = api(pres.RetentionAPI, MANAGER)
hooks = api(pres.WebHooksAPI, MANAGER)


@check("login, version and edition")
def _login():
    equal((entity.major_version, entity.minor_version), (9, 1))
    assert entity.token and entity.roles


@check("a wrong password is refused")
def _wrong():
    try:
        api(pres.EntityAPI, (ARCHIVE["username"], "not the password"))
    except RuntimeError:
        return
    raise AssertionError("logged in")


@check("a token that died on the clock is renewed by the client")
def _aged():
    now = control("GET", "/clock")["now"]
    control("POST", "/clock", {"advance": "PT20M"})
    root = list(entity.descendants())
    assert root, "no root folders"
    control("POST", "/clock", {"set": now})


@check("root folders of the seed")
def _roots():
    titles = {child.title for child in entity.descendants()}
    assert {"Alder & Finch", "Museum Hallstein", "Kanal Nord", "_Quarantine"} <= titles, titles


@check("create a folder and read it back")
def folder():
    made = entity.create_folder("Contract & <proof>", "made by the contract suite", "open")
    found = entity.folder(made.reference)
    equal((found.title, found.description, found.security_tag, found.parent), ("Contract & <proof>", "made by the contract suite", "open", None))
    return found


@check("rename a folder")
def _rename():
    folder.title = "Contract proof"
    equal(entity.save(folder).title, "Contract proof")


@check("an unknown reference raises ReferenceNotFoundException")
def _unknown():
    try:
        entity.asset(str(uuid.uuid4()))
    except pres.ReferenceNotFoundException:
        return
    raise AssertionError("found")


@check("upload a small package in one PUT, with metadata and identifier, and wait for it")
def small():
    path = file_of("hero.tif", 300_000)
    access = file_of("hero.jpg", 20_000)
    metadata = '<c:campaign xmlns:c="urn:clc:schema:campaign:1"><c:code>CT-1</c:code><c:name>Contract</c:name></c:campaign>'
    package = pres.simple_asset_package(preservation_file=path, access_file=access, parent_folder=folder, Title="Hero & image", Description="small", SecurityTag="open",
                                        Identifiers={"OTMM-Asset": "contract-1#v1", "OTMM-Original": "contract-1"},
                                        Asset_Metadata={"urn:clc:schema:campaign:1": metadata})
    equal(ingested(upload, upload.upload_zip_package(package, folder=folder)), "COMPLETED")
    asset = asset_by("contract-1#v1")
    equal((asset.title, asset.parent, asset.security_tag), ("Hero & image", folder.reference, "open"))
    return asset


@check("upload a large package in parts and wait for it")
def large():
    path = file_of("master.mov", 40 * 1024 * 1024)
    package = pres.complex_asset_package(preservation_files_list=[path], parent_folder=folder, Title="Master", Identifiers={"OTMM-Asset": "contract-2#v1"},
                                         Preservation_files_fixity_callback=pres.Sha256FixityCallBack(), compress=False)
    assert os.path.getsize(package) > 32 * 1024 * 1024
    equal(ingested(upload, upload.upload_zip_package(package, folder=folder)), "COMPLETED")
    return asset_by("contract-2#v1")


@check("upload a complex package: several files in each representation, each with its digest")
def _complex():
    masters = [file_of(f"plate-{side}.tif", 30_000 + side) for side in range(3)]
    copies = [file_of(f"plate-{side}.jpg", 3_000 + side) for side in range(3)]
    package = pres.complex_asset_package(preservation_files_list=masters, access_files_list=copies, parent_folder=folder, Title="Plates", SecurityTag="internal",
                                         Identifiers={"OTMM-Asset": "contract-complex#v1"}, Preservation_files_fixity_callback=pres.Sha256FixityCallBack(),
                                         Access_files_fixity_callback=pres.Sha256FixityCallBack())
    equal(ingested(upload, upload.upload_zip_package(package, folder=folder)), "COMPLETED")
    asset = asset_by("contract-complex#v1")
    equal(asset.security_tag, "internal")
    for kind, files in [("Preservation", masters), ("Access", copies)]:
        [representation] = [one for one in entity.representations(asset) if one.rep_type == kind]
        streams = [stream for part in entity.content_objects(representation) for generation in entity.generations(part) for stream in generation.bitstreams]
        equal(sorted(stream.fixity["SHA256"] for stream in streams), sorted(sha(path, "sha256") for path in files))
        for stream in streams:
            back = os.path.join(FOLDER, f"back-{stream.filename}")
            entity.bitstream_content(stream, back)
            equal(sha(back, "sha256"), stream.fixity["SHA256"])


@check("upload several assets in one package")
def _many():
    paths = [file_of(f"many-{number}.txt", 1_000 + number) for number in range(12)]
    package = pres.multi_asset_package(paths, parent_folder=folder, SecurityTag="open", Identifiers={"OTMM-Campaign": "contract-many"})
    equal(ingested(upload, upload.upload_zip_package(package, folder=folder)), "COMPLETED")
    until(lambda: len(list(entity.descendants(folder))) >= 14, "all assets of the package")


@check("a package for a folder that does not exist fails, and says why")
def _fails():
    package = pres.simple_asset_package(preservation_file=file_of("lost.txt", 100), parent_folder=str(uuid.uuid4()), Title="Lost")
    equal(ingested(upload, upload.upload_zip_package(package)), "FAILED")
    failed = [entry for entry in monitor.monitors(status=pres.MonitorStatus.FAILED, category=pres.MonitorCategory.INGEST)]
    texts = [entry["displayMessage"] for entry in monitor.messages(failed[0]["MonitorId"], status=pres.MessageStatus.ERROR)]
    assert any("does not exist" in text for text in texts), texts


@check("the same package twice fails the second time")
def _twice():
    package = pres.simple_asset_package(preservation_file=file_of("twice.txt", 100), parent_folder=folder, Title="Twice", Identifiers={"OTMM-Asset": "contract-twice"})
    equal(ingested(upload, upload.upload_zip_package(package, folder=folder)), "COMPLETED")
    equal(ingested(upload, upload.upload_zip_package(package, folder=folder)), "FAILED")
    equal(len(entity.identifier("OTMM-Asset", "contract-twice")), 1)


@check("succeeded ingests are in the process monitor")
def _monitors():
    done = list(monitor.monitors(status=pres.MonitorStatus.SUCCEEDED, category=pres.MonitorCategory.INGEST))
    assert len(done) >= 3, done
    assert list(monitor.messages(done[0]["MonitorId"]))


@check("bitstreams have the sizes and digests of the files, and their bytes come back")
def _bitstreams():
    streams = list(entity.bitstreams_for_asset(small))
    equal(sorted(stream.filename for stream in streams), ["hero.jpg", "hero.tif"])
    for stream in streams:
        local = os.path.join(FOLDER, stream.filename)
        equal(stream.length, os.path.getsize(local))
        equal(stream.fixity["SHA1"].lower(), sha(local))
        copy = os.path.join(FOLDER, "copy-" + stream.filename)
        equal(entity.bitstream_content(stream, copy), stream.length)
        equal(sha(copy), sha(local))


@check("the large master comes back with the same SHA-256")
def _large_back():
    [stream] = list(entity.bitstreams_for_asset(large))
    equal(stream.fixity["SHA256"].lower(), sha(os.path.join(FOLDER, "master.mov"), "sha256"))
    copy = os.path.join(FOLDER, "copy-master.mov")
    equal(entity.bitstream_content(stream, copy), 40 * 1024 * 1024)
    equal(sha(copy, "sha256"), stream.fixity["SHA256"].lower())


@check("download gives the access copy, or the master where there is none")
def _download():
    equal(sha(entity.download(small, os.path.join(FOLDER, "d1"))), sha(os.path.join(FOLDER, "hero.jpg")))
    equal(sha(entity.download(large, os.path.join(FOLDER, "d2"))), sha(os.path.join(FOLDER, "master.mov")))


@check("representations, generations and formats")
def _representations():
    kinds = sorted(representation.rep_type for representation in entity.representations(small))
    equal(kinds, ["Access", "Preservation"])
    for representation in entity.representations(small):
        [one] = entity.content_objects(representation)
        [generation] = entity.generations(one)
        assert generation.active and generation.original
        equal(generation.formats[0]["PUID"], "fmt/353" if representation.rep_type == "Preservation" else "fmt/43")


@check("integrity checks and storage location of a bitstream")
def _integrity():
    stream = next(iter(entity.bitstreams_for_asset(small)))
    checks = list(entity.integrity_checks(stream))
    assert checks and checks[0].success
    assert entity.bitstream_location(stream)


@check("add, change and delete an identifier")
def _identifiers():
    entity.add_identifier(small, "ECM-Record", "07-10/1 a&b")
    equal({found.reference for found in entity.identifier("ECM-Record", "07-10/1 a&b")}, {small.reference})
    entity.update_identifiers(small, "ECM-Record", "07-10/2")
    assert ("ECM-Record", "07-10/2") in entity.identifiers_for_entity(small)
    entity.delete_identifiers(small, "ECM-Record")
    equal(entity.identifier("ECM-Record", "07-10/2"), set())


@check("metadata of the package is there; add, change and delete a document")
def _metadata():
    asset = entity.asset(small.reference)
    assert "CT-1" in entity.metadata_for_entity(asset, "urn:clc:schema:campaign:1")
    asset = entity.add_metadata(asset, "urn:clc:schema:lifecycle:1", '<l xmlns="urn:clc:schema:lifecycle:1"><retention><start>2021-02-28</start></retention></l>')
    assert "2021-02-28" in entity.metadata_for_entity(asset, "urn:clc:schema:lifecycle:1")
    asset = entity.update_metadata(asset, "urn:clc:schema:lifecycle:1", '<l xmlns="urn:clc:schema:lifecycle:1"><retention><start>2015-02-28</start></retention></l>')
    assert "2015-02-28" in entity.metadata_for_entity(asset, "urn:clc:schema:lifecycle:1")
    asset = entity.add_metadata(asset, "urn:contract:x", '<x xmlns="urn:contract:x">1</x>')
    asset = entity.delete_metadata(asset, "urn:contract:x")
    equal(entity.metadata_for_entity(asset, "urn:contract:x"), None)
    equal(len(asset.metadata), 2)


@check("more than a hundred children come over several pages, each once")
def _paging():
    parent = entity.create_folder("Many", "paging", "open", folder.reference)
    for number in range(105):
        entity.create_folder(f"child {number:03}", "", "open", parent.reference)
    titles = [child.title for child in entity.descendants(parent)]
    equal(sorted(titles), [f"child {number:03}" for number in range(105)])
    first = entity.children(parent, maximum=100)
    equal((len(first.results), first.has_more, first.total), (100, True, 105))
    rest = entity.children(parent, next_page=first.next_page)
    equal((sorted(child.title for child in rest.results), rest.has_more), ([f"child {number:03}" for number in range(100, 105)], False))


@check("history of an asset has its ingest and its changes")
def _events():
    events = list(entity.entity_events(small))
    commands = [event.get("commandType") or event.get("CommandType") for event in events]
    assert len(events) >= 6, events
    assert any("command_create" in str(event) for event in events) or commands


@check("ingest events of the tenant, and what an event made")
def _ingest_events():
    control("POST", "/clock", {"set": datetime.utcnow().strftime("%Y-%m-%dT%H:%M:%SZ")})
    package = pres.simple_asset_package(preservation_file=file_of("today.txt", 100), parent_folder=folder, Title="Today", Identifiers={"OTMM-Asset": "contract-today"})
    equal(ingested(upload, upload.upload_zip_package(package, folder=folder)), "COMPLETED")
    made = [made["Entity"] for event in entity.all_ingest_events(1) for made in entity.entity_from_event(event["Ref"])]
    assert asset_by("contract-today").reference in made, made


@check("entities updated since yesterday")
def _updated():
    assert any(changed.title == "Today" for changed in entity.updated_entities(1))


@check("search finds the asset by text, with the fields asked for")
def _search():
    hits = until(lambda: [hit for hit in content.simple_search_list("Hero", list_indexes=["xip.title", "cmp.code"]) if hit["xip.reference"] == small.reference], "the hit")
    equal((hits[0]["xip.title"], hits[0]["cmp.code"]), ("Hero & image", "CT-1"))


@check("search by index field filters, repeated metadata parameters, and counts")
def _filter():
    filters = {"cmp.code": "CT-1", "xip.title": "", "xip.document_type": "IO"}
    hits = until(lambda: list(content.search_index_filter_list(query="%", filter_values=filters)), "the hit")
    equal([hit["xip.reference"] for hit in hits], [small.reference])
    equal(content.search_index_filter_hits(query="%", filter_values=filters), 1)
    assert any(field == "lcy.retention_start" for field in content.indexed_fields()), "custom index field"


@check("object details and thumbnail")
def _details():
    details = content.object_details("IO", small.reference)
    equal(details["name"], "Hero & image")
    picture = until(lambda: entity.thumbnail(small, os.path.join(FOLDER, "thumb.png")), "the thumbnail")
    with open(picture, "rb") as file:
        equal(file.read(8), b"\x89PNG\r\n\x1a\n")


@check("set and remove a thumbnail")
def _preview():
    target = asset_by("contract-today")
    equal(entity.has_thumbnail(target), False)
    entity.add_thumbnail(target, os.path.join(FOLDER, "thumb.png"))
    equal(entity.has_thumbnail(target), True)
    equal(sha(entity.thumbnail(target, os.path.join(FOLDER, "thumb2.png"))), sha(os.path.join(FOLDER, "thumb.png")))
    entity.remove_thumbnail(target)
    equal(entity.has_thumbnail(target), False)


@check("security tag changes, content objects with it")
def _tag():
    equal(entity.security_tag_sync(small, "closed").security_tag, "closed")
    equal(entity.security_tag_sync(small, "open").security_tag, "open")
    assert {"open", "embargo"} <= set(entity.user_security_tags())


@check("an unknown security tag is refused")
def _bad_tag():
    try:
        entity.security_tag_sync(small, "nonsense")
    except HTTPException:
        return
    raise AssertionError("taken")


@check("link two assets and read the link from both ends, then delete it")
def _links():
    entity.add_relation(small, pres.Relationship.DCMI_isPartOf, large)
    [out] = list(entity.relationships(small))
    equal((out.relationship_type, out.other_ref), (pres.Relationship.DCMI_isPartOf, large.reference))
    equal(len(list(entity.relationships(large))), 1)
    entity.delete_relationships(small)
    equal(list(entity.relationships(small)), [])


@check("move an asset, and a folder to the root and back")
def _move():
    target = entity.create_folder("Target", "", "open", folder.reference)
    equal(entity.move_sync(large, target).parent, target.reference)
    equal(entity.move_sync(target, None).parent, None)
    equal(entity.move_sync(target, folder).parent, folder.reference)


@check("add an access representation and replace a generation")
def _add_content():
    token = entity.add_access_representation(large, file_of("clip.mp4", 5_000), name="Clip")
    until(lambda: entity.get_async_progress(token) == "COMPLETED", "the representation")
    equal(sha(entity.download(large, os.path.join(FOLDER, "d3"))), sha(os.path.join(FOLDER, "clip.mp4")))
    clip = next(one for one in entity.representations(large) if one.rep_type == "Access")
    [one] = entity.content_objects(clip)
    equal(entity.replace_generation_sync(one, file_of("clip2.mp4", 6_000)), "COMPLETED")
    generations = entity.generations(one)
    equal([generation.active for generation in generations], [False, True])


@check("physical asset without content")
def _physical():
    made = entity.add_physical_asset("Glass plate", "in the vault", folder, "open")
    equal(made.title, "Glass plate")


@check("OPEX export comes as a zip")
def _export():
    name = entity.export_opex(small, IncludeContent="Content", IncludeMetadata="MetadataWithEvents")
    import zipfile
    names = zipfile.ZipFile(name).namelist()
    assert any(entry.endswith(".pax.zip") for entry in names) and any(entry.endswith(".pax.zip.opex") for entry in names), names
    assert zipfile.ZipFile(name).testzip() is None


@check("an exported OPEX zip can be ingested again")
def _opex_in():
    name = entity.export_opex(large, IncludeContent="Content", IncludeMetadata="Metadata")
    target = entity.create_folder("OPEX in", "", "open", folder.reference)
    import shutil, zipfile
    # The export carries references that are taken: drop the XIP of the PAX, keep files and sidecar.
    source = zipfile.ZipFile(name)
    pax = next(entry for entry in source.namelist() if entry.endswith(".pax.zip"))
    source.extract(pax, FOLDER)
    inner = zipfile.ZipFile(os.path.join(FOLDER, pax))
    with zipfile.ZipFile(os.path.join(FOLDER, "again.pax.zip"), "w") as again:
        for entry in inner.namelist():
            if not entry.endswith(".xip"):
                again.writestr(entry, inner.read(entry))
    with zipfile.ZipFile(os.path.join(FOLDER, "opex.zip"), "w") as package:
        package.write(os.path.join(FOLDER, "again.pax.zip"), "Inside/again.pax.zip")
        package.writestr("Inside/again.pax.zip.opex", '<o:OPEXMetadata xmlns:o="http://www.openpreservationexchange.org/opex/v1.2"><o:Transfer><o:SourceID>contract-opex</o:SourceID></o:Transfer><o:Properties><o:Title>Again</o:Title><o:SecurityDescriptor>internal</o:SecurityDescriptor></o:Properties></o:OPEXMetadata>')
    equal(ingested(upload, upload.upload_zip_package(os.path.join(FOLDER, "opex.zip"), folder=target)), "COMPLETED")
    [found] = entity.identifier("SourceID", "contract-opex")
    asset = entity.asset(found.reference)
    equal((asset.title, asset.security_tag), ("Again", "internal"))
    equal(ingested(upload, upload.upload_zip_package(os.path.join(FOLDER, "opex.zip"), folder=target)), "COMPLETED")
    equal(len(entity.identifier("SourceID", "contract-opex")), 1)


@check("retention policies: by name, list, create, assign, read the start date back, remove, delete")
def _policies():
    equal(retention.policy_by_name("Campaign 5 years after end").period, "5")
    assert len(list(retention.policies().results)) >= 9
    made = retention.create_policy(Name="Contract policy", Description="d", SecurityTag="open", StartDateField="lcy.retention_start", Period="5", PeriodUnit="YEAR",
                                   ExpiryAction="REVIEW", ExpiryActionParameters='{"EmailAddress":["records@example.org"]}', Restriction="DELETE", Assignable="true")
    retention.add_assignments(entity.asset(small.reference), made)
    [assignment] = retention.assignments(small)
    equal((assignment.policy_reference, assignment.start_date[:10]), (made.reference, "2015-02-28"))
    retention.remove_assignments(assignment)
    equal(len(retention.assignments(small)), 0)
    retention.delete_policy(made.reference)


@check("webhook: challenge, subscribe, signed event, unsubscribe")
def _webhooks():
    seen = []

    class Receiver(pres.WebHookHandler):
        def do_WORK(self, event):
            seen.append(event)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    server.secret_key = "s3cret"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    hooks.subscribe(f"http://127.0.0.1:{server.server_port}/hook", pres.TriggerType.INDEXED, "s3cret")
    equal(len(hooks.subscriptions()), 1)
    package = pres.simple_asset_package(preservation_file=file_of("hook.txt", 100), parent_folder=folder, Title="Hook", Identifiers={"OTMM-Asset": "contract-hook"})
    upload.upload_zip_package(package, folder=folder)
    until(lambda: seen, "the event")
    equal(str(seen[0]["entityRef"] if "entityRef" in seen[0] else seen[0]["events"][0]["entityRef"]), asset_by("contract-hook").reference)
    hooks.unsubscribe_all()
    equal(len(hooks.subscriptions()), 0)
    server.shutdown()


@check("workflow contexts, and an instance that ended")
def workflow():
    # Logs in here: on a dead token this client asks another question the second time.
    workflow = api(pres.WorkflowAPI, MANAGER)
    names = [context.workflow_name for context in workflow.get_workflow_contexts_by_type("Ingest")]
    assert "Ingest OPEX (Incremental)" in names, names
    assert workflow.get_workflow_contexts("com.preservica.core.workflow.ingest")
    return workflow


@check("an OPEX container in the ingest source becomes an asset in the folder that its SourceID names")
def _container():
    import boto3
    from botocore.config import Config
    options = Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required", response_checksum_validation="when_required")
    source = boto3.client("s3", endpoint_url=f"{ARCHIVE['url']}/api/s3/buckets", aws_access_key_id=workflow.token, aws_secret_access_key="NOT_USED", config=options)
    bucket = f"{ARCHIVE['tenant'].lower()}.opex.source"
    assert bucket in [entry["Name"] for entry in source.list_buckets()["Buckets"]]
    target = entity.create_folder("Containers in", "", "internal", folder.reference)
    entity.add_identifier(target, "SourceID", "contract-container-folder")
    master, clip = os.urandom(5000), os.urandom(700)
    inside = {"Representation_Preservation/film/film.mov": master, "Representation_Access/clip/clip.mp4": clip}
    fixities = "".join(f'<o:Fixity type="SHA-256" value="{hashlib.sha256(data).hexdigest()}" path="{path}"/>' for path, data in inside.items())

    def sidecar(transfer, properties=""):
        return f'<o:OPEXMetadata xmlns:o="http://www.openpreservationexchange.org/opex/v1.2"><o:Transfer>{transfer}</o:Transfer>{properties}</o:OPEXMetadata>'.encode()

    files = {f"T/film.pax/{path}": data for path, data in inside.items()}
    files["T/film.pax.opex"] = sidecar(f"<o:SourceID>contract-container</o:SourceID><o:Fixities>{fixities}</o:Fixities>", "<o:Properties><o:Title>From a container</o:Title><o:SecurityDescriptor>internal</o:SecurityDescriptor></o:Properties>")
    files["T/T.opex"] = sidecar('<o:SourceID>contract-container-folder</o:SourceID><o:Manifest><o:Files><o:File type="metadata">film.pax.opex</o:File></o:Files><o:Folders><o:Folder>film.pax</o:Folder></o:Folders></o:Manifest>')
    files["run.opex"] = sidecar("<o:Manifest><o:Folders><o:Folder>T</o:Folder></o:Folders></o:Manifest>")
    for path, data in files.items():
        answer = source.put_object(Bucket=bucket, Key=f"opex/run/{path}", Body=data)
        assert "preservica-progress-token" not in answer["ResponseMetadata"]["HTTPHeaders"], "nothing starts by itself"
    [context] = [context for context in workflow.get_workflow_contexts_by_type("Ingest") if context.workflow_name == "Ingest OPEX (Incremental)"]
    for _ in range(2):  # the second time the asset is known and skipped
        assert workflow.start_workflow_instance(context, OpexContainerDirectory="opex/run")
        working = (pres.MonitorStatus.PENDING, pres.MonitorStatus.RUNNING)
        until(lambda: not any(list(monitor.monitors(status=status, category=pres.MonitorCategory.INGEST)) for status in working), "the end of the container")
        [found] = until(lambda: entity.identifier("SourceID", "contract-container"), "the asset")
    asset = entity.asset(found.reference)
    equal((asset.title, asset.security_tag, asset.parent), ("From a container", "internal", target.reference))
    stated = {stream.filename: stream.fixity.get("SHA256") for stream in entity.bitstreams_for_asset(asset)}
    equal(stated, {"film.mov": hashlib.sha256(master).hexdigest(), "clip.mp4": hashlib.sha256(clip).hexdigest()})
    for path in files:
        source.delete_object(Bucket=bucket, Key=f"opex/run/{path}")
    got = entity.asset(found.reference)
    assert list(entity.bitstreams_for_asset(got)), "the asset does not need its container any more"


@check("a deletion is refused while a retention policy restricts it, and the asset stays")
def _restricted():
    with open("credentials.properties", "w", encoding="utf-8") as file:
        file.write(f"[credentials]\nmanager.username={SECOND_MANAGER[0]}\nmanager.password={SECOND_MANAGER[1]}\n")
    made = retention.create_policy(Name="Contract restriction", Description="d", SecurityTag="open", StartDateField="xip.created", Period="5", PeriodUnit="YEAR",
                                   ExpiryAction="REVIEW", ExpiryActionParameters='{"EmailAddress":["records@example.org"]}', Restriction="DELETE", Assignable="true")
    kept = asset_by("contract-complex#v1")
    retention.add_assignments(kept, made)
    try:
        entity.delete_asset(kept, "not due", "agreed")
    except RuntimeError:  # what this client makes of every 422
        equal(entity.asset(kept.reference).title, "Plates")
    else:
        raise AssertionError("taken")
    for assignment in retention.assignments(kept):
        retention.remove_assignments(assignment)
    retention.delete_policy(made.reference)


@check("deletion by two persons leaves a tombstone")
def _delete():
    victim = asset_by("contract-hook")
    equal(entity.delete_asset(victim, "not needed", "agreed"), victim.reference)
    until(lambda: entity.identifier("OTMM-Asset", "contract-hook") == set(), "the deletion")


@check("a 7.7 server is understood too")
def _older():
    control("POST", "/settings", {"system": "preservica", "profile": "7.7.0"})
    older = api(pres.EntityAPI)
    equal((older.major_version, older.minor_version), (7, 7))
    equal(older.asset(small.reference).title, "Hero & image")
    assert list(older.bitstreams_for_asset(older.asset(small.reference)))
    control("POST", "/settings", {"system": "preservica", "profile": "9.1.0"})


@check("nothing that the client sent was undocumented")
def _strict():
    log = control("GET", "/log?system=preservica&refused=1")
    refused = [f"{entry['method']} {entry['path']}: {entry['refused']}" for entry in log["entries"]]
    equal(refused, [])


finish()
