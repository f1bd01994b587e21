"""Runs the vendor's own Python client (pyxecm, class OTMM, unmodified) against the sandbox's OTMM.

Usage: pyxecm_otmm.py [READY]   READY is the sandbox's ready line, or a file that holds it; without it standard input is read.
Prints a line for each check and "N passed, N failed, 0 skipped"; exits with 1 when a check failed.
"""

import contextlib
import hashlib
import json
import logging
import os
import pathlib
import sys
import tempfile

import requests
from pyxecm.otmm import OTMM

# Live files, deleted, expired: what the seed's product library holds (apis/otmm.md section 13). The folder is found and dropped.
PRODUCTS = {"213": (3, 1, 1), "219": (3, 0, 0)}
NEW_PRODUCTS = {"31": (3, 0, 0)}
BUSINESS_UNITS = {"7": (3, 0, 0), "8": (3, 0, 0)}
FOLDERS = {"213": 1}
PAGE = 2

passed = 0
failed = 0


def check(name, holds, detail=""):
    """Counts and prints one check."""
    global passed, failed
    if holds:
        passed += 1
        print(f"ok      {name}")
    else:
        failed += 1
        print(f"FAILED  {name}{f': {detail}' if detail != '' else ''}")


def equal(name, found, wanted):
    """Checks that two values are equal."""
    check(name, found == wanted, f"{found!r} instead of {wanted!r}")


def read_ready():
    """The ready line, from the argument or from standard input."""
    given = sys.argv[1] if len(sys.argv) > 1 else sys.stdin.read()
    text = given if given.lstrip().startswith("{") else pathlib.Path(given).read_text()
    return json.loads(text)


def log_of(control):
    """Requests that OTMM got since the log was emptied."""
    entries = requests.get(f"{control}/log", params={"system": "otmm", "limit": 5000}, timeout=30).json()["entries"]
    return [(entry["method"], entry["path"].removeprefix("/otmmapi/v6"), entry) for entry in entries]


def empty_log(control):
    """Forgets the requests so far."""
    requests.delete(f"{control}/log", timeout=30)


def client_of(otmm, folder, password=None):
    """The vendor's client as its users make it."""
    return OTMM(
        base_url=otmm["url"],
        username=otmm["username"],
        password=password or otmm["password"],
        client_id=otmm["clientId"],
        client_secret=otmm["clientSecret"],
        thread_number=3,
        download_dir=folder,
    )


def pages(hits):
    """Search calls for a number of hits."""
    return max(1, -(-hits // PAGE))


def listed(counts):
    """Assets that a search lists: live, deleted and expired."""
    return sum(sum(entry) for entry in counts.values())


def check_domains(client):
    """Lookup domains, with their stray blanks."""
    domains = client.get_lookup_domains()["lookup_domains_resource"]["lookup_domains"]
    ids = {domain["domainId"] for domain in domains}
    wanted = {"OTMM.DOMAIN.OTM_PRODUCT", "OTMM.DOMAIN.OTM_PRODUCT_NEW.LU", "OTMM.DOMAIN.OTM_BUSINESS_UNIT.LU"}
    check("all lookup domains hold the client's three", wanted <= ids, wanted - ids)
    values = client.get_lookup_domain_values("OTMM.DOMAIN.OTM_PRODUCT")
    check("a display value carries a stray blank", any(value["display_value"] != value["display_value"].strip() for value in values))
    equal("get_products gives trimmed names and ids", client.get_products(), {"Alder Desk Lamp": "213", "Finch Floor Lamp": "219"})
    equal("get_business_units gives names and ids", client.get_business_units(), {"Lighting": "7", "Seasonal": "8"})
    check("an unknown domain gives nothing", client.get_lookup_domain("OTMM.DOMAIN.NONE") is None)


def check_search(client):
    """Paging and conditions."""
    assets = client.get_product_assets("213")
    equal("a product's search gives all pages", len(assets), sum(PRODUCTS["213"]) + FOLDERS["213"])
    equal("every hit once", len({asset["asset_id"] for asset in assets}), len(assets))
    equal("the folder has no content size", len([asset for asset in assets if "content_size" not in asset]), FOLDERS["213"])
    equal("one deleted asset is listed", len([asset for asset in assets if asset.get("deleted")]), 1)
    equal("one expired asset is listed", len([asset for asset in assets if asset.get("expired")]), 1)
    part = client.get_product_assets("21")
    equal("part of a value id finds nothing", part, [])
    unit = client.get_business_unit_assets("7")
    equal("a business unit's search leaves out assets with a product", len(unit), sum(BUSINESS_UNITS["7"]))
    everything = client.search_assets({"keyword_query": "*", "limit": "1"})["search_result_resource"]["search_result"]
    check("a search for everything has hits", everything["total_hit_count"] > 60)
    return assets


def check_details(client, assets):
    """Single assets."""
    live = next(asset for asset in assets if "content_size" in asset and not asset["deleted"] and not asset["expired"])
    plain = client.get_asset(live["asset_id"])["asset_resource"]["asset"]
    check("get_asset has no metadata", "metadata" not in plain)
    equal("get_asset tells the size", plain["master_content_info"]["content_size"], live["content_size"])
    detail = client.get_asset_details(live["asset_id"])["asset_resource"]["asset"]
    first = detail["metadata"]["metadata_element_list"][0]["metadata_element_list"]
    check("the first category holds the title", any(field["id"] == "OTMM.CUSTOM.FIELD_TITLE" for field in first))
    for member in ("links", "path_list", "security_policy_list", "asset_content_info", "rendition_content"):
        check(f"get_asset_details has {member}", member in detail)
    row = client.prepare_asset_data(live["asset_id"])
    equal("a row has the approval status as people see it", row["ACME_FIELD_APPROVALSTATUS"].strip(), "Approved final")
    check("a row has the title", bool(row["OTMM_CUSTOM_FIELD_TITLE"]))
    check("a row has no value for an empty field", row["ARTESIA_FIELD_EXPIRATIONDATE"] is None)
    check("an unknown asset gives nothing", client.get_asset("0" * 40) is None)


def check_load(client, control, folder):
    """The acceptance test of apis/otmm.md section 13."""
    empty_log(control)
    equal("load_assets says true", client.load_assets(), True)
    calls = log_of(control)
    searches = {**PRODUCTS, **NEW_PRODUCTS, **BUSINESS_UNITS}
    wanted_pages = sum(pages(sum(counts) + FOLDERS.get(key, 0)) for key, counts in searches.items())
    equal("three domain calls", len([path for _, path, _ in calls if path.startswith("/lookupdomains/")]), 3)
    equal("two or more search calls for each value", len([path for _, path, _ in calls if path == "/search/text"]), wanted_pages)
    total = listed(searches)
    live = sum(counts[0] for counts in searches.values())
    details = [path for _, path, entry in calls if path.startswith("/assets/") and "load_type=custom" in entry["query"]]
    equal("one detail call for each listed asset", len(details), total)
    downloads = [path for _, path, _ in calls if path.endswith("/contents")]
    equal("downloads only of live files", len(downloads), live)
    equal("as many files", len(os.listdir(folder)), live)
    frame = client.get_data().get_data_frame()
    equal("a data frame row for each asset", len(frame), total)
    check_files(client, folder)
    failures = [(method, path, entry["status"]) for method, path, entry in calls if entry["status"] >= 400 or entry.get("refused")]
    equal("no call failed or was refused", failures, [])
    check_again(client, control, folder, live)


def check_files(client, folder):
    """Bytes against the stored checksums."""
    wrong = []
    for name in os.listdir(folder):
        info = client.get_asset(name)["asset_resource"]["asset"]["master_content_info"]
        content = pathlib.Path(folder, name).read_bytes()
        if len(content) != info["content_size"] or hashlib.md5(content).hexdigest() != info["content_checksum"]:
            wrong.append(name)
    equal("every file has its size and MD5", wrong, [])


def check_again(client, control, folder, live):
    """A second run, with local copies that are newer than the assets."""
    newer = 4102444800
    for name in os.listdir(folder):
        os.utime(pathlib.Path(folder, name), (newer, newer))
    empty_log(control)
    client.load_assets()
    downloads = [path for _, path, _ in log_of(control) if path.endswith("/contents")]
    equal("a second run downloads nothing", downloads, [])
    equal("the files are still there", len(os.listdir(folder)), live)


def main():
    """Runs all checks."""
    logging.getLogger("pyxecm").setLevel(logging.CRITICAL)
    ready = read_ready()
    control, otmm = ready["control"], ready["otmm"]
    requests.post(f"{control}/settings", json={"system": "otmm", "pageCap": PAGE}, timeout=30).raise_for_status()
    try:
        with tempfile.TemporaryDirectory() as folder:
            check("a wrong password gives no token", client_of(otmm, folder, "wrong").authenticate() is None)
            client = client_of(otmm, folder)
            check("the client logs in", bool(client.authenticate()))
            check_domains(client)
            assets = check_search(client)
            check_details(client, assets)
            check_load(client, control, folder)
    finally:
        with contextlib.suppress(requests.RequestException):
            requests.post(f"{control}/settings", json={"system": "otmm", "pageCap": 1000}, timeout=30)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
