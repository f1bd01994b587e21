"""Times the vendors' Python clients, unmodified: OTMM download to disk, package with checksum, upload.

Usage: download_upload.py SERVER BYTES FOLDER   prints "seconds N"
"""

import logging
import os
import sys
import time

import pyPreservica as pres
from pyxecm.otmm import OTMM

server, size, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
logging.disable(logging.CRITICAL)

dam = OTMM(base_url=server, username="bench", password="bench", client_id="bench", client_secret="bench", thread_number=1, download_dir=folder)
dam.authenticate()
archive = pres.UploadAPI(username="bench", password="bench", tenant="BENCH", server=server.removeprefix("http://"), protocol="http")

start = time.monotonic()
if not dam.download_asset("asset", "asset.bin", download_url=f"{server}/bytes/{size}"):
    sys.exit("the download failed")
file = os.path.join(folder, "asset")
if os.path.getsize(file) != size:
    sys.exit("the download is short")
package = pres.simple_asset_package(
    preservation_file=file,
    export_folder=folder,
    parent_folder="5f142bb0-fd02-5a32-a5cb-ae7eb4d485e7",
    compress=False,
    Preservation_files_fixity_callback=pres.Sha256FixityCallBack(),
)
archive.upload_zip_package(package)
print("seconds", time.monotonic() - start)
