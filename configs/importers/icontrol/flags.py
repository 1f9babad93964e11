"""Feature flags with the product's bucketing, and the version policy."""

from __future__ import annotations

import math
from typing import Any

from configs import versions
from configs.importers.icontrol.files import FLAGS, POLICY
from configs.importers.report import Report
from configs.importers.shapes import child
from icontrol.kernel.texts import both

#: The key that JavaScript writes for a missing value.
ACCIDENTS = ("undefined", "null", "NaN", "[object Object]")
#: status in the file → what it adds to a version policy
STATUSES: dict[str, dict[str, Any]] = {
    "OK": {},
    "SOFT_BLOCK": {"enforcement": "soft"},
    "HARD_BLOCK": {"enforcement": "hard"},
    "MAINTENANCE": {"maintenance": True},
}


def flags(content: dict[str, Any], report: Report) -> list[dict[str, Any]]:
    """Boolean flags that put every tenant in the same bucket as the product does.

    The product takes FNV-1a 32 of ``tenant::key::seed`` over UTF-16 code units, modulo 100. The seed is "" unless the
    caller sets one; the product's start-up sets none.
    """
    result = []
    for key, source in content["flags"].items():
        at = child(f"{FLAGS}#/flags", key)
        flag = {
            "key": key,
            "state": source["state"],
            "type": "boolean",
            "bucketBy": "tenant",
            "bucketing": {"algorithm": "fnv1a", "seed": ""},
        }
        report.add("mapped", at, f"featureFlags/{key}", both("The flag becomes a boolean flag."))
        if source["state"] == "ROLLOUT":
            # The product rounds the share as JavaScript does (halves go up) before it compares.
            flag["rollout"] = math.floor(source.get("rollout", 0) + 0.5) * 100
            report.add(
                "derived",
                at,
                f"featureFlags/{key}",
                both(
                    "The share is rounded to a whole percent, as the product does, and counted in 0.01 %: {rollout}.",
                    rollout=flag["rollout"],
                ),
            )
        elif "rollout" in source:
            report.add("left_out", child(at, "rollout"), "", both("A share counts only in the state ROLLOUT."))
        if key in ACCIDENTS:
            report.add(
                "warning",
                at,
                f"featureFlags/{key}",
                both(
                    "The name “{key}” looks like a mistake of the program that wrote the file. The flag is kept as "
                    "it is.",
                    key=key,
                ),
            )
        result.append(flag)
    report.add(
        "derived",
        f"{FLAGS}#/flags",
        "featureFlags",
        both(
            "Tenants keep their buckets: FNV-1a of tenant, key and seed. The seed is written as the empty string: "
            "the files name none, the product then takes the empty one, and here a missing seed would mean the key."
        ),
    )
    return result


def policy(source: dict[str, Any], report: Report) -> dict[str, Any]:
    """The policy of the platform ``default``, with the fields that follow from the file and no others."""
    at, target, status = f"{POLICY}#", "policies/default", source["status"]
    result = {
        "latest": source["latest_version"],
        "minSupported": source["min_version"],
        "maintenanceMessage" if status == "MAINTENANCE" else "message": source["message"],
        "safeMode": source["safe_mode"],
        "capabilities": source["capabilities"],
        **STATUSES[status],
    }
    report.add(
        "mapped",
        at,
        target,
        both("The version policy. An import writes the draft only; a policy is changed with the command “policy”."),
    )
    report.add(
        "derived",
        f"{at}/status",
        target,
        both(
            "“{status}” is a status for all clients. Here every client's status follows from its own version.",
            status=status,
        ),
    )
    if status == "OK" and versions.parse(source["min_version"]) > versions.parse("0.0.0"):
        result["enforcement"] = "soft"
        report.add(
            "warning",
            f"{at}/min_version",
            target,
            both(
                "With the status OK the product admits everybody, even below its minimum {minimum}. So the block is "
                "soft; make it hard if you want one.",
                minimum=source["min_version"],
            ),
        )
    elif status.endswith("_BLOCK"):
        report.add(
            "warning",
            f"{at}/status",
            target,
            both(
                "In the product “{status}” meets every client; here only those below {minimum}.",
                status=status,
                minimum=source["min_version"],
            ),
        )
    return result
